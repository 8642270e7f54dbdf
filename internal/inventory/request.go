package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// RequestEnrollmentInput is a request for a certificate.
type RequestEnrollmentInput struct {
	ProfileID      id.ID
	SeatID         string
	Name           *string
	Email          *string
	Csr            *string
	Names          []*RequestedName
	Comment        *string
	IdempotencyKey *string
}

// Request asks for a certificate under a profile with manual approval. The
// enrollment keeps what the profile promises today, who asks, and what the
// certificate is to say. Refused: NOT_FOUND, WRONG_METHOD, PROFILE_ARCHIVED,
// INVALID, INVALID_CSR, KEY_NOT_ALLOWED, NAME_NOT_ALLOWED,
// ACTIVE_ENROLLMENT_EXISTS, SEAT_HAS_CERTIFICATE.
func (i *Inventory) Request(ctx context.Context, in RequestEnrollmentInput) (*EnrollmentPayload, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	cause := store.Cause{Mutation: "requestEnrollment", Action: audit.Request, Resource: audit.Enrollment, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := requesting{in: in, keys: i.keys, tx: tx, after: i.newAftermath()}
		return r.run(ctx, sc)
	})
	return i.enrollmentPayload(ctx, id.ID{}, out, err)
}

// requesting is one transaction's request.
type requesting struct {
	in    RequestEnrollmentInput
	keys  *sealed.Keys
	tx    *store.Tx
	after *aftermath
	// openly: somebody without a login asks, whose address is known to be theirs by
	// the secret of the link with which they have confirmed it. The request keeps
	// that secret: the link goes on to show where it stands.
	openly bool
	secret string
	// replaces is the certificate whose successor is asked for; nil: none's.
	replaces *uuid.UUID

	profile *profile.Held
	promise lifecycle.Promise
	name    string
	email   string
	comment string
	csr     string
	names   lifecycle.RequestNames
}

func (r *requesting) run(ctx context.Context, sc scope.Scope) (store.Outcome, error) {
	held, err := profile.Hold(ctx, r.tx, sc, r.in.ProfileID)
	if err != nil {
		return store.Outcome{}, err
	}
	if held == nil {
		return store.Outcome{}, missing("certificate profile", r.in.ProfileID).At("profileId")
	}
	r.profile, r.promise = held, held.Promise()
	if r.openly && !held.OpenRequests {
		return store.Outcome{}, closed(held)
	}
	if no := r.check(); no != nil {
		return store.Outcome{}, no
	}
	at := place{held.Unit, held.SeatType, seatKey(r.in.SeatID)}
	seats, err := lockSeats(ctx, r.tx, []place{at})
	if err != nil {
		return store.Outcome{}, err
	}
	rival, seat, err := r.rival(ctx, at, seats[at])
	if err != nil {
		return store.Outcome{}, err
	}
	to, no, err := r.decide(ctx, rival, seat)
	if err != nil {
		return store.Outcome{}, err
	}
	if no != nil {
		r.tx.Record(audit.Entry{BusinessUnit: held.Unit, Outcome: audit.Refused, Code: string(no.Code), Comment: "seatId " + clip(r.in.SeatID)})
		return store.Outcome{Refusals: []*refusal.Refusal{no}}, r.after.settle(ctx, r.tx)
	}
	return r.insert(ctx, at, seat, to)
}

// decide says to which status the request leads, or why there is none. Seat is the
// place's, locked; nil while there is none.
func (r *requesting) decide(ctx context.Context, rival bool, seat *lockedSeat) (lifecycle.Status, *refusal.Refusal, error) {
	held := r.profile
	facts := lifecycle.EnrollmentFacts{
		Method: held.AuthenticationMethod, CA: held.CAType, EnrollmentMethod: held.EnrollmentMethod, Requester: !r.openly, Required: held.ApprovalsRequired,
		ProfileArchived: held.Archived, ActiveExists: rival, Permissions: r.tx.Viewer().Permissions,
	}
	if r.openly {
		facts.By = lifecycle.ByEndUser
	}
	to, no := lifecycle.Decide(facts, lifecycle.ActRequest)
	if no != nil {
		return to, underProfile(held, lifecycle.ManualApproval, no), nil
	}
	if seat == nil || seat.certificates == 0 || held.SeatType.HoldsSeveral() {
		return to, nil, nil
	}
	has, err := holdings(ctx, r.tx, []uuid.UUID{seat.id})
	return to, hasCertificate(r.tx.Now(), held.SeatType, tidy(r.in.SeatID), has[seat.id], r.promise), err
}

// check refuses what has the wrong form, and reads what has the right one.
func (r *requesting) check() (no *refusal.Refusal) {
	in := r.in
	if _, no = line("seatId", &in.SeatID, 1, 255); no != nil {
		return no
	}
	if r.name, no = line("name", in.Name, 0, 255); no != nil {
		return no
	}
	if r.email, no = email("email", in.Email); no != nil {
		return no
	}
	if r.comment, no = text("comment", in.Comment, 0, 1000); no != nil {
		return no
	}
	if r.profile.AuthenticationMethod != lifecycle.ManualApproval {
		return nil // the table says that it is the wrong method, and which is right
	}
	if r.profile.EnrollmentMethod == lifecycle.BrowserPKCS12 {
		if in.Csr != nil {
			return refusal.New(refusal.Invalid, "Under this profile key and CSR are made in the browser at pick-up; leave the csr out and give the names.").At("csr")
		}
		r.names, no = typedNames(in.Names, r.promise)
		return no
	}
	if len(in.Names) > 0 {
		return refusal.New(refusal.Invalid, "Under this profile the CSR says which names are asked for; leave the names out.").At("names")
	}
	if in.Csr == nil {
		return refusal.New(refusal.Invalid, "Under this profile the request needs a CSR: a PKCS#10 request in PEM; openssl req -new writes one.").At("csr")
	}
	r.csr, r.names, no = readCSR(*in.Csr, r.promise)
	return no
}

// rival reports whether another active enrollment holds the place. One that has
// expired and is not written down yet is written down first, and holds nothing;
// the seat that its approval had made may go with it, so that the place's seat is
// the one returned.
func (r *requesting) rival(ctx context.Context, at place, seat *lockedSeat) (bool, *lockedSeat, error) {
	found, err := readAll(ctx, r.tx, `SELECT e.id FROM enrollments e WHERE e.profile_id = $1 AND e.business_unit_id = $2 AND e.seat_type = $3 AND e.seat_key = $4
AND e.status IN `+inActive, []any{r.profile.ID, at.unit, string(at.seatType), at.key}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil || len(found) == 0 {
		return false, seat, err
	}
	rows, err := lockRows(ctx, r.tx, []uuid.UUID{*found[0]})
	if err != nil {
		return false, nil, err
	}
	h := hold{after: r.after}
	for _, l := range rows {
		l.seat = seat
		if l.seatRow != nil && !l.seatDeleted && !l.holdsSeat() {
			return false, nil, store.ErrAgain // it got its seat after the seats were locked
		}
	}
	if err := h.expireDue(ctx, r.tx, rows); err != nil {
		return false, nil, err
	}
	for _, l := range rows {
		if l.status.Active() {
			return true, seat, nil
		}
		seat = l.seat
	}
	return false, seat, nil
}
