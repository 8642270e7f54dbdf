package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// lockedSeat is a seat under this transaction's lock.
type lockedSeat struct {
	id, unit           uuid.UUID
	unitName           string
	seatType           lifecycle.SeatType
	status             lifecycle.SeatStatus
	seatID, key        string
	name, email, phone string
	consumed           bool
	active             int
	certificates       int
	version            int
}

// place is what a seat is unique by among live seats.
type place struct {
	unit     uuid.UUID
	seatType lifecycle.SeatType
	key      string
}

func (s *lockedSeat) place() place { return place{s.unit, s.seatType, s.key} }

// change begins a change of the seat.
func (s *lockedSeat) change(before, after store.Row) store.Change {
	return store.Change{ID: s.id, BusinessUnit: s.unit, Version: s.version, Before: before, After: after}
}

// lockSeats locks the live seats at these places, in the order of their ids.
func lockSeats(ctx context.Context, tx *store.Tx, places []place) (map[place]*lockedSeat, error) {
	units, types, keys := make([]string, len(places)), make([]string, len(places)), make([]string, len(places))
	for n, p := range places {
		units[n], types[n], keys[n] = p.unit.String(), string(p.seatType), p.key
	}
	seats, err := lockedSeats(ctx, tx, "s.deleted_at IS NULL AND (s.business_unit_id, s.seat_type, s.seat_key) IN (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]))",
		pq.Array(units), pq.Array(types), pq.Array(keys))
	at := make(map[place]*lockedSeat, len(seats))
	for _, s := range seats {
		at[s.place()] = s
	}
	return at, err
}

// lockSeatsByID locks the seats with these ids, deleted ones included, that lie
// in the scope, in the order of their ids. An id that is not there for the viewer
// has no entry.
func lockSeatsByID(ctx context.Context, tx *store.Tx, sc scope.Scope, ids []id.ID) (map[id.ID]*lockedSeat, error) {
	seats, err := lockedSeats(ctx, tx, "s.id = ANY($1) AND "+scope.Condition("s.business_unit_id", 2), pq.Array(id.UUIDs(id.Seat, ids)), sc.Arg())
	byID := make(map[id.ID]*lockedSeat, len(seats))
	for _, s := range seats {
		byID[id.Of(id.Seat, s.id)] = s
	}
	return byID, err
}

func lockedSeats(ctx context.Context, tx *store.Tx, where string, args ...any) ([]*lockedSeat, error) {
	seats, err := readAll(ctx, tx, `SELECT s.id, s.business_unit_id, u.name, s.seat_type, s.status, s.seat_id, s.seat_key, s.name, s.email, s.phone,
  s.consumed, s.active_enrollments, s.valid_certificates, s.version
FROM seats s JOIN business_units u ON u.id = s.business_unit_id WHERE `+where+` ORDER BY s.id FOR UPDATE OF s`, args, nil, func(s *lockedSeat) []any {
		return []any{&s.id, &s.unit, &s.unitName, &s.seatType, &s.status, &s.seatID, &s.key, &s.name, &s.email, &s.phone, &s.consumed, &s.active, &s.certificates, &s.version}
	})
	if err != nil {
		return nil, fmt.Errorf("lock seats: %w", err)
	}
	return seats, nil
}
