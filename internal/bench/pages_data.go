//go:build unix

package main

import (
	"context"
	"database/sql"
	_ "embed" // this text is part of what a data folder is named by
	"fmt"
)

//go:embed pages_data.go
var pagesText string

// pagesData is a database in which everything but the numbers of seats and enrollments
// is the same.
func (s size) pagesData() (data, error) {
	made, err := madeOf(loadText, rowsText, pagesText)
	return data{fmt.Sprintf("pages-%d-%s", s.enrollments, made), s.String(), s.enrollments, s.loadBare}, err
}

// bareTables are those whose indexes are built when their rows are there.
const bareTables = `('seats'::regclass, 'enrollments'::regclass, 'enrollment_texts'::regclass, 'approvals'::regclass)`

// loadBare loads into tables without secondary indexes and without foreign keys, and
// makes these when the rows are there: to keep thirty indexes in order row by row takes
// many times as long.
func (s size) loadBare(ctx context.Context, db *sql.DB) error {
	drop, create, err := secondary(ctx, db)
	if err != nil {
		return err
	}
	if err := runAll(ctx, db, drop); err != nil {
		return err
	}
	if err := s.load(ctx, db); err != nil {
		return err
	}
	return runAll(ctx, db, create)
}

// runAll runs statements one after the other.
func runAll(ctx context.Context, db *sql.DB, statements []string) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("indexing: %w", err)
	}
	defer func() { _ = conn.Close() }() // it goes back to the pool
	for _, statement := range append([]string{"SET maintenance_work_mem = '512MB'"}, statements...) {
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("indexing: %w: %s", err, statement)
		}
	}
	return nil
}

// secondary is how the tables' indexes that are no constraints, and their foreign keys,
// are dropped and made again.
func secondary(ctx context.Context, db *sql.DB) (drop, create []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname), format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid IN `+bareTables+`
UNION ALL
SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid IN `+bareTables+` AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`)
	if err != nil {
		return nil, nil, fmt.Errorf("looking for indexes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one, other string
		if err := rows.Scan(&one, &other); err != nil {
			return nil, nil, fmt.Errorf("looking for indexes: %w", err)
		}
		drop, create = append(drop, one), append(create, other)
	}
	return drop, create, rows.Err()
}
