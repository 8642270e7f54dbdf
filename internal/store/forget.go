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

// DeliveryLife is how long what was sent to a webhook can be looked at; the last
// attempt at it is made well before.
const DeliveryLife = 7 * 24 * time.Hour

const (
	// forgetBatch bounds how many rows one statement removes, so that none is long.
	forgetBatch = 1000
	// keyMargin is how much longer than KeyLife a key's row is there: a call that
	// found it a moment before its end still reads it.
	keyMargin = time.Hour
)

// Forget removes what is remembered for a time only: idempotency keys, events,
// jobs that have ended, what was sent to webhooks, and links that nothing can be downloaded by any more.
// It is run now and then by one server or by several; rows that somebody is at work
// on are left for the next time. It returns how many rows went. When it fails half
// way, what went is gone and the rest is left.
func (s *Store) Forget(ctx context.Context) (int, error) {
	ctx = s.Pin(ctx)
	total, err := s.forgetEvents(ctx)
	if err != nil {
		return total, fmt.Errorf("forget rows of events: %w", err)
	}
	for _, memory := range []struct {
		table, column string
		life          time.Duration
	}{
		{"idempotency_keys", "created_at", KeyLife + keyMargin},
		{"jobs", "finished_at", JobLife},
		{"webhook_deliveries", "created_at", DeliveryLife},
		{"exports", "expires_at", KeyLife + keyMargin}, // a repeat with the same key still finds what it made
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
	for {
		n, err := s.forgetBulkJobs(ctx)
		total += n
		if err != nil || n < forgetBulk {
			return total, err
		}
	}
}

// forgetBulk is how many jobs that people started one statement removes: each may
// have some thousand batches.
const forgetBulk = 10

// forgetBulkJobs removes jobs that people started and that ended long ago, with their
// batches, and returns how many jobs. The audit entries that tell of them stay.
func (s *Store) forgetBulkJobs(ctx context.Context) (int, error) {
	const statement = `WITH gone AS (DELETE FROM bulk_jobs WHERE id = ANY(ARRAY(
  SELECT id FROM bulk_jobs WHERE finished_at < $1 ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING id),
batches AS (DELETE FROM bulk_batches b USING gone WHERE b.bulk_job_id = gone.id)
SELECT count(*) FROM gone`
	s.onStatement(ctx, statement)
	var n int
	if err := s.db.QueryRowContext(ctx, statement, s.Now(ctx).Add(-JobLife), forgetBulk).Scan(&n); err != nil {
		return 0, fmt.Errorf("forget jobs that people started: %w", err)
	}
	return n, nil
}

// forgetEvents removes the events from the oldest one on up to the first that is not
// old enough: what is kept has no hole, so that whoever follows along either misses
// nothing or finds out. The newest one stays, since the next number follows from it.
func (s *Store) forgetEvents(ctx context.Context) (total int, err error) {
	const statement = `WITH gone AS (DELETE FROM events WHERE id = ANY(ARRAY(
  SELECT id FROM (
    SELECT id, position, bool_and(at < $1) OVER (ORDER BY position) AS old
    FROM (SELECT id, at, position FROM events WHERE position > $2 ORDER BY position LIMIT $3) AS first
  ) AS e WHERE old AND position < (SELECT max(position) FROM events))) RETURNING position)
SELECT count(*), COALESCE(max(position), 0) FROM gone`
	before := s.Now(ctx).Add(-EventLife)
	for after := int64(0); ; {
		var n int
		s.onStatement(ctx, statement)
		if err := s.db.QueryRowContext(ctx, statement, before, after, forgetBatch).Scan(&n, &after); err != nil {
			return total, err
		}
		if total += n; n < forgetBatch {
			return total, nil
		}
	}
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
