package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// delete deletes a seat and expects a yes.
func (w *world) delete(v viewer.Viewer, seat id.ID, revoke bool) *inventory.Seat {
	w.t.Helper()
	p, err := w.Inventory.DeleteSeat(w.as(v), inventory.DeleteSeatInput{ID: seat, RevokeCertificates: &revoke})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Seat
}

// seatOf is the live seat of a key.
func (w *world) seatOf(key string) id.ID {
	w.t.Helper()
	s := id.ID{Kind: id.Seat}
	if err := w.admin.QueryRow(`SELECT id FROM seats WHERE seat_key = $1 AND deleted_at IS NULL`, key).Scan(&s.UUID); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// figures are created and consumed of the first unit's licences.
func (w *world) figures(kind lifecycle.SeatType) string {
	w.t.Helper()
	return fmt.Sprint(w.count(`SELECT created FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = $2`, w.unit.UUID, string(kind)), " ",
		w.count(`SELECT consumed FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = $2`, w.unit.UUID, string(kind)))
}

// standing gives the live seat of a key an enrollment in a status, as written.
func (w *world) standing(seatKey string, status lifecycle.Status) id.ID {
	w.t.Helper()
	auth := lifecycle.ManualApproval
	if status == lifecycle.Created || status == lifecycle.Locked {
		auth = lifecycle.EnrollmentCode
	}
	e := w.request(rita, w.profile(rules{}), seatKey)
	w.past(`UPDATE enrollments SET status = $2, authentication_method = $3 WHERE id = $1`, e.UUID, string(status), string(auth))
	if !status.Active() {
		w.past(`UPDATE seats SET active_enrollments = active_enrollments - 1,
			status = CASE WHEN consumed THEN 'CONSUMED' WHEN active_enrollments > 1 THEN 'ENROLLED' ELSE 'CREATED' END WHERE seat_key = $1`, seatKey)
	}
	return e
}

func TestWhatADeletionDoesToEnrollments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100)
	for _, c := range []struct {
		status   lifecycle.Status
		rejected bool
		mails    int
	}{
		{lifecycle.Created, true, 0}, // of a code, whose holder asked for nothing
		{lifecycle.Pending, true, 1},
		{lifecycle.PendingSecondApproval, true, 1},
		{lifecycle.InProgress, true, 1},
		{lifecycle.Approved, true, 1},
		{lifecycle.Redeemed, false, 0},
		{lifecycle.Rejected, false, 0},
		{lifecycle.Expired, true, 0}, // its requester waits for nothing
		{lifecycle.Locked, true, 0},
	} {
		for _, certificate := range []lifecycle.CertificateStatus{"", lifecycle.CertificateIssued, lifecycle.CertificateRevoked} {
			name := strings.ToLower(fmt.Sprintf("%s-%s", c.status, certificate))
			seat := w.seat(lifecycle.User, name)
			if certificate != "" {
				w.certificate(name, certificate, morning.Add(365*day))
			}
			e := w.standing(name, c.status)
			mails := w.count(`SELECT count(*) FROM mails WHERE kind = 'REJECTED'`)
			gone := w.delete(manager, seat.ID, false)
			if gone == nil || gone.Status != lifecycle.SeatDeleted || gone.DeletedAt == nil || !gone.DeletedAt.Equal(morning) {
				t.Errorf("%s: shown as %+v", name, gone)
			}
			want, entries := c.status, 0
			if c.rejected {
				want, entries = lifecycle.Rejected, 1
			}
			got := w.enrollment(e)
			if told := got.Reason(); got.Status != want || c.rejected && (told == nil || *told != "Its seat was deleted.") {
				t.Errorf("%s: the enrollment is %s (%v), want %s", name, got.Status, told, want)
			}
			if n := w.entries(e, audit.Reject, audit.Success); n != entries {
				t.Errorf("%s: %d entries of the rejection, want %d", name, n, entries)
			}
			if n := w.count(`SELECT count(*) FROM mails WHERE kind = 'REJECTED'`) - mails; n != c.mails {
				t.Errorf("%s: %d mails, want %d", name, n, c.mails)
			}
			if n := w.entries(seat.ID, audit.DeleteSeat, audit.Success); n != 1 {
				t.Errorf("%s: %d entries of the deletion, want 1", name, n)
			}
		}
	}
	if got := w.figures(lifecycle.User); got != "0 0" {
		t.Errorf("created and consumed are %s when every seat is gone", got)
	}
	w.honest()
}

func TestWhatADeletionDoesToCertificatesAndFigures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		kind    lifecycle.SeatType
		held    []lifecycle.CertificateStatus
		revoke  bool
		before  string
		after   []lifecycle.CertificateStatus
		entries int
	}{
		{"CREATED", lifecycle.Device, nil, true, "2 0", nil, 0},
		{"CONSUMED, kept", lifecycle.Device, held(lifecycle.CertificateIssued), false, "2 1", held(lifecycle.CertificateIssued), 0},
		{"CONSUMED, revoked", lifecycle.Device, held(lifecycle.CertificateIssued), true, "2 1", held(lifecycle.CertificateRevoked), 1},
		{"CONSUMED by a suspended one, revoked", lifecycle.Device, held(lifecycle.CertificateSuspended), true, "2 1", held(lifecycle.CertificateRevoked), 1},
		{"several, revoked", lifecycle.User, held(lifecycle.CertificateIssued, lifecycle.CertificateSuspended, lifecycle.CertificateIssued), true, "2 1",
			held(lifecycle.CertificateRevoked, lifecycle.CertificateRevoked, lifecycle.CertificateRevoked), 3},
		{"an expired one is not revoked", lifecycle.Device, held(lifecycle.CertificateExpired), true, "2 0", held(lifecycle.CertificateExpired), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			w.seat(c.kind, "neighbour")
			seat := w.seat(c.kind, "ada")
			for _, status := range c.held {
				w.certificate("ada", status, morning.Add(365*day))
			}
			if got := w.figures(c.kind); got != c.before {
				t.Fatalf("created and consumed are %s before, want %s", got, c.before)
			}
			w.delete(manager, seat.ID, c.revoke)
			if got := w.figures(c.kind); got != "1 0" {
				t.Errorf("created and consumed are %s after, want 1 0", got)
			}
			rows, err := w.admin.Query(`SELECT status FROM certificates WHERE seat_row_id = $1 ORDER BY id`, seat.ID.UUID)
			granted(t, err)
			defer rows.Close()
			var found []lifecycle.CertificateStatus
			for rows.Next() {
				var s lifecycle.CertificateStatus
				granted(t, rows.Scan(&s))
				found = append(found, s)
			}
			granted(t, rows.Err())
			if !slices.Equal(found, c.after) {
				t.Errorf("the certificates are %v, want %v and all still linked", found, c.after)
			}
			if n := w.entries(id.ID{}, audit.RevokeCertificate, audit.Success); n != c.entries {
				t.Errorf("%d entries of revocations, want %d", n, c.entries)
			}
			if n := w.count(`SELECT count(*) FROM certificates WHERE revocation_reason = 'CESSATION_OF_OPERATION'`); n != c.entries {
				t.Errorf("%d certificates have the reason, want %d", n, c.entries)
			}
			w.honest()
		})
	}
}

func held(s ...lifecycle.CertificateStatus) []lifecycle.CertificateStatus { return s }

func TestDeletionsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	elsewhere := w.newUnit("elsewhere", 5)
	foreign, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: elsewhere, SeatType: lifecycle.User, SeatID: "foreign"})
	granted(t, err)
	seat, gone, consumed, issuing := w.seat(lifecycle.User, "ada"), w.seat(lifecycle.User, "gone"), w.seat(lifecycle.User, "consumed"), w.seat(lifecycle.User, "issuing")
	w.delete(manager, gone.ID, false)
	w.certificate("consumed", lifecycle.CertificateIssued, morning.Add(365*day))
	e := w.request(rita, w.profile(rules{}), "issuing")
	w.past(`UPDATE enrollments SET status = 'APPROVED', issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, e.UUID, morning)
	here := person("here", lifecycle.SeatManager, "research")
	unknown := id.New(id.Seat)
	for _, c := range []struct {
		name string
		by   viewer.Viewer
		in   inventory.DeleteSeatInput
		want refusal.Code
		says string
	}{
		{"an unknown seat", here, inventory.DeleteSeatInput{ID: unknown}, refusal.NotFound, "There is no seat " + unknown.String() + " for you."},
		{"a seat of another business unit", here, inventory.DeleteSeatInput{ID: foreign.Seat.ID}, refusal.NotFound, "There is no seat " + foreign.Seat.ID.String() + " for you."},
		{"an id of another kind", here, inventory.DeleteSeatInput{ID: id.Of(id.Enrollment, seat.ID.UUID)}, refusal.NotFound, "There is no seat enr_"},
		{"a deleted seat", here, inventory.DeleteSeatInput{ID: gone.ID}, refusal.SeatDeleted, "its seat id is free again"},
		{"a deleted seat, with an old version", here, inventory.DeleteSeatInput{ID: gone.ID, ExpectedVersion: ptr(1)}, refusal.SeatDeleted, "was deleted"},
		{"revoking without the permission", here, inventory.DeleteSeatInput{ID: consumed.ID, RevokeCertificates: ptr(true)}, refusal.RevokePermissionMissing, "REVOKE_CERTIFICATES"},
		{"while a certificate authority works", here, inventory.DeleteSeatInput{ID: issuing.ID}, refusal.Issuing, "Ask again"},
		{"another version", here, inventory.DeleteSeatInput{ID: seat.ID, ExpectedVersion: ptr(7)}, refusal.Conflict, "version 1, you sent 7"},
		{"a comment that is too long", here, inventory.DeleteSeatInput{ID: seat.ID, Comment: ptr(strings.Repeat("x", 1001))}, refusal.Invalid, "1000"},
		{"without MANAGE_SEATS", looker, inventory.DeleteSeatInput{ID: seat.ID}, refusal.Forbidden, "MANAGE_SEATS"},
	} {
		t.Run(c.name, func(t *testing.T) {
			refusals := w.entries(id.ID{}, audit.DeleteSeat, audit.Refused)
			p, err := w.Inventory.DeleteSeat(w.as(c.by), c.in)
			granted(t, err)
			refused(t, p.UserErrors, c.want)
			if !strings.Contains(p.UserErrors[0].Message, c.says) {
				t.Errorf("it says %q, without %q", p.UserErrors[0].Message, c.says)
			}
			if (p.Seat == nil) != (c.want == refusal.NotFound) {
				t.Errorf("beside it stands %+v", p.Seat)
			}
			if n := w.entries(id.ID{}, audit.DeleteSeat, audit.Refused) - refusals; n != 1 {
				t.Errorf("%d entries of the refusal, want 1", n)
			}
		})
	}
	for _, c := range []struct {
		name string
		ids  []id.ID
		want refusal.Code
	}{
		{"no ids", nil, refusal.Invalid},
		{"1,001 ids", make([]id.ID, 1001), refusal.TooMany},
	} {
		p, err := w.Inventory.DeleteSeats(w.as(here), inventory.DeleteSeatsInput{IDs: c.ids})
		granted(t, err)
		if refused(t, p.UserErrors, c.want); len(p.Results) != 0 {
			t.Errorf("%s: %d results", c.name, len(p.Results))
		}
	}
	if live := w.count(`SELECT count(*) FROM seats WHERE deleted_at IS NULL`); live != 4 {
		t.Errorf("%d live seats, want the 4 that nobody could delete", live)
	}
	w.honest()
}

func TestRevokingNeedsItsPermissionOnlyWhereSomethingIsRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	bare, ended := w.seat(lifecycle.Device, "bare"), w.seat(lifecycle.Device, "ended")
	w.certificate("ended", lifecycle.CertificateIssued, morning.Add(day))
	w.set(morning.Add(2 * day)) // and nobody has written down that it expired
	p, err := w.Inventory.DeleteSeats(w.as(seatsOnly), inventory.DeleteSeatsInput{IDs: []id.ID{bare.ID, ended.ID}, RevokeCertificates: ptr(true)})
	granted(t, err)
	for _, r := range p.Results {
		granted(t, nil, r.UserErrors...)
	}
	if n := w.count(`SELECT count(*) FROM certificates WHERE status = 'EXPIRED'`); n != 1 {
		t.Errorf("%d certificates are written as expired, want 1", n)
	}
	if w.entries(id.ID{}, audit.Expire, audit.Success) != 1 || w.entries(id.ID{}, audit.RevokeCertificate, audit.Success) != 0 {
		t.Error("the expiry has no entry, or the expired one was revoked")
	}
	w.honest()
}

func TestOneOfManyThatIsRefusedSpoilsNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	a, b, c := w.seat(lifecycle.User, "a"), w.seat(lifecycle.User, "b"), w.seat(lifecycle.User, "c")
	w.delete(manager, b.ID, false)
	unknown := id.New(id.Seat)
	p, err := w.Inventory.DeleteSeats(w.as(manager), inventory.DeleteSeatsInput{IDs: []id.ID{c.ID, unknown, b.ID, c.ID, a.ID}, Comment: ptr("They left.")})
	granted(t, err)
	var got []string
	for _, r := range p.Results {
		shown := "nothing"
		if r.Seat != nil {
			shown = string(r.Seat.Status)
		}
		got = append(got, r.ID.String()+" "+string(code(r.UserErrors))+" "+shown)
	}
	want := []string{c.ID.String() + "  DELETED", unknown.String() + " NOT_FOUND nothing", b.ID.String() + " SEAT_DELETED DELETED", a.ID.String() + "  DELETED"}
	if !slices.Equal(got, want) {
		t.Errorf("results %q, want %q", got, want)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'DELETE_SEAT' AND comment = 'They left.' AND actor_subject = 'manager'`); n != 4 {
		t.Errorf("%d entries with the comment, want two deletions and two refusals", n)
	}
	w.honest()
}

func TestASeatIDIsFreeOnceItsSeatIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1) // one licence, so that it must have come back
	seen := map[uuid.UUID]bool{}
	for range 3 {
		s := w.seat(lifecycle.User, "Ada@Example.com")
		if seen[s.ID.UUID] || s.Version != 1 || s.Status != lifecycle.SeatCreated {
			t.Errorf("%+v is no new seat", s)
		}
		seen[s.ID.UUID] = true
		w.delete(manager, s.ID, false)
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE seat_key = 'ada@example.com' AND status = 'DELETED'`); n != 3 {
		t.Errorf("%d deleted seats are kept, want 3", n)
	}
	w.honest()
}

func TestASeatThatItsExpiredApprovalWouldTakeAlongIsDeletedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	e := w.approvedFor(w.profile(rules{}), "ada")
	seat := w.seatOf("ada")
	w.set(pickup)
	w.delete(manager, seat, false)
	rows, err := w.admin.Query(`SELECT action || ' ' || actor_kind FROM audit_entries WHERE resource_id IN ($1, $2) AND at >= $3 ORDER BY id`, e.UUID, seat.UUID, pickup)
	granted(t, err)
	defer rows.Close()
	var told []string
	for rows.Next() {
		var s string
		granted(t, rows.Scan(&s))
		told = append(told, s)
	}
	granted(t, rows.Err())
	if want := []string{"EXPIRE SYSTEM", "REJECT USER", "DELETE_SEAT USER"}; !slices.Equal(told, want) {
		t.Errorf("the entries are %q, want %q", told, want)
	}
	if got := w.enrollment(e).Status; got != lifecycle.Rejected {
		t.Errorf("the enrollment is %s", got)
	}
	if n := w.count(`SELECT count(*) FROM mails WHERE kind = 'REJECTED'`); n != 0 {
		t.Errorf("%d mails tell of the rejection of what had expired", n)
	}
	if got := w.figures(lifecycle.User); got != "0 0" {
		t.Errorf("created and consumed are %s", got)
	}
	w.honest()
}

func TestADeletionIsRepeatedByItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	seat := w.seat(lifecycle.User, "ada")
	in := inventory.DeleteSeatInput{ID: seat.ID, IdempotencyKey: ptr("k")}
	for n := range 2 {
		p, err := w.Inventory.DeleteSeat(w.as(manager), in)
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if p.Replayed != (n == 1) || p.Seat == nil || p.Seat.Status != lifecycle.SeatDeleted {
			t.Errorf("call %d: %+v", n, p)
		}
	}
	if n := w.entries(seat.ID, audit.DeleteSeat, audit.Success); n != 1 {
		t.Errorf("%d entries, want 1", n)
	}
	w.honest()
}
