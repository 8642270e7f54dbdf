package inventory

import (
	"context"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// ResetEnrollmentInput says which expired enrollment to give a new time.
type ResetEnrollmentInput struct {
	ID              id.ID
	ExpiresAt       *time.Time
	NewCode         *bool
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// ResetEnrollmentsInput says which expired enrollments to give a new time.
type ResetEnrollmentsInput struct {
	IDs            []id.ID
	ExpiresAt      *time.Time
	NewCode        *bool
	Comment        *string
	IdempotencyKey *string
}

// Reset gives an expired enrollment a new time and all its attempts, under its old
// link, with the same code unless a new one is asked for. The new one is not
// mailed: RevealCode shows it. Refused: NOT_FOUND, INVALID, CONFLICT, WRONG_METHOD,
// ISSUING, INVALID_STATE, SEAT_DELETED, PROFILE_ARCHIVED, ACTIVE_ENROLLMENT_EXISTS.
func (i *Inventory) Reset(ctx context.Context, in ResetEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, i.resetting(in.ExpiresAt, in.NewCode, &act{
		mutation: "resetEnrollment", ids: []id.ID{in.ID}, said: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
	}))
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// ResetMany does so to up to 1,000, each as Reset does. Of several that stood in
// one place, the first one asked for gets it back.
func (i *Inventory) ResetMany(ctx context.Context, in ResetEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.act(ctx, i.resetting(in.ExpiresAt, in.NewCode, &act{mutation: "resetEnrollments", ids: in.IDs, said: in.Comment, input: in, key: in.IdempotencyKey}))
	return i.enrollmentsPayload(ctx, out, err)
}

// resetting is giving expired enrollments this time, or without one what each was
// promised, from now.
func (i *Inventory) resetting(given *time.Time, newCode *bool, a *act) *act {
	a.word, a.action, a.field, a.revives = audit.Reset, lifecycle.ActReset, "comment", true
	a.check = func(tx *store.Tx) *refusal.Refusal {
		if given == nil {
			return nil
		}
		_, no := codeEnd(tx.Now(), *given)
		return no
	}
	a.turn = func(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error) {
		before, after := l.revived(t.tx.Now(), to)
		before["attempts"], after["attempts"] = l.attempts, 0
		if given != nil {
			after["expires_at"], _ = codeEnd(t.tx.Now(), *given)
		}
		if newCode == nil || !*newCode {
			t.set(l, before, after)
			return nil, nil
		}
		if no := l.unknown(); no != nil {
			return no, nil
		}
		cipher, err := i.keys.Seal(makeCode(l.promise), l.id, "code_cipher")
		after["code_cipher"] = cipher
		t.set(l, before, after)
		return nil, err
	}
	return a
}

// unknown is the no to a new code that nobody would learn of: RevealCode shows it
// under a private CA only, and a reset mails nothing.
func (l *locked) unknown() *refusal.Refusal {
	const because = "Under a public certificate authority a made code is shown to nobody and has to be mailed, which a reset does not. "
	switch {
	case l.ca != lifecycle.Public:
		return nil
	case l.enrollmentMethod.Mailed() && l.promise.MailCode:
		return refusal.New(refusal.Invalid, because+"Use resendEnrollment, which makes a new code and mails it; or leave newCode out.").At("newCode")
	}
	return refusal.New(refusal.Invalid, because+"Leave newCode out; or cancel the enrollment and enroll the seat again with a code that you give.").At("newCode")
}
