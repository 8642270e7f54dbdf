package inventory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// An authority's no, and one that cannot be reached for ten tries, fail the claim:
// status, code and attempts stay, and it can be redeemed anew.
func TestAClaimThatFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		answer  error
		attempt int
		fails   bool
		reason  string
	}{
		{"a no", &issuer.No{Reason: "The name is not allowed.", Cause: errors.New("urn:ietf:params:acme:error:rejectedIdentifier")}, 1, true, "The name is not allowed."},
		{"nobody there, the ninth time", errors.New("dial tcp 192.0.2.1:443: refused"), 9, false, ""},
		{"nobody there, the tenth time", errors.New("dial tcp 192.0.2.1:443: refused"), 10, true, "could not be reached"},
		{"a panic, the tenth time", nil, 10, true, "could not be reached"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 2)
			guest, j := w.claimed("guest")
			j.Attempt = c.attempt
			w.ca.answers(func(context.Context, issuer.Order, json.RawMessage, func(context.Context, json.RawMessage) error) error {
				if c.answer == nil {
					panic("a bug")
				}
				return c.answer
			})
			w.set(morning.Add(time.Minute))
			err := w.Inventory.Issue(t.Context(), j)
			var f *job.Failure
			if !errors.As(err, &f) || f.Final != c.fails || strings.Contains(f.Sentence, "192.0.2.1") {
				t.Errorf("the job is told %v", err)
			}
			v, err := w.Inventory.Invitation(t.Context(), guest.token)
			granted(t, err)
			if !c.fails {
				if v.Issuance == nil || v.Issuance.State != lifecycle.IssuanceRequested {
					t.Errorf("it is given up: %+v", v.Issuance)
				}
				return
			}
			if v.Status != lifecycle.Created || v.Issuance == nil || v.Issuance.State != lifecycle.IssuanceFailed || !strings.Contains(v.Issuance.Reason, c.reason) ||
				!v.Issuance.Since.Equal(morning.Add(time.Minute)) || *v.AttemptsLeft != 5 {
				t.Errorf("it shows %s, %+v", v.Status, v.Issuance)
			}
			if n := w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'ISSUE_CERTIFICATE' AND outcome = 'FAILURE' AND actor_kind = 'SYSTEM' AND business_unit_id IS NOT NULL AND changes::text LIKE '%FAILED%'`, guest.e.UUID); n != 1 {
				t.Errorf("%d entries tell what changed", n)
			}
			granted(t, w.Inventory.Issue(t.Context(), j)) // it has ended, and the authority is not asked again
			if n := w.ca.calls(); n != 1 {
				t.Errorf("the authority was asked %d times", n)
			}
			w.ca.answers(nil)
			w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
			w.issueDue()
			w.holdsOne(guest)
		})
	}
}

// A server that stops says nothing about the authority, at whatever try.
func TestAServerThatStopsFailsNoClaim(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	guest, j := w.claimed("guest")
	j.Attempt = 1000
	ctx, stop := context.WithCancel(t.Context())
	w.ca.answers(func(ctx context.Context, _ issuer.Order, _ json.RawMessage, _ func(context.Context, json.RawMessage) error) error {
		stop()
		return fmt.Errorf("ask the authority: %w", ctx.Err())
	})
	if err := w.Inventory.Issue(ctx, j); !errors.Is(err, context.Canceled) {
		t.Errorf("the job is told %v", err)
	}
	w.ca.answers(nil)
	granted(t, w.Inventory.Issue(t.Context(), j))
	w.holdsOne(guest)
}

// While an authority is at work an invitation does not expire, and nobody acts on
// it; after its no it does.
func TestExpiryAndTheAuthority(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	guest, j := w.claimed("guest")
	w.set(morning.Add(20 * day))
	if n, err := w.Inventory.ExpireDue(t.Context(), 10); n != 0 || err != nil {
		t.Errorf("%d have expired, %v", n, err)
	}
	cancelled, err := w.Inventory.Cancel(w.as(manager), inventory.CancelEnrollmentInput{ID: guest.e, Reason: "no"})
	granted(t, err)
	refused(t, cancelled.UserErrors, refusal.Issuing)
	seat := id.ID{Kind: id.Seat}
	granted(t, w.admin.QueryRow(`SELECT seat_row_id FROM enrollments WHERE id = $1`, guest.e.UUID).Scan(&seat.UUID))
	deleted, err := w.Inventory.DeleteSeat(w.as(boss), inventory.DeleteSeatInput{ID: seat})
	granted(t, err)
	refused(t, deleted.UserErrors, refusal.Issuing)
	w.ca.answers(func(context.Context, issuer.Order, json.RawMessage, func(context.Context, json.RawMessage) error) error {
		return &issuer.No{Reason: "No."}
	})
	_ = w.Inventory.Issue(t.Context(), j)
	if got := w.enrollment(guest.e); got.Status != lifecycle.Expired || got.Issuance() == nil {
		t.Errorf("after the no it is %s", got.Status)
	}
	w.honest()
}

// What was issued is never lost: the seat got another certificate while the
// authority was at work, by an import, and holds both.
func TestASeatThatGotAnotherCertificateMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	under := w.profile(rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode, method: lifecycle.CSR})
	guest := w.invite(under, lifecycle.Device, "web-01")
	w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
	w.hasValid("web-01")
	w.issueDue()
	w.holdsOne(guest)
	if n := w.count(`SELECT valid_certificates FROM seats`); n != 2 {
		t.Errorf("the seat counts %d certificates", n)
	}
}

// Somebody has linked the very certificate to another seat before it was kept: it is
// not lost, and the claim ends with the reason.
func TestACertificateThatIsLinkedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	guest, j := w.claimed("guest")
	elsewhere := w.seat(lifecycle.User, "elsewhere")
	w.ca.after = func(c *issuer.Certificate) error {
		out, err := w.Inventory.LinkCertificate(w.as(boss), inventory.LinkCertificateInput{SeatID: elsewhere.ID, Source: lifecycle.SourceImported, Der: c.DER})
		granted(t, err)
		granted(t, nil, out.Why()...)
		return nil
	}
	var f *job.Failure
	if err := w.Inventory.Issue(t.Context(), j); !errors.As(err, &f) || !f.Final || !strings.Contains(f.Sentence, "A certificate stays on its seat") {
		t.Errorf("the job is told %v", err)
	}
	if got := w.enrollment(guest.e); got.Issuance() == nil || got.Issuance().State != lifecycle.IssuanceFailed {
		t.Errorf("it is %s, %+v", got.Status, got.Issuance())
	}
	w.honest()
}

// A database that is away while a certificate is kept ends no claim, at whatever try.
func TestWhatWasIssuedIsKeptAsSoonAsItCanBe(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	guest, j := w.claimed("guest")
	j.Attempt = 1000
	w.past(`ALTER TABLE certificates RENAME TO away`)
	var f *job.Failure
	if err := w.Inventory.Issue(t.Context(), j); !errors.As(err, &f) || f.Final {
		t.Errorf("the job is told %v", err)
	}
	w.past(`ALTER TABLE away RENAME TO certificates`)
	granted(t, w.Inventory.Issue(t.Context(), j))
	w.holdsOne(guest)
}

// A certificate for another key than the one asked for is none.
func TestACertificateForAnotherKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	first, j := w.claimed("first")
	w.ca.after = func(c *issuer.Certificate) error {
		c.DER = w.ca.root.Raw
		return nil
	}
	err := w.Inventory.Issue(t.Context(), j)
	var f *job.Failure
	if !errors.As(err, &f) || !f.Final || !strings.Contains(f.Sentence, "something else") {
		t.Errorf("the job is told %v", err)
	}
	if got := w.enrollment(first.e); got.Issuance() == nil || got.Issuance().State != lifecycle.IssuanceFailed {
		t.Errorf("it is %s, %+v", got.Status, got.Issuance())
	}
	w.honest()
}
