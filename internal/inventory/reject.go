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
	out, err := i.end(ctx, ending{"rejectEnrollment", audit.Reject, lifecycle.ActReject, "reason", 1, in, in.IdempotencyKey}, []id.ID{in.ID}, &in.Reason)
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// RejectMany rejects up to 1,000 requests with one reason, each as Reject does.
func (i *Inventory) RejectMany(ctx context.Context, in RejectEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.end(ctx, ending{"rejectEnrollments", audit.Reject, lifecycle.ActReject, "reason", 1, in, in.IdempotencyKey}, in.IDs, &in.Reason)
	return i.enrollmentsPayload(ctx, out, err)
}

// Withdraw takes the viewer's own request back while nobody has decided for
// good. Refused: NOT_FOUND, NOT_REQUESTER, INVALID_STATE, ISSUING.
func (i *Inventory) Withdraw(ctx context.Context, in WithdrawEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.end(ctx, ending{"withdrawEnrollment", audit.Withdraw, lifecycle.ActWithdraw, "comment", 0, in, in.IdempotencyKey}, []id.ID{in.ID}, in.Comment)
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// ending is an act that leads to REJECTED.
type ending struct {
	mutation string
	word     audit.Action
	action   lifecycle.EnrollmentAction
	field    string
	least    int
	input    any
	key      *string
}

// end runs an act that leads to REJECTED: an approver's rejection is kept as a
// decision and mailed, a requester's withdrawal is neither.
func (i *Inventory) end(ctx context.Context, e ending, ids []id.ID, given *string) (store.Outcome, error) {
	s, err := i.sightOf(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: e.mutation, Action: e.word, Resource: audit.Enrollment, ID: only(ids), Key: e.key, Input: e.input}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(ids); no != nil {
			return store.Outcome{}, no
		}
		reason, no := text(e.field, given, e.least, 1000)
		if no != nil {
			return store.Outcome{}, no
		}
		h, err := i.lockEnrollments(ctx, tx, s, ids)
		if err != nil {
			return store.Outcome{}, err
		}
		var ended []*locked
		var changes []store.Change
		items := h.decide(tx, e.action, reason, func(_ int, l *locked, to lifecycle.Status) *refusal.Refusal {
			ended = append(ended, l)
			changes = append(changes, l.change(store.Row{"status": l.status, "reason": ""}, store.Row{"status": to, "reason": reason}))
			return nil
		})
		if e.action == lifecycle.ActReject {
			decisions := make([]store.Row, len(ended))
			for n, l := range ended {
				decisions[n] = decision(tx, l, lifecycle.DecisionRejected, reason)
				h.after.mail(tx, mailRejected, l.id, l.unit, l.email)
			}
			if err := tx.Add(ctx, migrate.ApprovalsTable, decisions); err != nil {
				return store.Outcome{}, err
			}
		}
		if err := tx.Apply(ctx, audit.Enrollment, changes); err != nil {
			return store.Outcome{}, err
		}
		for _, l := range ended {
			tx.Record(audit.Entry{ID: l.id, Comment: reason})
			if l.seatRow != nil {
				h.after.active[*l.seatRow]--
			}
		}
		return store.Outcome{Items: items}, h.after.settle(ctx, tx)
	})
}
