package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// UpdateSeatInput is what to change of a seat; nil stays, an empty text clears.
type UpdateSeatInput struct {
	ID              id.ID
	Name            *string
	Email           *string
	Phone           *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// UpdateSeat changes a seat's name, e-mail address and phone number; its seatId,
// type and business unit never change, and its enrollments keep what they were
// made with. A call that asks for what is so already is done and leaves no entry.
// Refused: NOT_FOUND, SEAT_DELETED, CONFLICT, INVALID.
func (i *Inventory) UpdateSeat(ctx context.Context, in UpdateSeatInput) (*SeatPayload, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	cause := store.Cause{Mutation: "updateSeat", Action: audit.UpdateSeat, Resource: audit.Seat, ID: in.ID.UUID, Key: in.IdempotencyKey, Input: in}
	out, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		byID, err := lockSeatsByID(ctx, tx, sc, []id.ID{in.ID})
		if err != nil {
			return store.Outcome{}, err
		}
		s := byID[in.ID]
		if s == nil {
			return store.Outcome{}, missing("seat", in.ID).At("id")
		}
		tx.In(s.unit)
		if no := lifecycle.DecideSeat(lifecycle.SeatFacts{Type: s.seatType, Status: s.status, Permissions: tx.Viewer().Permissions}, lifecycle.SeatActEdit); no != nil {
			return store.Outcome{}, no
		}
		if in.ExpectedVersion != nil && *in.ExpectedVersion != s.version {
			return store.Outcome{}, refusal.New(refusal.Conflict, "The seat was changed by somebody else (version %d, you sent %d); read it again.", s.version, *in.ExpectedVersion).At("expectedVersion")
		}
		e, no := newEdit(s, in.Name, in.Email, in.Phone)
		if no != nil {
			return store.Outcome{}, no
		}
		return store.Done(in.ID), editSeats(ctx, tx, []*edit{e})
	})
	return i.seatPayload(ctx, in.ID, out, err)
}

// edit is what a locked seat is to say of whom or what it stands for.
type edit struct {
	seat               *lockedSeat
	name, email, phone string
}

// newEdit checks a change of a seat: nil leaves what stands there, an empty text
// clears it.
func newEdit(s *lockedSeat, name, address, phone *string) (*edit, *refusal.Refusal) {
	n, a, p, no := person(s.seatType, &NewSeat{SeatID: s.seatID, Name: name, Email: address, Phone: phone})
	if no != nil {
		return nil, no
	}
	e := &edit{seat: s, name: s.name, email: s.email, phone: s.phone}
	for _, one := range []struct {
		given *string
		value string
		into  *string
	}{{name, n, &e.name}, {address, a, &e.email}, {phone, p, &e.phone}} {
		if one.given != nil {
			*one.into = one.value
		}
	}
	return e, nil
}

// changes reports whether the seat says anything else now.
func (e *edit) changes() bool {
	return e.name != e.seat.name || e.email != e.seat.email || e.phone != e.seat.phone
}

// row is the columns that an edit sets.
func (s *lockedSeat) row(name, email, phone string) store.Row {
	return store.Row{"name": name, "email": email, "phone": phone, "search_text": searchText(s.seatID, name, email)}
}

// editSeats writes the edits of live seats under this transaction's lock by one
// statement, and an entry for each that changes something. The locked seats then
// say what was written, so that what follows in the transaction reads it.
func editSeats(ctx context.Context, tx *store.Tx, edits []*edit) error {
	var changes []store.Change
	for _, e := range edits {
		if s := e.seat; e.changes() {
			changes = append(changes, s.change(s.row(s.name, s.email, s.phone), s.row(e.name, e.email, e.phone)))
			s.name, s.email, s.phone = e.name, e.email, e.phone
			s.version++
		}
	}
	if err := tx.Apply(ctx, audit.Seat, changes); err != nil {
		return err
	}
	for _, c := range changes {
		tx.Record(audit.Entry{Action: audit.UpdateSeat, Resource: audit.Seat, ID: c.ID})
	}
	return nil
}

// seatPayload shows the seat as it now is, with the viewer's present rights,
// whatever came of the act.
func (i *Inventory) seatPayload(ctx context.Context, asked id.ID, out store.Outcome, err error) (*SeatPayload, error) {
	if err != nil {
		return nil, err
	}
	byID, err := i.SeatsByID(ctx, []id.ID{asked})
	if err != nil {
		return nil, err
	}
	return &SeatPayload{Seat: byID[asked], UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}, nil
}
