package inventory

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// EnrollmentPayload is what came of an act on one enrollment.
type EnrollmentPayload struct {
	Enrollment *Enrollment
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// EnrollmentsPayload is what came of an act on several enrollments.
type EnrollmentsPayload struct {
	Results    []*EnrollmentResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// EnrollmentResult is what came of one of them.
type EnrollmentResult struct {
	ID         id.ID
	Enrollment *Enrollment
	UserErrors []*refusal.Refusal
}

// SeatPayload is what came of making one seat.
type SeatPayload struct {
	Seat       *Seat
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// SeatsPayload is what came of making several seats.
type SeatsPayload struct {
	Results    []*CreateSeatResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// SeatResultsPayload is what came of an act on several seats.
type SeatResultsPayload struct {
	Results    []*SeatResult
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// SeatResult is what came of one of them.
type SeatResult struct {
	ID         id.ID
	Seat       *Seat
	UserErrors []*refusal.Refusal
}

// CreateSeatResult is what came of one of them.
type CreateSeatResult struct {
	Index      int
	Seat       *Seat
	UserErrors []*refusal.Refusal
}

// enrollmentPayload shows the enrollment as it now is, with the viewer's present
// rights, whatever came of the act: the one asked for, or of a request the new one.
func (i *Inventory) enrollmentPayload(ctx context.Context, asked id.ID, out store.Outcome, err error) (*EnrollmentPayload, error) {
	if err != nil {
		return nil, err
	}
	for _, made := range out.IDs() {
		asked = made
	}
	byID, err := i.EnrollmentsByID(ctx, []id.ID{asked}, nil)
	if err != nil {
		return nil, err
	}
	return &EnrollmentPayload{Enrollment: byID[asked], UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}, nil
}

// enrollmentsPayload shows each enrollment as it now is, read by one statement.
func (i *Inventory) enrollmentsPayload(ctx context.Context, out store.Outcome, err error) (*EnrollmentsPayload, error) {
	if err != nil {
		return nil, err
	}
	byID, err := i.EnrollmentsByID(ctx, out.IDs(), nil)
	if err != nil {
		return nil, err
	}
	p := &EnrollmentsPayload{Results: make([]*EnrollmentResult, len(out.Items)), UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	for n, item := range out.Items {
		p.Results[n] = &EnrollmentResult{ID: item.ID, Enrollment: byID[item.ID], UserErrors: errorsOf(item.Refusals)}
	}
	return p, nil
}

// errorsOf is never nil: an empty list says that nothing was refused.
func errorsOf(refusals []*refusal.Refusal) []*refusal.Refusal {
	return slices.Concat([]*refusal.Refusal{}, refusals)
}

// only is the id that the call names when it names one.
func only(ids []id.ID) uuid.UUID {
	if len(ids) == 1 {
		return ids[0].UUID
	}
	return uuid.Nil
}
