package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// ResendEnrollmentInput says what to send again.
type ResendEnrollmentInput struct {
	ID              id.ID
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// ResendEnrollmentsInput says what to send again.
type ResendEnrollmentsInput struct {
	IDs            []id.ID
	Comment        *string
	IdempotencyKey *string
}

// Resend mails an invitation again, with a new link, so that one which went astray
// opens nothing more; from EXPIRED with a new code, a new expiry and all attempts
// too. Of a request it mails the approvers again; from EXPIRED with a new expiry,
// and a new round in which earlier approvals count no more. Refused: NOT_FOUND,
// INVALID when there is nobody to mail, CONFLICT, WRONG_METHOD,
// RESEND_NOT_FOR_THIS_METHOD, ISSUING, INVALID_STATE, SEAT_DELETED,
// PROFILE_ARCHIVED, ACTIVE_ENROLLMENT_EXISTS.
func (i *Inventory) Resend(ctx context.Context, in ResendEnrollmentInput) (*EnrollmentPayload, error) {
	out, err := i.act(ctx, i.resending(&act{
		mutation: "resendEnrollment", ids: []id.ID{in.ID}, said: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
	}))
	return i.enrollmentPayload(ctx, in.ID, out, err)
}

// ResendMany does so to up to 1,000, each as Resend does. Of several that stood in
// one place, the first one asked for gets it back.
func (i *Inventory) ResendMany(ctx context.Context, in ResendEnrollmentsInput) (*EnrollmentsPayload, error) {
	out, err := i.act(ctx, i.resending(&act{mutation: "resendEnrollments", ids: in.IDs, said: in.Comment, input: in, key: in.IdempotencyKey}))
	return i.enrollmentsPayload(ctx, out, err)
}

// resending is sending invitations and requests again, each in its way.
func (i *Inventory) resending(a *act) *act {
	a.word, a.action, a.field, a.revives = audit.ResendEnrollment, lifecycle.ActResendEnrollment, "comment", true
	a.turn = func(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error) {
		if l.method == lifecycle.ManualApproval {
			return resendRequest(t, l, to), nil
		}
		return i.resendInvitation(t, l, to)
	}
	return a
}

// resendInvitation mails the invited person again.
func (i *Inventory) resendInvitation(t *turning, l *locked, to lifecycle.Status) (*refusal.Refusal, error) {
	if no := l.unreachable(); no != nil {
		return no, nil
	}
	before, after := store.Row{}, store.Row{}
	if l.status == lifecycle.Expired {
		cipher, err := i.keys.Seal(makeCode(l.promise), l.id, "code_cipher")
		if err != nil {
			return nil, err
		}
		before, after = l.revived(t.tx.Now(), to)
		before["attempts"], after["attempts"], after["code_cipher"] = l.attempts, 0, cipher
	}
	link, err := sealSecret(i.keys, l.id, "token_cipher")
	if err != nil {
		return nil, err
	}
	after["token_cipher"], after["token_hash"] = link.cipher, link.hash
	t.set(l, before, after)
	t.after.mail(t.tx, lifecycle.MailInvitation, l.id, l.unit, l.holder())
	return nil, nil
}

// unreachable is the no to an invitation that reaches nobody, or that brings a new
// code which nobody would learn of.
func (l *locked) unreachable() *refusal.Refusal {
	switch {
	case l.holder() == "":
		return nobodyToMail(l)
	case l.status == lifecycle.Expired && l.ca == lifecycle.Public && !l.promise.MailCode:
		return refusal.New(refusal.Invalid, "From EXPIRED the invitation gets a new code, and under a public certificate authority a made code has to be mailed, which the certificate profile did not promise. "+
			"Use resetEnrollment, which keeps the code; or cancel the enrollment and enroll the seat again with a code that you give.")
	}
	return nil
}

// resendRequest mails the approvers again. What an earlier approval opened stays
// closed: the request is to be approved anew. An expired one begins a new round also
// where nobody is mailed: its approvers find it in their list.
func resendRequest(t *turning, l *locked, to lifecycle.Status) *refusal.Refusal {
	if len(l.promise.ApproverEmails) == 0 && l.status != lifecycle.Expired {
		return refusal.New(refusal.Invalid, "There is nobody to mail: neither the certificate profile nor its business unit named approvers when the request was made. Have somebody who approves look at it, or name approvers and ask anew.")
	}
	if l.status == lifecycle.Expired {
		before, after := l.revived(t.tx.Now(), to)
		before["round"], after["round"] = l.round, l.round+1
		before["approvals"], after["approvals"] = l.approvals, 0
		after["pickup_cipher"], after["pickup_hash"] = nil, nil
		t.set(l, before, after)
	}
	t.after.mail(t.tx, lifecycle.MailReview, l.id, l.unit, l.promise.ApproverEmails...)
	return nil
}

// nobodyToMail is the no to a mail to a holder without an address.
func nobodyToMail(l *locked) *refusal.Refusal {
	return refusal.New(refusal.Invalid, "There is nobody to mail: neither the enrollment nor its seat %s has an e-mail address. Give the seat one, and send it again.", l.seatID)
}
