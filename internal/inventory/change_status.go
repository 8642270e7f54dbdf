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
	s, err := i.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	cause := store.Cause{Mutation: "changeEnrollmentStatus", Action: audit.ChangeStatus, Resource: audit.Enrollment, ID: in.ID.UUID, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		comment, no := text("comment", in.Comment, 0, 1000)
		if no != nil {
			return store.Outcome{}, no
		}
		h, err := i.lockEnrollments(ctx, tx, s, []id.ID{in.ID})
		if err != nil {
			return store.Outcome{}, err
		}
		var changes []store.Change
		items := h.decide(tx, lifecycle.ActChangeStatus, comment, func(_ int, l *locked, to lifecycle.Status) *refusal.Refusal {
			if in.ExpectedVersion != nil && *in.ExpectedVersion != l.version {
				return refusal.New(refusal.Conflict, "The enrollment was changed by somebody else (version %d, you sent %d); read it again.", l.version, *in.ExpectedVersion).At("expectedVersion")
			}
			if to != in.Status {
				return refusal.New(refusal.InvalidState, "The enrollment is %s already, so there is nothing left to do.", l.status).At("status")
			}
			changes = append(changes, l.change(store.Row{"status": l.status}, store.Row{"status": to}))
			return nil
		})
		if err := tx.Apply(ctx, audit.Enrollment, changes); err != nil {
			return store.Outcome{}, err
		}
		for _, c := range changes {
			tx.Record(audit.Entry{ID: c.ID, Comment: comment})
		}
		return store.Outcome{Items: items}, h.after.settle(ctx, tx)
	})
	return i.enrollmentPayload(ctx, in.ID, out, err)
}
