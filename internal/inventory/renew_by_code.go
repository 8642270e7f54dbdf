package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/refusal"
)

// renewalCode asks for a successor by enrolling the seat with a code.
type renewalCode struct {
	*renewing
	enroll *enrolling
	seat   *candidate
}

func newRenewalCode(r *renewing, c *predecessor, s *lockedSeat) *renewalCode {
	e := r.i.newEnrolling(r.tx, r.after, c.held)
	e.replaces = &c.id
	return &renewalCode{renewing: r, enroll: e, seat: candidateOf(s, r.in.Code, r.in.Email)}
}

func (w *renewalCode) look(ctx context.Context) error {
	return w.enroll.decide(ctx, []*candidate{w.seat})
}

func (w *renewalCode) judge(context.Context) (*refusal.Refusal, error) {
	for _, other := range []struct {
		field string
		given bool
	}{{"csr", w.in.Csr != nil}, {"comment", w.in.Comment != nil}} {
		if other.given {
			return refusal.New(refusal.WrongMethod, "The certificate profile %s admits by codes: the holder makes the CSR when they redeem, and nobody approves. Leave the %s out.", w.enroll.profile.Name, other.field).At(other.field), nil
		}
	}
	if w.seat.no != nil {
		return w.seat.no, nil
	}
	return w.enroll.until(w.in.ExpiresAt), nil
}

func (w *renewalCode) write(ctx context.Context) (uuid.UUID, shownOnce, error) {
	if err := w.enroll.write(ctx, []*candidate{w.seat}); err != nil {
		return uuid.Nil, shownOnce{}, err
	}
	return w.seat.made, w.seat.shown, w.after.settle(ctx, w.tx)
}
