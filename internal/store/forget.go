package store

import (
	"context"
	"fmt"
	"time"
)

// EventLife is how long a committed change can be followed along.
const EventLife = 24 * time.Hour

// JobLife is how long a job that has ended can be looked at.
const JobLife = 7 * 24 * time.Hour

const (
	// forgetBatch bounds how many rows one statement removes, so that none is long.
	forgetBatch = 1000
	// keyMargin is how much longer than KeyLife a key's row is there: a call that
	// found it a moment before its end still reads it.
	keyMargin = time.Hour
)

// Forget removes what is remembered for a time only: idempotency keys, events and
// jobs that have ended.
// It is run now and then by one server or by several; rows that somebody is at work
// on are left for the next time. It returns how many rows went. When it fails half
// way, what went is gone and the rest is left.
func (s *Store) Forget(ctx context.Context) (int, error) {
	ctx = s.Pin(ctx)
	total := 0
	for _, memory := range []struct {
		table, column string
		life          time.Duration
	}{
		{"idempotency_keys", "created_at", KeyLife + keyMargin},
		{"events", "at", EventLife},
		{"jobs", "finished_at", JobLife},
	} {
		for {
			n, err := s.forget(ctx, memory.table, memory.column, "TRUE", s.Now(ctx).Add(-memory.life), forgetBatch)
			total += n
			if err != nil {
				return total, fmt.Errorf("forget rows of %s: %w", memory.table, err)
			}
			if n < forgetBatch {
				break
			}
		}
	}
	return total, nil
}

// ForgetOpenRequests removes up to limit requests from the open request page whose
// address nobody has confirmed in time, and returns how many. Rows that somebody is
// at work on are left for the next time.
func (s *Store) ForgetOpenRequests(ctx context.Context, limit int) (int, error) {
	n, err := s.forget(ctx, "open_requests", "expires_at", "confirmed_at IS NULL", s.Now(ctx), limit)
	if err != nil {
		return n, fmt.Errorf("forget open requests: %w", err)
	}
	return n, nil
}

// forget removes one batch of the rows that a condition holds for and that are
// older than an instant.
func (s *Store) forget(ctx context.Context, table, column, condition string, before time.Time, limit int) (int, error) {
	statement := fmt.Sprintf(`DELETE FROM %[1]s WHERE id = ANY(ARRAY(
  SELECT id FROM %[1]s WHERE %[2]s < $1 AND %[3]s ORDER BY %[2]s LIMIT %[4]d FOR UPDATE SKIP LOCKED))`, table, column, condition, limit)
	s.onStatement(ctx, statement)
	result, err := s.db.ExecContext(ctx, statement, before)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}
