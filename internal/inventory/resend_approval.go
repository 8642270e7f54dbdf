package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// ResendApprovalEmailInput says whose pick-up link to mail again.
type ResendApprovalEmailInput struct {
	ID              id.ID
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// ResendApprovalEmailsInput says whose pick-up links to mail again.
type ResendApprovalEmailsInput struct {
	IDs            []id.ID
	Comment        *string
	IdempotencyKey *string
}

// ResendApproval mails the pick-up link of an approved request again, with a new
// secret; the old link opens nothing more. Its time stays. Refused: NOT_FOUND,
// INVALID when there is nobody to mail, CONFLICT, WRONG_METHOD, ISSUING,
// INVALID_STATE.
func (i *Inventory) ResendApproval(ctx context.Context, in ResendApprovalEmailInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, i.resendingApproval(&act{
		mutation: "resendApprovalEmail", ids: []id.ID{in.ID}, said: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
	}))
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// ResendApprovalMany does so to up to 1,000, each as ResendApproval does.
func (i *Inventory) ResendApprovalMany(ctx context.Context, in ResendApprovalEmailsInput) (*EnrollmentsPayload, error) {
	out, err := i.act(ctx, i.resendingApproval(&act{mutation: "resendApprovalEmails", ids: in.IDs, said: in.Comment, input: in, key: in.IdempotencyKey}))
	return i.enrollmentsPayload(ctx, out, err)
}

// resendingApproval is mailing new pick-up links.
func (i *Inventory) resendingApproval(a *act) *act {
	a.word, a.action, a.field = audit.ResendApproval, lifecycle.ActResendApprovalEmail, "comment"
	a.turn = func(t *turning, l *locked, _ lifecycle.Status) (*refusal.Refusal, error) {
		if l.holder() == "" {
			return nobodyToMail(l), nil
		}
		link, err := sealSecret(i.keys, l.id, "pickup_cipher")
		if err != nil {
			return nil, err
		}
		t.set(l, nil, store.Row{"pickup_cipher": link.cipher, "pickup_hash": link.hash})
		t.after.mail(t.tx, lifecycle.MailApproved, l.id, l.unit, l.holder())
		return nil, nil
	}
	return a
}
