//go:build unix

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/lib/pq"

	"gatehouse/internal/id"
)

// copied are the tables that an import writes a row into for each seat. The first
// is the seats themselves.
var copied = []struct{ table, rows string }{
	{"seats", "SELECT * FROM seats WHERE business_unit_id = %s"},
	{"audit_entries", "SELECT * FROM audit_entries WHERE business_unit_id = %s AND action = 'CREATE_SEAT'"},
	{"events", "SELECT * FROM events WHERE business_unit_id = %s AND action = 'CREATE_SEAT'"},
}

// The two ways to copy: the seats alone, and all that an import writes for them.
const (
	seatsAlone = iota
	allThree
	copyWays
)

// copyName is the table that rows are copied into: one for each way, so that it
// grows as the table does that the import writes.
func copyName(way int, table string) string { return fmt.Sprintf("copied_%d_%s", way, table) }

// makeCopies makes the tables that rows are copied into: with every index, check and
// foreign key of those that they are like.
func (i *importing) makeCopies(ctx context.Context) error {
	for way := range copyWays {
		for _, c := range copied {
			name := copyName(way, c.table)
			if _, err := i.inside.ExecContext(ctx, fmt.Sprintf("CREATE TABLE %s (LIKE %s INCLUDING ALL)", name, c.table)); err != nil {
				return fmt.Errorf("making a table like %s: %w", c.table, err)
			}
			// LIKE takes over all but the foreign keys.
			var keys []string
			err := i.inside.QueryRowContext(ctx, `SELECT coalesce(array_agg(pg_get_constraintdef(oid)), '{}') FROM pg_constraint WHERE contype = 'f' AND conrelid = $1::regclass`, c.table).Scan(pq.Array(&keys))
			if err != nil {
				return fmt.Errorf("reading the foreign keys of %s: %w", c.table, err)
			}
			for _, key := range keys {
				if _, err := i.inside.ExecContext(ctx, fmt.Sprintf("ALTER TABLE %s ADD %s", name, key)); err != nil {
					return fmt.Errorf("making a table like %s: %w", c.table, err)
				}
			}
		}
	}
	return nil
}

// copyUnit writes the very rows that an import has made in a business unit by COPY,
// from files of the server's own, in one transaction for each way.
func (i *importing) copyUnit(ctx context.Context, unit string, rows int) (ways [copyWays]cost, err error) {
	known, err := id.Parse(unit)
	if err != nil {
		return ways, fmt.Errorf("reading the id of a business unit: %w", err)
	}
	// PostgreSQL may write nowhere else when root runs this.
	file := func(table string) string { return pq.QuoteLiteral(filepath.Join(i.db.folder, "pg", table+".copy")) }
	for _, c := range copied {
		from := fmt.Sprintf(c.rows, pq.QuoteLiteral(known.UUID.String()))
		result, err := i.inside.ExecContext(ctx, fmt.Sprintf("COPY (%s) TO %s", from, file(c.table)))
		if err != nil {
			return ways, fmt.Errorf("writing the rows of %s to a file: %w", c.table, err)
		}
		if n, err := result.RowsAffected(); err != nil || n != int64(rows) {
			return ways, errors.Join(fmt.Errorf("an import of %d rows wrote %d into %s", rows, n, c.table), err)
		}
	}
	for way, tables := range [copyWays]int{seatsAlone: 1, allThree: len(copied)} {
		ways[way], err = i.measured(ctx, rows, func() error {
			return i.inOne(ctx, func(tx *sql.Tx) error {
				for _, c := range copied[:tables] {
					if _, err := tx.ExecContext(ctx, fmt.Sprintf("COPY %s FROM %s", copyName(way, c.table), file(c.table))); err != nil {
						return fmt.Errorf("copying into %s: %w", copyName(way, c.table), err)
					}
				}
				return nil
			})
		})
		if err != nil {
			return ways, err
		}
	}
	return ways, nil
}

// inOne does something in one transaction.
func (i *importing) inOne(ctx context.Context, do func(*sql.Tx) error) error {
	tx, err := i.inside.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	if err := do(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
