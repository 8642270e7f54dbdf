//go:build unix

package main

import (
	"context"
	"fmt"

	"gatehouse/internal/id"
)

// unitState is what an import has changed in a business unit.
type unitState struct {
	// seats are its live seats, versions the sum of their versions.
	seats, versions int
	// created is what the counter of its licences says.
	created int
	// made are the entries that say that a seat was made, of so many different seats.
	made, ofSeats int
	// entries and events are all there are of it.
	entries, events int
}

// state reads it.
func (i *importing) state(ctx context.Context, unit string) (s unitState, err error) {
	known, err := id.Parse(unit)
	if err != nil {
		return s, fmt.Errorf("reading the id of a business unit: %w", err)
	}
	err = i.inside.QueryRowContext(ctx, `SELECT
  (SELECT count(*) FROM seats WHERE business_unit_id = $1 AND deleted_at IS NULL),
  (SELECT coalesce(sum(version), 0) FROM seats WHERE business_unit_id = $1),
  (SELECT coalesce(sum(created), 0) FROM seat_allocations WHERE business_unit_id = $1),
  (SELECT count(*) FROM audit_entries WHERE business_unit_id = $1 AND action = 'CREATE_SEAT' AND outcome = 'SUCCESS'),
  (SELECT count(DISTINCT resource_id) FROM audit_entries WHERE business_unit_id = $1 AND action = 'CREATE_SEAT' AND outcome = 'SUCCESS'),
  (SELECT count(*) FROM audit_entries WHERE business_unit_id = $1),
  (SELECT count(*) FROM events WHERE business_unit_id = $1)`, known.UUID).
		Scan(&s.seats, &s.versions, &s.created, &s.made, &s.ofSeats, &s.entries, &s.events)
	if err != nil {
		return s, fmt.Errorf("counting what was imported: %w", err)
	}
	return s, nil
}

// whole refuses a state that is not that of so many seats, each made once, counted
// once and told of once.
func (s unitState) whole(rows int) error {
	for what, n := range map[string]int{"seats": s.seats, "versions of seats": s.versions, "licences taken": s.created, "audit entries CREATE_SEAT": s.made, "seats that they are about": s.ofSeats} {
		if n != rows {
			return fmt.Errorf("after an import of %d rows there are %d %s", rows, n, what)
		}
	}
	return nil
}
