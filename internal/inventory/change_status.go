package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// ChangeEnrollmentStatusInput says where to move a request.
type ChangeEnrollmentStatusInput struct {
	ID              id.ID
	Status          lifecycle.Status
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// ChangeStatus moves a request between PENDING and IN_PROGRESS. Refused:
// NOT_FOUND, INVALID_STATE (also when it is there already), CONFLICT, ISSUING.
func (i *Inventory) ChangeStatus(ctx context.Context, in ChangeEnrollmentStatusInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, &act{
		mutation: "changeEnrollmentStatus", word: audit.ChangeStatus, action: lifecycle.ActChangeStatus, ids: []id.ID{in.ID},
		said: in.Comment, field: "comment", expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
		turn: func(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error) {
			if to != in.Status {
				return refusal.New(refusal.InvalidState, "The enrollment is %s already, so there is nothing left to do.", l.status).At("status"), nil
			}
			t.set(l, store.Row{"status": l.status}, store.Row{"status": to})
			return nil, nil
		},
	})
	return i.enrollmentPayload(ctx, in.ID, out, err)
}
