package bulk_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"

	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestAJobDoesWhatItsMutationDoes does every action twice in worlds that are alike: by
// the plural mutation, and by a job of several batches. Whatever is written down in
// the end, entries, events, mails and figures included, is the same.
func TestAJobDoesWhatItsMutationDoes(t *testing.T) {
	t.Parallel()
	said := "By the hundred"
	for _, c := range []struct {
		action lifecycle.BulkAction
		who    viewer.Viewer
		things func(w *town) []id.ID
		input  func(w *town) inventory.BulkActionInput
		done   int
	}{
		{lifecycle.BulkApprove, anna, approvable, comment(said), 3},
		{lifecycle.BulkReject, anna, approvable, reason(said), 5},
		{lifecycle.BulkReset, manager, invited("EXPIRED"), func(*town) inventory.BulkActionInput {
			return inventory.BulkActionInput{Comment: &said, NewCode: new(true)}
		}, 3},
		{lifecycle.BulkUnlock, manager, invited("LOCKED"), comment(said), 3},
		{lifecycle.BulkResend, manager, invited("CREATED"), comment(said), 4},
		{lifecycle.BulkCancel, manager, invited("CREATED"), reason(said), 4},
		{lifecycle.BulkResendApproval, manager, approved, comment(said), 3},
		{lifecycle.BulkEnroll, manager, seats, func(w *town) inventory.BulkActionInput {
			return inventory.BulkActionInput{ProfileID: &w.Profile(w.berlin, "Codes", world.WithCodes).ID}
		}, 4},
		{lifecycle.BulkDelete, manager, func(w *town) []id.ID { invited("CREATED")(w); return seatsOf(w) }, func(*town) inventory.BulkActionInput {
			return inventory.BulkActionInput{Comment: &said, RevokeCertificates: new(true)}
		}, 4},
		{lifecycle.BulkRevoke, manager, certificates, func(*town) inventory.BulkActionInput {
			key := lifecycle.RevokedKeyCompromise
			return inventory.BulkActionInput{Comment: &said, RevocationReason: &key}
		}, 3},
	} {
		t.Run(string(c.action), func(t *testing.T) {
			t.Parallel()
			wanted, got := newTown(t, 2), newTown(t, 2)
			before := c.things(wanted)
			plural(wanted.As(c.who), t, wanted, c.action, before, c.input(wanted))
			ids := c.things(got)
			j := got.start(c.who, c.action, ids, with(c.input(got)))
			if n := got.work(); n != (len(ids)+1)/2 {
				t.Errorf("%d batches", n)
			}
			if j = got.job(c.who, j.ID); j.Status != lifecycle.JobDone || j.Succeeded != c.done || j.Processed != len(ids) {
				t.Errorf("the job is %s: %d of %d were done", j.Status, j.Succeeded, j.Processed)
			}
			for what, of := range written {
				a, b := wanted.told(of), got.told(of)
				if slices.Equal(a, b) {
					continue
				}
				onlyIn := func(a, b []string) string {
					return strings.Join(slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) }), "\n")
				}
				t.Errorf("%s differ: %d by the mutation, %d by the job.\nOnly by the mutation:\n%s\nOnly by the job:\n%s", what, len(a), len(b), onlyIn(a, b), onlyIn(b, a))
			}
		})
	}
}

// written are what of a world is compared, without what names the one world.
var written = map[string]string{
	"audit entries": `SELECT (to_jsonb(a) - '{id,xid,resource_id,business_unit_id,request_id,client_address,changes}'::text[])::text || COALESCE((SELECT jsonb_agg(c ORDER BY c->>'field') FROM jsonb_array_elements(a.changes) c)::text, '') FROM audit_entries a WHERE resource_type <> 'JOB' AND at > $1`,
	"events":        `SELECT (to_jsonb(e) - '{id,xid,lsn,position,resource_id,business_unit_id,profile_id,changes}'::text[])::text FROM events e WHERE resource_type <> 'JOB' AND at > $1`,
	"mails":         `SELECT (to_jsonb(m) - '{id,enrollment_id,business_unit_id}'::text[])::text FROM mails m WHERE created_at > $1`,
	"jobs":          `SELECT kind FROM jobs WHERE kind <> 'bulk-batch' AND created_at > $1`,
	"allocations":   `SELECT (to_jsonb(s) - '{id,business_unit_id}'::text[])::text FROM seat_allocations s WHERE $1 < now()`,
	"seats":         `SELECT (to_jsonb(s) - '{id,business_unit_id,created_by_enrollment_id}'::text[])::text FROM seats s WHERE $1 < now()`,
	"enrollments": `SELECT (to_jsonb(e) - '{id,business_unit_id,profile_id,seat_row_id,code_cipher,token_cipher,token_hash,pickup_cipher,pickup_hash}'::text[])::text ||
concat(seat_row_id IS NULL, code_cipher IS NULL, token_hash IS NULL, pickup_hash IS NULL) FROM enrollments e WHERE $1 < now()`,
	"approvals":    `SELECT (to_jsonb(a) - '{id,business_unit_id,enrollment_id}'::text[])::text FROM approvals a WHERE $1 < now()`,
	"certificates": `SELECT concat(common_name, ' ', status, ' ', revocation_reason, ' ', revoked_at, ' ', version, ' ', remind_at, ' ', revocation_error) FROM certificates WHERE $1 < now()`,
}

// named is what names the one world: ids, and what a certificate is known by.
var named = regexp.MustCompile(`(seat|enr|prof|cert|bu|job)_[0-9a-z]{26}|[0-9a-f]{28,}`)

// told is what a world has written down.
func (w *town) told(query string) (all []string) {
	w.t.Helper()
	rows, err := w.admin.Query(query, w.Clock.Now().Add(-time.Second))
	if err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, named.ReplaceAllString(s, "${1}_"))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// plural does an action by its mutation.
func plural(ctx context.Context, t *testing.T, w *town, action lifecycle.BulkAction, ids []id.ID, in inventory.BulkActionInput) {
	t.Helper()
	var err error
	i := w.Inventory
	switch action {
	case lifecycle.BulkApprove:
		_, err = i.ApproveMany(ctx, inventory.ApproveEnrollmentsInput{IDs: ids, Comment: in.Comment})
	case lifecycle.BulkReject:
		_, err = i.RejectMany(ctx, inventory.RejectEnrollmentsInput{IDs: ids, Reason: *in.Reason})
	case lifecycle.BulkReset:
		_, err = i.ResetMany(ctx, inventory.ResetEnrollmentsInput{IDs: ids, NewCode: in.NewCode, Comment: in.Comment})
	case lifecycle.BulkUnlock:
		_, err = i.UnlockMany(ctx, inventory.UnlockEnrollmentsInput{IDs: ids, Comment: in.Comment})
	case lifecycle.BulkResend:
		_, err = i.ResendMany(ctx, inventory.ResendEnrollmentsInput{IDs: ids, Comment: in.Comment})
	case lifecycle.BulkCancel:
		_, err = i.CancelMany(ctx, inventory.CancelEnrollmentsInput{IDs: ids, Reason: *in.Reason})
	case lifecycle.BulkResendApproval:
		_, err = i.ResendApprovalMany(ctx, inventory.ResendApprovalEmailsInput{IDs: ids, Comment: in.Comment})
	case lifecycle.BulkEnroll:
		enroll := inventory.EnrollSeatsInput{ProfileID: *in.ProfileID}
		for _, one := range ids {
			enroll.Seats = append(enroll.Seats, &inventory.SeatToEnroll{ID: one})
		}
		_, err = i.EnrollSeats(ctx, enroll)
	case lifecycle.BulkDelete:
		_, err = i.DeleteSeats(ctx, inventory.DeleteSeatsInput{IDs: ids, RevokeCertificates: in.RevokeCertificates, Comment: in.Comment})
	case lifecycle.BulkRevoke:
		_, err = i.RevokeCertificates(ctx, inventory.RevokeCertificatesInput{IDs: ids, Reason: *in.RevocationReason, Comment: in.Comment})
	default:
		t.Fatalf("there is no mutation for %s", action)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func comment(text string) func(*town) inventory.BulkActionInput {
	return func(*town) inventory.BulkActionInput { return inventory.BulkActionInput{Comment: &text} }
}

func reason(text string) func(*town) inventory.BulkActionInput {
	return func(*town) inventory.BulkActionInput { return inventory.BulkActionInput{Reason: &text} }
}

// approvable are requests: four that may be approved, of which three find a licence,
// one that asks for the approver's own address, one that was rejected, and one that is
// not there.
func approvable(w *town) []id.ID {
	w.Allocate(w.berlin, lifecycle.User, 3)
	var ids []id.ID
	for n := range 4 {
		ids = append(ids, w.Request(rita, w.profiles[w.berlin], fmt.Sprintf("r%d", n)).ID)
	}
	own := w.Request(rita, w.profiles[w.berlin], "own", func(in *inventory.RequestEnrollmentInput) { in.Email = &anna.Email })
	over := w.Request(rita, w.profiles[w.berlin], "over")
	w.Reject(ben, "Not now.", over.ID)
	return append(ids, own.ID, over.ID, nobody(id.Enrollment))
}

// seats are four seats that can be enrolled, a device, and one that is not there.
func seats(w *town) []id.ID {
	var ids []id.ID
	for _, s := range w.Seats(w.berlin, lifecycle.User, "s0", "s1", "s2", "s3") {
		ids = append(ids, s.ID)
	}
	return append(ids, w.Seats(w.berlin, lifecycle.Device, "printer")[0].ID, nobody(id.Seat))
}

// seatsOf are the seats that there are, and one that is not.
func seatsOf(w *town) []id.ID {
	w.t.Helper()
	rows, err := w.admin.Query(`SELECT id FROM seats ORDER BY seat_key`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var ids []id.ID
	for rows.Next() {
		one := id.ID{Kind: id.Seat}
		if err := rows.Scan(&one.UUID); err != nil {
			w.t.Fatal(err)
		}
		ids = append(ids, one)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return append(ids, nobody(id.Seat))
}

// invited are four seats' enrollments by code, three of which have come to a status,
// and one that is not there.
func invited(status string) func(w *town) []id.ID {
	return func(w *town) []id.ID {
		under := w.Profile(w.berlin, "Invited", world.WithCodes).ID
		var ids []id.ID
		for _, s := range w.Seats(w.berlin, lifecycle.User, "i0", "i1", "i2", "i3") {
			ids = append(ids, w.Enroll(under, s.ID))
		}
		for _, e := range ids[:3] {
			switch status {
			case "LOCKED":
				w.past(`UPDATE enrollments SET status = 'LOCKED', attempts = allowed_attempts WHERE id = $1`, e.UUID)
			case "EXPIRED":
				w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, w.Clock.Now())
			}
		}
		return append(ids, nobody(id.Enrollment))
	}
}

// approved are three requests that were approved, and one that was not.
func approved(w *town) []id.ID {
	var ids []id.ID
	for n := range 3 {
		ids = append(ids, w.Request(rita, w.profiles[w.berlin], fmt.Sprintf("a%d", n)).ID)
	}
	w.Approve(ben, "Yes.", ids...)
	return append(ids, w.Request(rita, w.profiles[w.berlin], "waiting").ID)
}

// certificates are three that can be revoked, and one that is not there.
func certificates(w *town) []id.ID {
	w.Purchase(lifecycle.Imported)
	var ids []id.ID
	for _, name := range []string{"a.example.com", "b.example.com", "c.example.com"} {
		for _, c := range w.Import(w.berlin, w.Certificate(name, w.Clock.Now().AddDate(1, 0, 0))) {
			ids = append(ids, c.ID)
		}
	}
	return append(ids, nobody(id.Certificate))
}

// Enroll enrolls a seat by code.
func (w *town) Enroll(under, seat id.ID) id.ID {
	w.t.Helper()
	p, err := w.Inventory.EnrollSeat(w.As(manager), inventory.EnrollSeatInput{ID: seat, ProfileID: under})
	if err != nil || len(p.UserErrors) > 0 {
		w.t.Fatal(err, p.UserErrors)
	}
	return p.Enrollment.ID
}
