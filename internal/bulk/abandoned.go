package bulk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// abandonedJobs finds jobs that would never end by themselves: their time is over, or
// nothing is there any more that would do their next batch. (Its row ended without
// doing it: its server died too often, or whose rights it has cannot be read.)
const abandonedJobs = `SELECT b.id, b.expires_at FROM bulk_jobs b LEFT JOIN jobs w ON w.id = b.work_id
WHERE b.finished_at IS NULL AND (b.expires_at <= $1 OR w.id IS NULL OR w.status NOT IN ('QUEUED', 'RUNNING'))`

// EndAbandoned ends up to limit jobs that cannot end by themselves, as FAILED, and
// returns how many. A job whose batch is at work is left for the next time.
func (js *Jobs) EndAbandoned(ctx context.Context, limit int) (int, error) {
	ended := 0
	_, err := js.store.Do(ctx, store.Cause{Action: audit.EndJob, Resource: audit.Job}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		ended = 0
		found, err := abandoned(ctx, tx, abandonedJobs+` ORDER BY b.id LIMIT $2 FOR UPDATE OF b SKIP LOCKED`, tx.Now(), limit)
		if err != nil || len(found) == 0 {
			return store.Outcome{}, err
		}
		rows := make([]uuid.UUID, 0, len(found))
		for row := range found {
			rows = append(rows, row)
		}
		// Asked again under the locks: a batch that has ended meanwhile has left another
		// row to do the next.
		if found, err = abandoned(ctx, tx, abandonedJobs+` AND b.id = ANY($2)`, tx.Now(), pq.Array(rows)); err != nil {
			return store.Outcome{}, err
		}
		for row, expiresAt := range found {
			h, err := lock(ctx, tx, row)
			if err != nil {
				return store.Outcome{}, err
			}
			why := leftAlone
			if !tx.Now().Before(expiresAt) {
				why = outOfTime
			}
			if err := js.end(ctx, tx, h, lifecycle.JobFailed, why); err != nil {
				return store.Outcome{}, err
			}
			ended++
		}
		return store.Outcome{}, nil
	})
	return ended, err
}

func abandoned(ctx context.Context, tx *store.Tx, statement string, args ...any) (map[uuid.UUID]time.Time, error) {
	rows, err := tx.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("look for jobs that cannot end: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := map[uuid.UUID]time.Time{}
	for rows.Next() {
		var row uuid.UUID
		var expiresAt time.Time
		if err := rows.Scan(&row, &expiresAt); err != nil {
			return nil, fmt.Errorf("look for jobs that cannot end: %w", err)
		}
		found[row] = expiresAt
	}
	return found, rows.Err()
}
