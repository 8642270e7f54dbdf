package inventory

import (
	"context"
	"strconv"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// EnrollSeatInput says which seat to enroll under which profile.
type EnrollSeatInput struct {
	ID             id.ID
	ProfileID      id.ID
	Code           *string
	Email          *string
	ExpiresAt      *time.Time
	IdempotencyKey *string
}

// EnrollSeatsInput says which seats to enroll under one profile.
type EnrollSeatsInput struct {
	ProfileID      id.ID
	Seats          []*SeatToEnroll
	ExpiresAt      *time.Time
	IdempotencyKey *string
}

// SeatToEnroll is one of them.
type SeatToEnroll struct {
	ID    id.ID
	Code  *string
	Email *string
}

// EnrollSeatPayload is what came of enrolling one seat.
type EnrollSeatPayload struct {
	Enrollment *Enrollment
	Seat       *Seat
	// Code is shown this once, under a private CA; nil when it may not be, and in
	// the answer to a repeat.
	Code *string
	// EnrollmentURL is shown this once, too; under a public CA only where the link
	// is not mailed.
	EnrollmentURL *string
	UserErrors    []*refusal.Refusal
	Replayed      bool
}

// EnrollSeatsPayload is what came of enrolling several seats.
type EnrollSeatsPayload struct {
	Results    []*EnrollSeatResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// EnrollSeatResult is what came of one of them.
type EnrollSeatResult struct {
	ID         id.ID
	Enrollment *Enrollment
	Seat       *Seat
	// Code and EnrollmentURL are shown this once, as in an EnrollSeatPayload.
	Code          *string
	EnrollmentURL *string
	UserErrors    []*refusal.Refusal
}

// EnrollSeat links a seat to a profile with enrollment codes of its business unit
// and type, with the code given or one that is made, and puts the invitation in
// the mail. It takes no licence: the seat has one. Refused: NOT_FOUND, WRONG_METHOD,
// PROFILE_ARCHIVED, WRONG_SEAT_TYPE, SEAT_DELETED, INVALID,
// ACTIVE_ENROLLMENT_EXISTS, SEAT_HAS_CERTIFICATE.
func (i *Inventory) EnrollSeat(ctx context.Context, in EnrollSeatInput) (*EnrollSeatPayload, error) {
	code, err := i.recognisable(in.Code)
	if err != nil {
		return nil, err
	}
	hashed := in
	hashed.Code = code
	results, out, err := i.invite(ctx, inviting{
		mutation: "enrollSeat", under: in.ProfileID, expiresAt: in.ExpiresAt, seats: []*SeatToEnroll{{in.ID, in.Code, in.Email}}, input: hashed, key: in.IdempotencyKey,
	})
	if err != nil {
		return nil, err
	}
	p := &EnrollSeatPayload{UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}
	for _, r := range results {
		p.Enrollment, p.Seat, p.Code, p.EnrollmentURL = r.Enrollment, r.Seat, r.Code, r.EnrollmentURL
	}
	if len(results) == 0 { // refused as a whole; the seat is as it was
		byID, err := i.SeatsByID(ctx, []id.ID{in.ID})
		p.Seat = byID[in.ID]
		return p, err
	}
	return p, nil
}

// EnrollSeats enrolls up to 1,000 seats under one profile, each as EnrollSeat
// does. What is wrong with the profile or the time is refused as a whole.
func (i *Inventory) EnrollSeats(ctx context.Context, in EnrollSeatsInput) (*EnrollSeatsPayload, error) {
	hashed := in
	hashed.Seats = make([]*SeatToEnroll, len(in.Seats))
	for n, s := range in.Seats {
		code, err := i.recognisable(s.Code)
		if err != nil {
			return nil, err
		}
		hashed.Seats[n] = &SeatToEnroll{s.ID, code, s.Email}
	}
	results, out, err := i.invite(ctx, inviting{
		mutation: "enrollSeats", under: in.ProfileID, expiresAt: in.ExpiresAt, seats: in.Seats, input: hashed, key: in.IdempotencyKey,
	})
	if err != nil {
		return nil, err
	}
	return &EnrollSeatsPayload{Results: results, UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}, nil
}

// recognisable is a given code as an idempotency key remembers it: a repeat with
// the same code is known again, and the code is not to be found by trying.
func (i *Inventory) recognisable(code *string) (*string, error) {
	if code == nil {
		return nil, nil
	}
	mark, err := i.keys.Fingerprint(*code)
	return &mark, err
}

// inviting is one call's seats to enroll.
type inviting struct {
	mutation  string
	under     id.ID
	expiresAt *time.Time
	seats     []*SeatToEnroll
	input     any
	key       *string
}

// at is where a refusal about the n-th seat points: what the profile or the time
// is to blame for stands once in the input.
func (v inviting) at(no *refusal.Refusal, n int) *refusal.Refusal {
	if v.mutation == "enrollSeats" && len(no.Field) == 2 && no.Field[1] != "profileId" {
		return no.At("seats", strconv.Itoa(n), no.Field[1])
	}
	return no
}

// ids are the seats asked for.
func (v inviting) ids() []id.ID {
	ids := make([]id.ID, len(v.seats))
	for n, s := range v.seats {
		ids[n] = s.ID
	}
	return ids
}

// candidates are the seats that were found, in the order asked; what is not there
// or stands there a second time is refused at once.
func (v inviting) candidates(byID map[id.ID]*lockedSeat) []*candidate {
	all, first := make([]*candidate, len(v.seats)), map[id.ID]int{}
	for n, s := range v.seats {
		seat := byID[s.ID]
		if seat == nil {
			all[n] = &candidate{no: missing("seat", s.ID).At("id")}
			continue
		}
		all[n] = candidateOf(seat, s.Code, s.Email)
		if earlier, twice := first[s.ID]; twice {
			all[n].no = refusal.New(refusal.Duplicate, "The seat %s stands in the input already, at index %d; leave it out here.", s.ID, earlier).At("id")
			continue
		}
		first[s.ID] = n
	}
	return all
}

// invite enrolls the seats and shows what came of each. Codes and links leave the
// transaction beside its outcome, which is remembered and must not have them:
// each under the enrollment that it belongs to, so that one whose transaction was
// run again is never shown.
func (i *Inventory) invite(ctx context.Context, v inviting) ([]*EnrollSeatResult, store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, store.Outcome{}, err
	}
	var shown map[id.ID]shownOnce
	cause := store.Cause{Mutation: v.mutation, Action: audit.Enroll, Resource: audit.Seat, ID: only(v.ids()), Key: v.key, Input: v.input}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (out store.Outcome, err error) {
		out.Items, shown, err = i.enrollThem(ctx, tx, sc, v)
		return out, err
	})
	if err != nil {
		return nil, out, err
	}
	if out.Replayed {
		shown = nil
	}
	results, err := i.enrollResults(ctx, out, shown)
	return results, out, err
}

// enrollThem is the transaction: hold the profile, lock the seats, decide, write.
func (i *Inventory) enrollThem(ctx context.Context, tx *store.Tx, sc scope.Scope, v inviting) ([]store.Item, map[id.ID]shownOnce, error) {
	if no := severalSeats(len(v.seats)); no != nil {
		return nil, nil, no
	}
	after := i.newAftermath()
	e, err := i.enrollUnder(ctx, tx, sc, after, v.under, v.expiresAt)
	if err != nil {
		return nil, nil, err
	}
	byID, err := lockSeatsByID(ctx, tx, sc, v.ids())
	if err != nil {
		return nil, nil, err
	}
	all := v.candidates(byID)
	if err := e.decide(ctx, all); err != nil {
		return nil, nil, err
	}
	if err := e.write(ctx, all); err != nil {
		return nil, nil, err
	}
	items, shown := make([]store.Item, len(all)), map[id.ID]shownOnce{}
	for n, c := range all {
		items[n] = store.Item{ID: v.seats[n].ID}
		if c.no != nil {
			items[n] = tx.Refuse(audit.Entry{ID: items[n].ID.UUID, BusinessUnit: c.at.unit, Comment: "Under " + v.under.String() + "."}, items[n], v.at(c.no, n))
			continue
		}
		items[n].Made = id.Of(id.Enrollment, c.made)
		shown[items[n].Made] = c.shown
	}
	return items, shown, after.settle(ctx, tx)
}

// enrollResults shows the seats and enrollments as they now are, with the
// viewer's present rights, each read by one statement.
func (i *Inventory) enrollResults(ctx context.Context, out store.Outcome, shown map[id.ID]shownOnce) ([]*EnrollSeatResult, error) {
	seats, err := i.SeatsByID(ctx, out.IDs())
	if err != nil {
		return nil, err
	}
	made := make([]id.ID, len(out.Items))
	for n, item := range out.Items {
		made[n] = item.Made
	}
	enrollments, err := i.EnrollmentsByID(ctx, made, nil)
	if err != nil {
		return nil, err
	}
	results := make([]*EnrollSeatResult, len(out.Items))
	for n, item := range out.Items {
		once := shown[item.Made]
		results[n] = &EnrollSeatResult{
			ID: item.ID, Enrollment: enrollments[item.Made], Seat: seats[item.ID], Code: orNil(once.code), EnrollmentURL: orNil(once.link), UserErrors: errorsOf(item.Refusals),
		}
	}
	return results, nil
}
