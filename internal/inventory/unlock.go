package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// UnlockEnrollmentInput says which locked enrollment to let be tried again.
type UnlockEnrollmentInput struct {
	ID              id.ID
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// UnlockEnrollmentsInput says which locked enrollments to let be tried again.
type UnlockEnrollmentsInput struct {
	IDs            []id.ID
	Comment        *string
	IdempotencyKey *string
}

// Unlock lets a locked enrollment be tried again, with the same code and all its
// attempts; one whose time has passed while it was locked becomes EXPIRED, for
// Reset. Refused: NOT_FOUND, CONFLICT, WRONG_METHOD, ISSUING, INVALID_STATE.
func (i *Inventory) Unlock(ctx context.Context, in UnlockEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, unlocking(&act{
		mutation: "unlockEnrollment", ids: []id.ID{in.ID}, said: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
	}))
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// UnlockMany does so to up to 1,000, each as Unlock does.
func (i *Inventory) UnlockMany(ctx context.Context, in UnlockEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.act(ctx, unlocking(&act{mutation: "unlockEnrollments", ids: in.IDs, said: in.Comment, input: in, key: in.IdempotencyKey}))
	return i.enrollmentsPayload(ctx, out, err)
}

// unlocking gives enrollments their attempts back.
func unlocking(a *act) *act {
	a.word, a.action, a.field = audit.Unlock, lifecycle.ActUnlock, "comment"
	a.turn = func(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error) {
		t.set(l, store.Row{"status": l.status, "attempts": l.attempts}, store.Row{"status": to, "attempts": 0})
		return nil, nil
	}
	return a
}
