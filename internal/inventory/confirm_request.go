package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// ConfirmRequest makes a request of what was asked for without a login, for whoever
// holds the link that was mailed to its address. The request is the end user's, and
// the same link goes on to show where it stands. It needs no viewer. The approvers
// of the profile are mailed, and the address that it has arrived.
//
// It is judged anew, by the profile as it is now. Refused: NOT_FOUND (the link was
// never valid, is over, or a newer one replaced it), INVALID_STATE (the profile
// takes no open requests any more), PROFILE_ARCHIVED, ACTIVE_ENROLLMENT_EXISTS,
// SEAT_HAS_CERTIFICATE, and what the form is refused for; it can then be confirmed
// again until its time is over. Confirmed before, it is confirmed: before is true
// then, and nothing happens.
func (i *Inventory) ConfirmRequest(ctx context.Context, token string) (before bool, no *refusal.Refusal, err error) {
	ctx = i.store.Pin(viewer.With(ctx, viewer.TheEndUser("")))
	cause := store.Cause{Mutation: "requestEnrollment", Action: audit.Request, Resource: audit.Enrollment}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		o, err := lockOpenRequest(ctx, tx, token)
		if err != nil {
			return store.Outcome{}, err
		}
		if o == nil || o.confirmedAt == nil && !tx.Now().Before(o.expiresAt) {
			return store.Outcome{}, overOrUnknown()
		}
		if o.confirmedAt != nil {
			return store.Outcome{Items: []store.Item{{Word: confirmedBefore}}}, nil
		}
		r := requesting{in: o.again(), tx: tx, keys: i.keys, after: i.newAftermath(), openly: true, secret: token}
		out, err := r.run(ctx, scope.Scope{All: true})
		if err != nil || len(out.Refusals) > 0 {
			return out, err
		}
		err = tx.Ent().OpenRequest.UpdateOneID(o.id).SetConfirmedAt(tx.Now()).SetEnrollmentID(out.Items[0].ID.UUID).ClearTokenCipher().Exec(ctx)
		if err != nil {
			return store.Outcome{}, fmt.Errorf("confirm open request %s: %w", o.id, err)
		}
		return out, nil
	})
	if err != nil {
		return false, nil, err
	}
	if why := out.Why(); len(why) > 0 {
		return false, why[0], nil
	}
	return out.Items[0].Word == confirmedBefore, nil, nil
}

// confirmedBefore is the word of what was confirmed by an earlier call.
const confirmedBefore = "CONFIRMED_BEFORE"

// overOrUnknown is the no to a link that confirms nothing; whether it ever did is
// not told.
func overOrUnknown() *refusal.Refusal {
	return refusal.New(refusal.NotFound, "This link is not valid, or no longer: a request is confirmed within 24 hours, and a newer request for the same replaces it. Look for the latest mail, or make the request again.").At("token")
}

// lockedOpenRequest is an open request under this transaction's lock.
type lockedOpenRequest struct {
	openRequest
	id          uuid.UUID
	expiresAt   time.Time
	confirmedAt *time.Time
}

// lockOpenRequest locks the open request that the secret of a link leads to; nil
// for none.
func lockOpenRequest(ctx context.Context, tx *store.Tx, token string) (*lockedOpenRequest, error) {
	hash := hashOf(token)
	if hash == nil {
		return nil, nil
	}
	type row struct {
		lockedOpenRequest
		names []byte
	}
	found, err := readAll(ctx, tx, `SELECT o.id, o.profile_id, o.seat_id, o.name, o.email, o.comment, o.csr, o.request_names, o.expires_at, o.confirmed_at
FROM open_requests o WHERE o.token_hash = $1 FOR UPDATE`, []any{hash}, nil, func(r *row) []any {
		return []any{&r.id, &r.profile, &r.seatID, &r.name, &r.email, &r.comment, &r.csr, &r.names, &r.expiresAt, &r.confirmedAt}
	})
	if err != nil {
		return nil, fmt.Errorf("lock an open request: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	r := found[0]
	if err := json.Unmarshal(r.names, &r.openRequest.names); err != nil {
		return nil, fmt.Errorf("read the names of open request %s: %w", r.id, err)
	}
	return &r.lockedOpenRequest, nil
}

// again is the request as it was made.
func (o openRequest) again() RequestEnrollmentInput {
	in := RequestEnrollmentInput{ProfileID: id.Of(id.Profile, o.profile), SeatID: o.seatID, Name: &o.name, Email: &o.email, Comment: &o.comment}
	if o.csr != "" {
		in.Csr = &o.csr
		return in
	}
	for _, asked := range []struct {
		kind  lifecycle.SANKind
		names []string
	}{{lifecycle.SANDNS, o.names.DNSNames}, {lifecycle.SANEmail, o.names.EmailAddresses}, {lifecycle.SANIP, o.names.IPAddresses}, {lifecycle.SANURI, o.names.URIs}} {
		for _, name := range asked.names {
			in.Names = append(in.Names, &RequestedName{Kind: asked.kind, Value: name})
		}
	}
	return in
}
