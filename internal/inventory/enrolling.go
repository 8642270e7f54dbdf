package inventory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// enrolling is one transaction's enrollments of seats under one profile: what the
// mutations and the import share. The profile is held first, then the caller
// locks or adds the seats, then decide, then write.
type enrolling struct {
	tx        *store.Tx
	keys      *sealed.Keys
	link      func(secret string) string
	after     *aftermath
	profile   *profile.Held
	promise   lifecycle.Promise
	expiresAt time.Time
	// replaces is the certificate whose successor is asked for; nil: none's.
	replaces *uuid.UUID
}

// candidate is a seat that is to be enrolled.
type candidate struct {
	// at is the seat's place. seat is the seat under this transaction's lock, or
	// nil for one that the transaction has just added; seatRow is its row in both
	// cases, and seatID, name and email what it says now.
	at                  place
	seat                *lockedSeat
	seatRow             uuid.UUID
	seatID, name, email string
	// given is the code to use; nil: one is made. mailTo is where the invitation
	// goes; nil or empty: to the seat's address.
	given, mailTo *string

	// no is why it is not enrolled. The caller may set it before decide, or after
	// it, when the seat turns out to have no licence: it then stays as it is.
	no *refusal.Refusal
	// already: an active enrollment stands under the profile. no then says so, and
	// a caller for whom that is well may overlook it.
	already bool

	// made and shown are what write has made: the enrollment's row, and of its code
	// and its link what the viewer may be shown.
	made  uuid.UUID
	shown shownOnce

	// chosen is the given code in the form in which it is kept, to the address.
	chosen, to string
}

// candidateOf is a candidate for a seat that exists.
func candidateOf(s *lockedSeat, given, mailTo *string) *candidate {
	return &candidate{at: s.place(), seat: s, seatRow: s.id, seatID: s.seatID, name: s.name, email: s.email, given: given, mailTo: mailTo}
}

// longestCode is how far ahead a code may end, as a profile's own expiry.
const longestCode = 366 * 24 * time.Hour

// enrollUnder begins to enroll under a profile: it holds the profile and refuses
// what is wrong for every seat. The error is then a refusal: NOT_FOUND,
// FORBIDDEN, WRONG_METHOD or PROFILE_ARCHIVED at profileId, INVALID at expiresAt.
// It comes before any seat is locked.
func (i *Inventory) enrollUnder(ctx context.Context, tx *store.Tx, sc scope.Scope, after *aftermath, under id.ID, expiresAt *time.Time) (*enrolling, error) {
	held, err := profile.Hold(ctx, tx, sc, under)
	if err != nil {
		return nil, err
	}
	if held == nil {
		return nil, missing("certificate profile", under).At("profileId")
	}
	e := i.newEnrolling(tx, after, held)
	if _, no := lifecycle.Decide(e.facts(), lifecycle.ActEnroll); no != nil {
		return nil, underProfile(held, lifecycle.EnrollmentCode, no).At("profileId")
	}
	if no := e.until(expiresAt); no != nil {
		return nil, no
	}
	return e, nil
}

// newEnrolling begins to enroll under a profile that is held and admits it.
func (i *Inventory) newEnrolling(tx *store.Tx, after *aftermath, held *profile.Held) *enrolling {
	e := &enrolling{tx: tx, keys: i.keys, link: i.enrollLink, after: after, profile: held, promise: held.Promise()}
	e.expiresAt = tx.Now().Add(time.Duration(e.promise.ExpirySeconds) * time.Second)
	return e
}

// until sets when the codes end, where a time is given: it is refused where it can be
// no code's end.
func (e *enrolling) until(given *time.Time) *refusal.Refusal {
	if given == nil {
		return nil
	}
	end, no := codeEnd(e.tx.Now(), *given)
	if no == nil {
		e.expiresAt = end
	}
	return no
}

// codeEnd is a given end of a code, as it is kept, or why it is none.
func codeEnd(now, given time.Time) (time.Time, *refusal.Refusal) {
	end := given.UTC().Truncate(time.Microsecond)
	if last := now.Add(longestCode); !end.After(now) || end.After(last) {
		return end, refusal.New(refusal.Invalid, "A code cannot end at %s: its end lies after now (%s) and by %s. Give such a time, or leave it out and the profile's own is taken.",
			end.Format(time.RFC3339), now.UTC().Format(time.RFC3339), last.UTC().Format(time.RFC3339)).At("expiresAt")
	}
	return end, nil
}

// facts are what decides about an enrollment that is yet to be made, but for its seat.
func (e *enrolling) facts() lifecycle.EnrollmentFacts {
	p := e.profile
	return lifecycle.EnrollmentFacts{
		Method: p.AuthenticationMethod, CA: p.CAType, EnrollmentMethod: p.EnrollmentMethod,
		ProfileArchived: p.Archived, Permissions: e.tx.Viewer().Permissions,
	}
}

// suits is the no to a profile that is not for seats of this business unit and
// type; nil when it is.
func (e *enrolling) suits(unit uuid.UUID, unitName string, t lifecycle.SeatType) *refusal.Refusal {
	p := e.profile
	switch {
	case unit != p.Unit:
		return refusal.New(refusal.Invalid, "The certificate profile %s is of the business unit %s, and the seat is of %s; choose a profile of %s.", p.Name, p.UnitName, unitName, unitName).At("profileId")
	case t != p.SeatType:
		return refusal.New(refusal.WrongSeatType, "The certificate profile %s is for %s seats, and this is a %s seat; choose a profile for %s seats.", p.Name, p.SeatType, t, t).At("profileId")
	}
	return nil
}

// decide says of each candidate that nothing has been said of yet why it is not
// enrolled, if so. A refusal about its code or its address points at code or
// email. Enrollments in the way whose time has passed are first written down as
// expired. The number of statements does not depend on the candidates.
func (e *enrolling) decide(ctx context.Context, all []*candidate) error {
	taken, err := e.taken(ctx, all)
	if err != nil {
		return err
	}
	var single []uuid.UUID
	for _, c := range all {
		if c.seat != nil && c.seat.certificates > 0 && !c.at.seatType.HoldsSeveral() {
			single = append(single, c.seatRow)
		}
	}
	held, err := holdings(ctx, e.tx, single)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.no == nil {
			c.no = e.judge(c, taken[c.at], held[c.seatRow])
		}
	}
	return nil
}

// judge decides about one candidate: what is wrong with the seat for good, then
// what was given, then what may pass.
func (e *enrolling) judge(c *candidate, taken bool, held holding) *refusal.Refusal {
	f := lifecycle.SeatFacts{Type: c.at.seatType, Status: lifecycle.SeatCreated, Permissions: e.tx.Viewer().Permissions}
	if c.seat != nil {
		f.Status = c.seat.status
	}
	if no := lifecycle.DecideSeat(f, lifecycle.SeatActEnroll); no != nil {
		return no
	}
	if no := e.suits(c.at.unit, c.unitName(), c.at.seatType); no != nil {
		return no
	}
	if no := e.form(c); no != nil {
		return no
	}
	dated := hasCertificate(e.tx.Now(), c.at.seatType, c.seatID, held, e.promise)
	f.ActiveUnderProfile, f.HasActiveCertificates, f.InRenewalWindow = taken, held.certificates > 0, dated == nil
	c.already = taken
	switch no := lifecycle.DecideSeat(f, lifecycle.SeatActEnroll); {
	case no != nil && no.Code == refusal.SeatHasCertificate:
		return dated // the same no, with the dates
	case no != nil:
		return no
	}
	return e.unknowable(c)
}

// form checks what was given with a candidate, and settles where its mail goes.
func (e *enrolling) form(c *candidate) (no *refusal.Refusal) {
	if c.given != nil {
		if c.chosen, no = givenCode(*c.given, e.promise); no != nil {
			return no
		}
	}
	if c.to, no = email("email", c.mailTo); c.to == "" {
		c.to = c.email
	}
	return no
}

// unitName is the name of the business unit of a seat that exists; a new one is
// of the unit that the caller has asked the profile about.
func (c *candidate) unitName() string {
	if c.seat == nil {
		return "another"
	}
	return c.seat.unitName
}

// unknowable is the no to a code that nobody would learn of: under a public CA a
// made one is shown to nobody, so it has to be mailed (domain.md section 4).
func (e *enrolling) unknowable(c *candidate) *refusal.Refusal {
	if e.profile.CAType != lifecycle.Public || c.given != nil {
		return nil
	}
	const because = "Under a public certificate authority a made code is shown to nobody and has to be mailed, and "
	switch {
	case !e.profile.EnrollmentMethod.Mailed():
		return refusal.New(refusal.Invalid, because+"with the enrollment method %s nothing is mailed. Give a code.", e.profile.EnrollmentMethod).At("code")
	case !e.promise.MailCode:
		return refusal.New(refusal.Invalid, because+"the certificate profile %s mails no codes. Give a code, or have its mailCode set.", e.profile.Name).At("code")
	case c.to == "":
		return refusal.New(refusal.Invalid, because+"seat %s has no e-mail address. Give a code, or an address.", c.seatID).At("code")
	}
	return nil
}
