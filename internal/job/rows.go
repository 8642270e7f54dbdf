package job

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
)

// The statuses of a job. RUNNING, and only that, has a lease.
const (
	queued = "QUEUED"
	done   = "DONE"
	failed = "FAILED"
)

// claim takes up to n jobs that are due, of the kinds given, with a lease: first
// those whose lease ran out, for their server is gone. Rows that another worker is
// just claiming are passed over, not waited for. Each kind is looked up by itself, so
// that however many jobs of others wait, such as mails, none of them is read.
func (q *Queue) claim(ctx context.Context, kinds []string, n int, lease time.Duration) ([]Job, error) {
	const statement = `UPDATE jobs SET status = 'RUNNING', attempt = attempt + 1, lease_until = $2
WHERE id = ANY(ARRAY(
  WITH lapsed AS (
    SELECT id FROM jobs WHERE status = 'RUNNING' AND lease_until <= $1 AND kind = ANY($4::text[])
    ORDER BY lease_until, id LIMIT $3 FOR UPDATE SKIP LOCKED),
  due AS (
    SELECT j.id FROM unnest($4::text[]) AS k(kind) CROSS JOIN LATERAL (
      SELECT id, run_at FROM jobs WHERE status = 'QUEUED' AND kind = k.kind AND run_at <= $1
      ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) j
    ORDER BY j.run_at, j.id LIMIT $3)
  SELECT id FROM lapsed UNION ALL SELECT id FROM due LIMIT $3))
RETURNING id, kind, payload, business_unit_id, attempt, max_attempts, actor, created_at`
	now := q.now()
	var jobs []Job
	err := q.store.Jobs(ctx, statement, []any{now, now.Add(lease), n, pq.Array(kinds)}, func(scan func(...any) error) error {
		j := Job{ID: id.ID{Kind: id.Job}}
		var payload, actor []byte
		var unit *uuid.UUID
		if err := scan(&j.ID.UUID, &j.Kind, &payload, &unit, &j.Attempt, &j.tries, &actor, &j.CreatedAt); err != nil {
			return err
		}
		j.Payload, j.CreatedAt = payload, j.CreatedAt.UTC()
		if unit != nil {
			j.BusinessUnit = *unit
		}
		if actor != nil {
			j.actor, j.unreadable = readActor(actor)
		}
		jobs = append(jobs, j)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("claim jobs: %w", err)
	}
	return jobs, nil
}

// prolong gives running jobs a new lease and returns those that still had theirs;
// the others were taken over.
func (q *Queue) prolong(ctx context.Context, jobs []Job, lease time.Duration) (map[try]bool, error) {
	const statement = `UPDATE jobs SET lease_until = $3 FROM unnest($1::uuid[], $2::bigint[]) AS v(id, attempt)
WHERE jobs.id = v.id AND jobs.attempt = v.attempt AND jobs.status = 'RUNNING' RETURNING jobs.id, jobs.attempt`
	ids, attempts := make([]uuid.UUID, len(jobs)), make([]int64, len(jobs))
	for i, j := range jobs {
		ids[i], attempts[i] = j.ID.UUID, int64(j.Attempt)
	}
	held := make(map[try]bool, len(jobs))
	err := q.store.Jobs(ctx, statement, []any{pq.Array(ids), pq.Array(attempts), q.now().Add(lease)}, func(scan func(...any) error) error {
		var one try
		if err := scan(&one.job, &one.attempt); err != nil {
			return err
		}
		held[one] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("prolong the leases of running jobs: %w", err)
	}
	return held, nil
}

// ending is how a try ended.
type ending struct {
	status string
	// runAt is when it is due again, when it is queued.
	runAt time.Time
	// lastError is empty when it was done.
	lastError string
}

// end writes down how a try ended, unless the job was taken over meanwhile; it
// reports whether it was written.
func (q *Queue) end(ctx context.Context, j Job, e ending) (bool, error) {
	const statement = `UPDATE jobs SET status = $3, run_at = COALESCE($4, run_at), last_error = $5, finished_at = $6, lease_until = NULL
WHERE id = $1 AND attempt = $2 AND status = 'RUNNING' RETURNING id`
	var runAt, finishedAt *time.Time
	if e.status == queued {
		runAt = &e.runAt
	} else {
		now := q.now()
		finishedAt = &now
	}
	written := false
	err := q.store.Jobs(ctx, statement, []any{j.ID.UUID, j.Attempt, e.status, runAt, e.lastError, finishedAt}, func(func(...any) error) error {
		written = true
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("write down how %s ended: %w", j.ID, err)
	}
	return written, nil
}
