package job

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"
)

// Periodic is work that the servers do now and then, one of them at a time. It is a
// row of the job table that is queued again when it was done, so that claim, lease
// and take-over are those of every job; only that it never ends.
type Periodic struct {
	name     string
	interval time.Duration
	work     func(context.Context) error
}

// Every is work to be done once per interval, whichever server does it, as the
// system. An error is logged, and the work is done again at its next time. It may
// take twice the interval, and a minute at least; then its context ends.
func Every(name string, interval time.Duration, work func(context.Context) error) Periodic {
	return Periodic{name: name, interval: interval, work: work}
}

// Batches repeats work that takes up to limit things at a time, until a time finds
// fewer: so that no transaction is long, however much has piled up.
func Batches(limit int, work func(ctx context.Context, limit int) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		for {
			n, err := work(ctx, limit)
			if err != nil || n < limit {
				return err
			}
		}
	}
}

// periodicKinds begins the kinds of periodic work.
const periodicKinds = "every:"

func (p Periodic) kind() string { return periodicKinds + p.name }

// row is the id of the work's one row, the same in every server: a name-based UUID
// (RFC 9562 section 5.5) in a namespace of our own.
func (p Periodic) row() uuid.UUID {
	namespace := uuid.UUID{0x6a, 0x6f, 0x62, 0x2d, 0x65, 0x76, 0x45, 0x72, 0x81, 0x79, 0x2d, 0x72, 0x6f, 0x77, 0x73, 0x2e}
	return uuid.NewSHA1(namespace, []byte(p.name))
}

// limit is how long one run may take.
func (p Periodic) limit() time.Duration { return max(2*p.interval, time.Minute) }

// next is when work that was begun at an instant is due again.
func (p Periodic) next(begun, now time.Time) time.Time {
	if next := begun.Add(p.interval); next.After(now) {
		return next
	}
	return now
}

// schedule makes the rows of periodic work that are not there, due at once, and
// brings those forward that were put off for longer than the interval is now.
func (q *Queue) schedule(ctx context.Context, periodic []Periodic) error {
	if len(periodic) == 0 {
		return nil
	}
	const insert = `INSERT INTO jobs (id, kind, payload, status, run_at, attempt, max_attempts, last_error, created_at)
SELECT v.id, v.kind, '{}', 'QUEUED', $3, 0, 1, '', $3 FROM unnest($1::uuid[], $2::text[]) AS v(id, kind) ON CONFLICT (id) DO NOTHING`
	const bring = `UPDATE jobs SET run_at = v.latest FROM unnest($1::uuid[], $2::timestamptz[]) AS v(id, latest)
WHERE jobs.id = v.id AND jobs.status = 'QUEUED' AND jobs.run_at > v.latest`
	now := q.now()
	ids, kinds, latest := make([]uuid.UUID, len(periodic)), make([]string, len(periodic)), make([]string, len(periodic))
	for i, p := range periodic {
		ids[i], kinds[i], latest[i] = p.row(), p.kind(), now.Add(p.interval).Format(time.RFC3339Nano)
	}
	none := func(func(...any) error) error { return nil }
	if err := q.store.Jobs(ctx, insert, []any{pq.Array(ids), pq.Array(kinds), now}, none); err != nil {
		return fmt.Errorf("schedule periodic work: %w", err)
	}
	if err := q.store.Jobs(ctx, bring, []any{pq.Array(ids), pq.Array(latest)}, none); err != nil {
		return fmt.Errorf("schedule periodic work: %w", err)
	}
	return nil
}
