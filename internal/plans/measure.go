//go:build unix

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// reading is what a page took.
type reading struct {
	// entries are those that indexes gave, and rows that were read without one.
	entries int
	plans   []string
}

// given is how much this session has read by indexes and by sequential scans, counted
// by PostgreSQL itself: a plan rounds what a step gives in each of its loops. Profiles
// and business units, of which there are few, are left out.
const given = `SELECT COALESCE(sum(pg_stat_get_xact_tuples_returned(i.oid)), 0) FROM pg_class i LEFT JOIN pg_index x ON x.indexrelid = i.oid
WHERE i.relkind IN ('r', 'i') AND COALESCE(x.indrelid, i.oid)::regclass::text NOT IN ('certificate_profiles', 'business_units') AND i.relnamespace = 'public'::regnamespace`

// measure asks the real code, and then executes each of its statements once more as the
// server does, by a plan that is made for whatever the arguments are, and explains it
// for what these are. A filter that is refused as too broad has been looked through as far as may be.
func (w *world) measure(ctx context.Context, ask func(context.Context) error) (_ reading, err error) {
	w.asked = nil
	if err := ask(ctx); err != nil {
		if no := refusal.Find(err); no == nil || no.Code != page.TooBroad {
			return reading{}, err
		}
	}
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return reading{}, fmt.Errorf("beginning to explain: %w", err)
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	var before, after int
	if err := tx.QueryRowContext(ctx, given).Scan(&before); err != nil {
		return reading{}, fmt.Errorf("asking what was read before: %w", err)
	}
	var r reading
	for _, s := range w.asked {
		if err := execute(ctx, tx, s); err != nil {
			return reading{}, err
		}
	}
	if err := tx.QueryRowContext(ctx, given).Scan(&after); err != nil {
		return reading{}, fmt.Errorf("asking what was read: %w", err)
	}
	r.entries = after - before
	for _, s := range w.asked {
		plan, err := explain(ctx, tx, s)
		if err != nil {
			return reading{}, err
		}
		r.plans = append(r.plans, s.text+"\n"+strings.Join(plan, "\n"))
	}
	return r, nil
}

// execute runs a prepared statement and reads all its rows.
func execute(ctx context.Context, tx *sql.Tx, s statement) (err error) {
	prepared, err := tx.PrepareContext(ctx, s.text)
	if err != nil {
		return fmt.Errorf("preparing %.200s: %w", s.text, err)
	}
	defer func() { err = errors.Join(err, prepared.Close()) }()
	rows, err := prepared.QueryContext(ctx, s.args...)
	if err != nil {
		return fmt.Errorf("executing %.200s: %w", s.text, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	return rows.Err()
}

// explain executes a statement and returns the lines of its plan.
func explain(ctx context.Context, tx *sql.Tx, s statement) (plan []string, err error) {
	rows, err := tx.QueryContext(ctx, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) "+s.text, s.args...)
	if err != nil {
		return nil, fmt.Errorf("explaining %s: %w", s.text, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, fmt.Errorf("reading a plan: %w", err)
		}
		plan = append(plan, line)
	}
	return plan, rows.Err()
}
