package bulk

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/google/uuid"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// refused is what a batch keeps of an item that was refused; of one that was done it
// keeps null.
type refused struct {
	Code    refusal.Code `json:"code"`
	Message string       `json:"message"`
}

// moveOn keeps what came of the job's next batch, has the one after it done, or ends
// the job when it was the last. What stands on the job and on the batch follows from
// the entries about the items, so that it needs none of its own.
func (js *Jobs) moveOn(ctx context.Context, tx *store.Tx, h *held, items []store.Item) error {
	results, refusals := make([]*refused, len(items)), 0
	counted := maps.Clone(h.refusals)
	for n, item := range items {
		if len(item.Refusals) > 0 {
			no := item.Refusals[0]
			results[n] = &refused{no.Code, no.Message}
			counted[string(no.Code)]++
			refusals++
		}
	}
	if err := keepResults(ctx, tx, h, results, refusals); err != nil {
		return err
	}
	var work *uuid.UUID
	if h.next+1 < h.batches {
		row, err := js.enqueue(ctx, tx, h.row, h.next+1)
		if err != nil {
			return err
		}
		work = &row
	}
	if err := h.count(ctx, tx, len(items), refusals, counted, work); err != nil {
		return err
	}
	if work == nil {
		return js.end(ctx, tx, h, lifecycle.JobDone, "")
	}
	h.tell(tx)
	return nil
}

// keepResults writes what came of each item beside the batch.
func keepResults(ctx context.Context, tx *store.Tx, h *held, results []*refused, refusals int) error {
	kept, err := json.Marshal(results)
	if err != nil {
		return fmt.Errorf("keep the results of a batch: %w", err)
	}
	return guarded(ctx, tx, "keep the results of a batch",
		`UPDATE bulk_batches SET results = $3, refused = $4 WHERE bulk_job_id = $1 AND number = $2 AND results IS NULL RETURNING id`, h.row, h.next, string(kept), refusals)
}

// count moves the job's figures on by a batch. work is the row that does the next one.
func (h *held) count(ctx context.Context, tx *store.Tx, items, refusals int, byCode map[string]int, work *uuid.UUID) error {
	codes, err := json.Marshal(byCode)
	if err != nil {
		return fmt.Errorf("count the refusals of a job: %w", err)
	}
	var taken any
	if len(h.taken) > 0 {
		wants := make([]licence.Want, 0, len(h.taken))
		for pool, n := range h.taken {
			wants = append(wants, licence.Want{Pool: pool, N: n})
		}
		kept, err := json.Marshal(wants)
		if err != nil {
			return fmt.Errorf("keep what a dry run would have taken: %w", err)
		}
		taken = string(kept)
	}
	err = guarded(ctx, tx, "move a job on", `UPDATE bulk_jobs SET next_batch = next_batch + 1, processed = processed + $3, succeeded = succeeded + $4, refusals = $5, taken = $6, work_id = $7,
  status = 'RUNNING', started_at = COALESCE(started_at, $8), version = version + 1, updated_at = $8
WHERE id = $1 AND next_batch = $2 AND finished_at IS NULL RETURNING id`, h.row, h.next, items, items-refusals, string(codes), taken, work, tx.Now())
	h.next++
	h.processed += items
	h.succeeded += items - refusals
	h.status = lifecycle.JobRunning
	h.version++
	return err
}

// guarded changes the one row that the guard lets through, which is there under the
// job's lock.
func guarded(ctx context.Context, tx *store.Tx, what, statement string, args ...any) error {
	rows, err := tx.Guard(ctx, statement, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if n != 1 {
		return fmt.Errorf("%s: it was not as it was read under its lock", what)
	}
	return nil
}
