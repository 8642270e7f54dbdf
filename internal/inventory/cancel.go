package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// CancelEnrollmentInput says which invitation to take back, and why.
type CancelEnrollmentInput struct {
	ID              id.ID
	Reason          string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// CancelEnrollmentsInput says which invitations to take back, and why.
type CancelEnrollmentsInput struct {
	IDs            []id.ID
	Reason         string
	IdempotencyKey *string
}

// Cancel takes an invitation back, with a reason, before it is redeemed: its link
// still tells that, and why, and redeems nothing. Refused: NOT_FOUND, INVALID,
// CONFLICT, WRONG_METHOD, ISSUING, INVALID_STATE.
func (i *Inventory) Cancel(ctx context.Context, in CancelEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, cancelling(&act{
		mutation: "cancelEnrollment", ids: []id.ID{in.ID}, said: &in.Reason, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
	}))
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// CancelMany takes up to 1,000 invitations back with one reason, each as Cancel does.
func (i *Inventory) CancelMany(ctx context.Context, in CancelEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.act(ctx, cancelling(&act{mutation: "cancelEnrollments", ids: in.IDs, said: &in.Reason, input: in, key: in.IdempotencyKey}))
	return i.enrollmentsPayload(ctx, out, err)
}

// cancelling is taking invitations back. Nobody is mailed: an invitation that was
// sent in error may have gone to somebody whom it does not concern.
func cancelling(a *act) *act {
	a.word, a.action, a.field, a.least, a.turn = audit.Cancel, lifecycle.ActCancel, "reason", 1, endIt
	return a
}
