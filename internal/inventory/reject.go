package inventory

import (
	"context"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// RejectEnrollmentInput says which request to reject, and why.
type RejectEnrollmentInput struct {
	ID             id.ID
	Reason         string
	IdempotencyKey *string
}

// RejectEnrollmentsInput says which requests to reject, and why.
type RejectEnrollmentsInput struct {
	IDs            []id.ID
	Reason         string
	IdempotencyKey *string
}

// WithdrawEnrollmentInput says which own request to take back.
type WithdrawEnrollmentInput struct {
	ID             id.ID
	Comment        *string
	IdempotencyKey *string
}

// Reject ends a request with a reason that its requester is told; one rejection
// is enough. Refused: NOT_FOUND, INVALID, INVALID_STATE, ISSUING.
func (i *Inventory) Reject(ctx context.Context, in RejectEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, rejecting(&act{mutation: "rejectEnrollment", ids: []id.ID{in.ID}, said: &in.Reason, input: in, key: in.IdempotencyKey}))
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// RejectMany rejects up to 1,000 requests with one reason, each as Reject does.
func (i *Inventory) RejectMany(ctx context.Context, in RejectEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.act(ctx, rejecting(&act{mutation: "rejectEnrollments", ids: in.IDs, said: &in.Reason, input: in, key: in.IdempotencyKey}))
	return i.enrollmentsPayload(ctx, out, err)
}

// rejecting is the rejection of requests: kept as decisions, and mailed.
func rejecting(a *act) *act {
	a.word, a.action, a.field, a.least, a.turn = audit.Reject, lifecycle.ActReject, "reason", 1, endIt
	a.beside = func(ctx context.Context, t *turning) error {
		decisions := make([]store.Row, len(t.won))
		for n, l := range t.won {
			decisions[n] = decision(t.tx, l, lifecycle.DecisionRejected, t.said)
			t.after.mail(t.tx, lifecycle.MailRejected, l.id, l.unit, l.email)
		}
		return t.tx.Add(ctx, migrate.ApprovalsTable, decisions)
	}
	return a
}

// Withdraw takes the viewer's own request back while nobody has decided for
// good. Refused: NOT_FOUND, NOT_REQUESTER, INVALID_STATE, ISSUING.
func (i *Inventory) Withdraw(ctx context.Context, in WithdrawEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, &act{
		mutation: "withdrawEnrollment", word: audit.Withdraw, action: lifecycle.ActWithdraw, ids: []id.ID{in.ID},
		said: in.Comment, field: "comment", input: in, key: in.IdempotencyKey, turn: endIt,
	})
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// endIt ends an enrollment for good, with what was said as the reason.
func endIt(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error) {
	t.set(l, store.Row{"status": l.status, "reason": ""}, store.Row{"status": to, "reason": t.said})
	return nil, nil
}
