package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/store"
)

// Queue is where use cases leave work.
type Queue struct {
	store *store.Store
	// bell wakes the worker of this process. One ring is enough for any number of
	// jobs, since a worker takes all that is due.
	bell chan struct{}
	// clock is another than the store's; nil for that.
	clock func() time.Time
}

// NewQueue makes a queue on a store.
func NewQueue(s *store.Store) *Queue { return &Queue{store: s, bell: make(chan struct{}, 1)} }

// Enqueue writes jobs in the caller's transaction, by one statement however many,
// and wakes this server's worker when they are committed. It returns their ids, in
// the order of the work.
func (q *Queue) Enqueue(ctx context.Context, tx *store.Tx, work ...Work) ([]uuid.UUID, error) {
	if len(work) == 0 {
		return nil, nil
	}
	ids, rows := make([]uuid.UUID, len(work)), make([]store.Row, len(work))
	for i, w := range work {
		row, err := w.row(tx)
		if err != nil {
			return nil, fmt.Errorf("enqueue a job of kind %q: %w", w.Kind, err)
		}
		ids[i], rows[i] = uuid.Must(uuid.NewV7()), row
		row["id"] = ids[i]
	}
	if err := tx.Add(ctx, migrate.JobsTable, rows); err != nil {
		return nil, fmt.Errorf("enqueue jobs: %w", err)
	}
	tx.After(q.ring)
	return ids, nil
}

// row is the job as it is written.
func (w Work) row(tx *store.Tx) (store.Row, error) {
	payload, err := json.Marshal(w.Payload)
	if err != nil {
		return nil, fmt.Errorf("write its payload as JSON: %w", err)
	}
	row := store.Row{
		"kind": w.Kind, "business_unit_id": nil, "payload": string(payload), "status": queued, "run_at": w.At, "attempt": 0,
		"max_attempts": w.Tries, "last_error": "", "actor": nil, "created_at": tx.Now(),
	}
	if w.At.IsZero() {
		row["run_at"] = tx.Now()
	}
	if w.Tries == 0 {
		row["max_attempts"] = usualTries
	}
	if w.BusinessUnit != uuid.Nil {
		row["business_unit_id"] = w.BusinessUnit
	}
	if w.AsViewer {
		a, err := actorOf(tx.Viewer())
		if err != nil {
			return nil, err
		}
		if a != nil {
			row["actor"] = a
		}
	}
	return row, nil
}

// ring wakes the worker of this process.
func (q *Queue) ring() {
	select {
	case q.bell <- struct{}{}:
	default:
	}
}

// By is the same queue by another clock than the store's, for a worker that does what
// was left there in a story of the past.
func (q *Queue) By(clock func() time.Time) *Queue {
	return &Queue{store: q.store, bell: q.bell, clock: clock}
}

// now is the instant by the queue's clock.
func (q *Queue) now() time.Time {
	if q.clock != nil {
		return q.clock()
	}
	return q.store.Now(context.Background())
}
