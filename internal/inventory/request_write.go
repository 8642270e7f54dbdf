package inventory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// requester is who asks: of an open request nobody whom a token names, at the
// address that was confirmed.
func (r *requesting) requester() viewer.Viewer {
	if r.openly {
		return viewer.Viewer{Email: r.email}
	}
	return r.tx.Viewer()
}

// link is the secret of the link that shows where the request stands, sealed for
// the request's row.
func (r *requesting) link(row uuid.UUID) (secret, error) {
	if r.openly {
		return sealThis(r.keys, r.secret, row, "token_cipher")
	}
	return sealSecret(r.keys, row, "token_cipher")
}

// oneActive is the index by which a place has one active enrollment.
var oneActive = "(profile_id, business_unit_id, seat_type, seat_key) WHERE status IN " + inActive

// insert makes the enrollment, with the secret of a link that shows where the
// request stands and redeems nothing. Who asked for the same place at the same moment
// and was faster is found by the index: then the transaction looks again.
func (r *requesting) insert(ctx context.Context, at place, seat *lockedSeat, to lifecycle.Status) (store.Outcome, error) {
	asks, p, now := r.requester(), r.profile, r.tx.Now()
	row := uuid.Must(uuid.NewV7())
	var seatRow *uuid.UUID
	if seat != nil {
		seatRow = &seat.id
	}
	link, err := r.link(row)
	if err != nil {
		return store.Outcome{}, err
	}
	made := []store.Row{{
		"id": row, "version": 1, "created_at": now, "updated_at": now, "business_unit_id": at.unit, "profile_id": p.ID, "seat_row_id": seatRow,
		"seat_type": at.seatType, "seat_id": tidy(r.in.SeatID), "seat_key": at.key, "name": r.name, "email": r.email,
		"ca_type": p.CAType, "authentication_method": p.AuthenticationMethod, "enrollment_method": p.EnrollmentMethod, "status": to,
		"expires_at": now.Add(time.Duration(r.promise.ExpirySeconds) * time.Second), "promise": r.promise, "approvals_required": p.ApprovalsRequired,
		"approvals": 0, "round": 1, "requester_issuer": asks.Issuer, "requester_subject": asks.Subject, "requester_name": asks.Name,
		"requester_comment": r.comment, "csr": r.csr, "request_names": r.names, "made_seat": false, "attempts": 0, "allowed_attempts": p.AllowedAttempts,
		"reason": "", "issuance_reason": "", "token_cipher": link.cipher, "token_hash": link.hash, "replaces_certificate_id": r.replaces,
	}}
	added, err := r.tx.Insert(ctx, audit.Enrollment, oneActive, made)
	if err != nil {
		return store.Outcome{}, err
	}
	if !added[row] {
		return store.Outcome{}, store.ErrAgain
	}
	if err := addTexts(ctx, r.tx, made); err != nil {
		return store.Outcome{}, err
	}
	r.tx.Record(audit.Entry{Action: r.word(), Resource: audit.Enrollment, ID: row, Comment: r.comment})
	if seat != nil {
		r.after.active[seat.id]++
	}
	if r.promise.MailRequester {
		r.after.mail(r.tx, lifecycle.MailReceived, row, at.unit, asks.Email)
	}
	r.after.mail(r.tx, lifecycle.MailReview, row, at.unit, r.promise.ApproverEmails...)
	return store.Done(id.Of(id.Enrollment, row)), r.after.settle(ctx, r.tx)
}

// word is what the request's entry says that was done.
func (r *requesting) word() audit.Action {
	if r.replaces != nil {
		return audit.RenewCertificate
	}
	return audit.Request
}
