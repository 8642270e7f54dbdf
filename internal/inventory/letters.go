package inventory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// Letter is all that a mail may say, as it is when it is sent. It holds secrets: it
// is made for the mail alone, and neither logged nor kept.
type Letter struct {
	ID        id.ID
	Kind      lifecycle.MailKind
	Recipient string
	// BusinessUnit is whose it is; Enrollment what it is about, which is zero for a
	// request that is not confirmed yet, and for a certificate that no enrollment led to.
	BusinessUnit uuid.UUID
	Enrollment   id.ID
	// Certificate is the one that ends soon; zero for mails of other kinds.
	Certificate Ending

	// ProfileName is empty for a certificate that no enrollment led to.
	UnitName, ProfileName string
	SeatType              lifecycle.SeatType
	// SeatID, Name and Comment are as the requester gave them. They are empty while
	// the address is not confirmed: otherwise anybody could have us send their own
	// words to anybody.
	SeatID, Name, Comment string
	// Requester is who asked, or who invites; empty when it was somebody without a login.
	Requester string
	// Reason is why it was rejected.
	Reason          string
	Method          lifecycle.AuthenticationMethod
	Status          lifecycle.Status
	AllowedAttempts int
	ExpiresAt       time.Time

	// Link is where to go: with a secret for who has none but this mail, otherwise the
	// server. Empty when there is nowhere to go.
	Link string
	// Code is the enrollment code, where the profile has it mailed.
	Code string
}

// letterRow is a mail with what it is about, the secrets still sealed.
type letterRow struct {
	Letter
	status              lifecycle.MailStatus
	enrollment, request *uuid.UUID
	certificate         *uuid.UUID
	written             lifecycle.Status
	issuance            *lifecycle.IssuanceState
	confirmedAt         *time.Time
	mailCode            bool
	code, token, pickup []byte
	confirmToken        []byte
}

func (r *letterRow) into() []any {
	text := func(s *string) any { return store.Optional(s) }
	return []any{
		&r.Kind, &r.status, &r.Recipient, &r.BusinessUnit, &r.enrollment, &r.request, &r.certificate, &r.UnitName, text(&r.ProfileName),
		(*string)(&r.SeatType), text(&r.SeatID), text(&r.Name), text(&r.Comment), text(&r.Requester), text(&r.Reason),
		(*string)(&r.Method), (*string)(&r.written), &r.AllowedAttempts, &r.ExpiresAt, &r.issuance,
		&r.mailCode, &r.code, &r.token, &r.pickup, &r.confirmToken, &r.confirmedAt,
	}
}

// Letter reads what a mail is to say, by one statement, or about a certificate by two,
// and as the system: for the post alone, whatever the viewer. nil: there is nothing to send, because it was
// sent or given up before, or because it makes no sense any more, and then its row
// becomes FAILED and says why.
//
// What it says is read when it is sent: a mail that was kept back while a new link
// was made carries the new one.
func (i *Inventory) Letter(ctx context.Context, mail uuid.UUID) (*Letter, error) {
	found, err := readAll(ctx, i.read, `SELECT m.kind, m.status, m.recipient, m.business_unit_id, m.enrollment_id, m.open_request_id, m.certificate_id, b.name, p.name,
COALESCE(e.seat_type, p.seat_type, ''), e.seat_id, e.name, e.requester_comment, COALESCE(NULLIF(e.requester_name, ''), e.requester_subject), e.reason,
COALESCE(e.authentication_method, p.authentication_method, ''), COALESCE(e.status, ''), COALESCE(e.allowed_attempts, 0), COALESCE(e.expires_at, o.expires_at, m.created_at), e.issuance,
COALESCE((e.promise->>'mailCode')::boolean, FALSE), e.code_cipher, e.token_cipher, e.pickup_cipher, o.token_cipher, o.confirmed_at
FROM mails m JOIN business_units b ON b.id = m.business_unit_id LEFT JOIN enrollments e ON e.id = m.enrollment_id LEFT JOIN open_requests o ON o.id = m.open_request_id
LEFT JOIN certificate_profiles p ON p.id = COALESCE(e.profile_id, o.profile_id)
WHERE m.id = $1`, []any{mail}, nil, (*letterRow).into)
	if err != nil {
		return nil, fmt.Errorf("read mail %s: %w", mail, err)
	}
	if len(found) == 0 || found[0].status != lifecycle.MailQueued {
		return nil, nil
	}
	r, now := found[0], i.store.Now(ctx)
	r.ID = id.Of(id.Mail, mail)
	if r.enrollment != nil {
		r.Enrollment = id.Of(id.Enrollment, *r.enrollment)
		issuing := r.issuance != nil && *r.issuance == lifecycle.IssuanceRequested
		r.Status = lifecycle.Effective(r.written, r.ExpiresAt, now, issuing)
	}
	why := ""
	if r.certificate != nil {
		if why, err = i.ending(ctx, r, now); err != nil {
			return nil, err
		}
	}
	r.ExpiresAt = r.ExpiresAt.UTC()
	if why == "" {
		why = r.pointless(now)
	}
	if why != "" {
		return nil, i.MailTrouble(ctx, mail, why, true)
	}
	switch err := i.address(r); {
	case errors.Is(err, sealed.ErrUnopened):
		return nil, i.MailTrouble(ctx, mail, "What it was to tell was sealed by a key that the server no longer has, so it was not sent; make a new code or link by resending.", true)
	case err != nil:
		return nil, fmt.Errorf("open the secrets of mail %s: %w", mail, err)
	case r.Link == "" && slices.Contains(linkingMails, r.Kind):
		return nil, i.MailTrouble(ctx, mail, "There was no link to send; make one by resending.", true)
	}
	return &r.Letter, nil
}

// pointless says why a mail is not sent that was to be sent; empty when it is.
func (r *letterRow) pointless(now time.Time) string {
	if r.request != nil {
		switch {
		case r.confirmedAt != nil || len(r.confirmToken) == 0:
			return "The request was confirmed or dropped before this mail was known to be sent, so it is not sent any more."
		case !now.Before(r.ExpiresAt):
			return "The time to confirm the request had passed before this mail was known to be sent, so it is not sent any more."
		}
		return ""
	}
	if of := worthwhile[r.Kind]; of != nil && !slices.Contains(of, r.Status) {
		return "The enrollment was " + string(r.Status) + " before this mail was known to be sent, so it is not sent any more."
	}
	return ""
}

// worthwhile are the statuses of an enrollment in which a mail about it is worth
// sending; of what is not in it, every one: that somebody tried codes is worth
// knowing after an unlock, too.
var worthwhile = map[lifecycle.MailKind][]lifecycle.Status{
	lifecycle.MailInvitation: {lifecycle.Created},
	lifecycle.MailReceived:   append(slices.Clone(lifecycle.Waiting), lifecycle.Approved),
	lifecycle.MailReview:     lifecycle.Waiting,
	lifecycle.MailApproved:   {lifecycle.Approved},
	lifecycle.MailRejected:   {lifecycle.Rejected},
}

// linkingMails are those that are of no use without their link.
var linkingMails = []lifecycle.MailKind{lifecycle.MailInvitation, lifecycle.MailApproved, lifecycle.MailConfirmRequest}

// address puts the link in, and the code where it is mailed.
func (i *Inventory) address(r *letterRow) error {
	link := func(cipher []byte, row *uuid.UUID, column string, to func(string) string) error {
		if len(cipher) == 0 {
			return nil
		}
		secret, err := i.keys.Open(cipher, *row, column)
		if err == nil {
			r.Link = to(secret)
		}
		return err
	}
	switch r.Kind {
	case lifecycle.MailInvitation:
		if r.mailCode && len(r.code) > 0 {
			code, err := i.keys.Open(r.code, *r.enrollment, "code_cipher")
			if err != nil {
				return err
			}
			r.Code = code
		}
		return link(r.token, r.enrollment, "token_cipher", i.enrollLink)
	case lifecycle.MailReceived:
		return link(r.token, r.enrollment, "token_cipher", i.pickupLink)
	case lifecycle.MailApproved:
		return link(r.pickup, r.enrollment, "pickup_cipher", i.pickupLink)
	case lifecycle.MailConfirmRequest:
		return link(r.confirmToken, r.request, "token_cipher", i.confirmLink)
	case lifecycle.MailExpires:
		if r.Certificate.Manages && i.publicURL != "" {
			r.Link = i.publicURL + "/"
		}
	case lifecycle.MailReview, lifecycle.MailLocked:
		if i.publicURL != "" {
			r.Link = i.publicURL + "/"
		}
	}
	return nil
}
