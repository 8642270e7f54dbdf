//go:build unix

package main

import (
	"context"
	"database/sql"
	_ "embed" // this text is part of what a data folder is named by
	"errors"
	"fmt"
)

//go:embed usage_data.go
var usageText string

// usageData is a database in which nothing but the seats is more or less: as many
// business units and allocations however many seats there are.
func usageData(seats, units int) (data, error) {
	made, err := madeOf(rowsText, usageText, loadText)
	s := size{seats: seats, units: units}
	return data{fmt.Sprintf("usage-%d-%d-%s", seats, units, made), fmt.Sprintf("%d seats, %d business units", seats, units), seats, s.loadUsage}, err
}

// loadUsage fills a migrated, empty database with business units, seats, and an
// allocation for every unit and each of two types, whether it has seats or not.
func (s size) loadUsage(ctx context.Context, db *sql.DB) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	for _, step := range []func(context.Context, *sql.Tx) error{s.copyUnits, s.copySeats, countEverywhere} {
		if err := step(ctx, tx); err != nil {
			return errors.Join(fmt.Errorf("loading: %w", err), tx.Rollback())
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("loading: %w", err)
	}
	return nil
}

// countEverywhere makes the counters of the seats that were loaded, those that are
// 0 too.
func countEverywhere(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range []string{
		`INSERT INTO seat_allocations (id, version, created_at, updated_at, business_unit_id, seat_type, allocated, created)
			SELECT gen_random_uuid(), 1, u.created_at, u.created_at, u.id, t.seat_type, count(s.id) + 100, count(s.id)
			FROM business_units u CROSS JOIN (VALUES ('USER'), ('SERVER')) AS t(seat_type) LEFT JOIN seats s ON s.business_unit_id = u.id AND s.seat_type = t.seat_type
			WHERE NOT u.is_default GROUP BY u.id, t.seat_type`,
		`UPDATE seat_licenses l SET allocated = a.allocated, purchased = a.allocated + 1000
			FROM (SELECT seat_type, sum(allocated) AS allocated FROM seat_allocations GROUP BY seat_type) a WHERE a.seat_type = l.seat_type`,
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("counting the seats: %w", err)
		}
	}
	return nil
}
