package inventory_test

import (
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// A seat that holds one certificate gets one, also when two of its enrollments are
// redeemed before the authority has answered the first.
func TestTwoEnrollmentsOfOneSeatAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	device := rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode, method: lifecycle.CSR}
	seat := w.seat(lifecycle.Device, "web-01")
	one, other := w.inviteSeat(w.profile(device), seat), w.inviteSeat(w.profile(device), seat)
	elsewhere := w.approvedWithCSR(w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR}), "web-01")
	w.redeem(inventory.RedeemEnrollmentInput{Token: one.token, Code: &one.code, Csr: blankCSR(t)})

	again := inventory.RedeemEnrollmentInput{Token: other.token, Code: &other.code, Csr: blankCSR(t)}
	p, err := w.Inventory.Redeem(t.Context(), again)
	granted(t, err)
	refused(t, p.UserErrors, refusal.Issuing)
	if *p.Invitation.AttemptsLeft != 5 || p.Invitation.Issuance != nil {
		t.Errorf("the right code has cost something: %+v", p.Invitation)
	}
	leaf := pemOf(elsewhere.ca.certify("web-01", &elsewhere.key.PublicKey, year, false))
	refused(t, w.attach(elsewhere.e, leaf).UserErrors, refusal.Issuing)

	w.issueDue()
	p, err = w.Inventory.Redeem(t.Context(), again)
	granted(t, err)
	refused(t, p.UserErrors, refusal.SeatHasCertificate)
	refused(t, w.attach(elsewhere.e, leaf).UserErrors, refusal.SeatHasCertificate)
	w.issueDue()
	if n := w.count(`SELECT valid_certificates FROM seats WHERE id = $1`, seat.ID.UUID); n != 1 {
		t.Errorf("the seat has %d certificates", n)
	}
	if n := w.entries(other.e, audit.Redeem, audit.Refused); n != 2 {
		t.Errorf("%d refusals are audited", n)
	}
	w.honest()
}

// What is asked of somebody else's authority, which may take minutes, stands in a
// queue of its own: whoever asks the built-in one does not wait behind it.
func TestOthersAuthoritiesHaveAQueueOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	both := map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: w.ca, lifecycle.IssuerACME: w.ca}
	with, err := house.Open(w.Store, w.keys, house.Options{Issuers: both, Patience: time.Millisecond})
	granted(t, err)
	w.House = with
	under := w.profile(rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode, method: lifecycle.CSR})
	public, private := w.invite(under, lifecycle.Device, "www.example.org"), w.invite(under, lifecycle.Device, "web-01")
	w.past(`UPDATE enrollments SET promise = jsonb_set(promise, '{issuer}', '"ACME"') WHERE id = $1`, public.e.UUID)
	for _, guest := range []invited{public, private} {
		w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
	}
	w.issueDue()
	if got := w.enrollment(private.e).Status; got != lifecycle.Redeemed {
		t.Errorf("by the built-in authority it is %s", got)
	}
	if got := w.enrollment(public.e); got.Status != lifecycle.Created || got.Issuance() == nil {
		t.Errorf("by the other it is %s", got.Status)
	}
	worker, err := job.New(w.Ordering, job.Options{Handlers: map[string]job.Handler{inventory.OrderJob: w.Inventory.Issue}})
	granted(t, err)
	_, err = worker.RunDue(t.Context())
	granted(t, err)
	w.holdsOne(public)
	w.honest()
}

// A person's seat holds several, and none waits for another.
func TestTwoEnrollmentsOfOnePersonAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	person := rules{auth: lifecycle.EnrollmentCode, method: lifecycle.CSR}
	seat := w.seat(lifecycle.User, "ada")
	for _, guest := range []invited{w.inviteSeat(w.profile(person), seat), w.inviteSeat(w.profile(person), seat)} {
		w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
	}
	w.issueDue()
	if n := w.count(`SELECT valid_certificates FROM seats WHERE id = $1`, seat.ID.UUID); n != 2 {
		t.Errorf("the seat has %d certificates", n)
	}
	w.honest()
}
