package bulk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// held is a job as it is worked on.
type held struct {
	row             uuid.UUID
	issuer, subject string
	action          lifecycle.BulkAction
	dryRun          bool
	input           inventory.BulkActionInput
	status          lifecycle.JobStatus
	size, batches   int
	next            int
	processed       int
	succeeded       int
	refusals        map[string]int
	taken           map[licence.Pool]int
	expiresAt       time.Time
	version         int
}

// heldColumns are what a held job is read from.
const heldColumns = `SELECT b.owner_issuer, b.owner_subject, b.action, b.dry_run, b.input, b.status, b.size, b.batches, b.next_batch, b.processed, b.succeeded, b.refusals, b.taken, b.expires_at, b.version
FROM bulk_jobs b WHERE b.id = $1`

// look reads a job; nil when there is none.
func (js *Jobs) look(ctx context.Context, row uuid.UUID) (*held, error) {
	return readHeld(ctx, js.read, heldColumns, row)
}

// lock locks a job, before anything that its items need; nil when there is none. It
// waits for the batch that is at work.
func lock(ctx context.Context, tx *store.Tx, row uuid.UUID) (*held, error) {
	return readHeld(ctx, tx, heldColumns+" FOR UPDATE", row)
}

func readHeld(ctx context.Context, q querier, statement string, row uuid.UUID) (*held, error) {
	h := &held{row: row}
	var input, refusals, taken []byte
	err := one(ctx, q, statement, []any{row}, &h.issuer, &h.subject, &h.action, &h.dryRun, &input, &h.status, &h.size, &h.batches, &h.next,
		&h.processed, &h.succeeded, &refusals, &taken, &h.expiresAt, &h.version)
	switch {
	case errors.Is(err, errNoRow):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read a job: %w", err)
	}
	if err := errors.Join(json.Unmarshal(input, &h.input), json.Unmarshal(refusals, &h.refusals)); err != nil {
		return nil, fmt.Errorf("read what a job does: %w", err)
	}
	var wants []licence.Want
	if taken != nil {
		if err := json.Unmarshal(taken, &wants); err != nil {
			return nil, fmt.Errorf("read what a dry run would have taken: %w", err)
		}
	}
	h.taken = make(map[licence.Pool]int, len(wants))
	for _, w := range wants {
		h.taken[w.Pool] += w.N
	}
	return h, nil
}

// awaits reports whether the batch is the one that may be done now.
func (h *held) awaits(number int) bool {
	return h != nil && !h.status.Ended() && h.next == number
}

// items are those of the job's next batch.
func (h *held) items(ctx context.Context, q querier) ([]id.ID, error) {
	var raw []byte
	if err := one(ctx, q, `SELECT items FROM bulk_batches WHERE bulk_job_id = $1 AND number = $2`, []any{h.row, h.next}, &raw); err != nil {
		return nil, fmt.Errorf("read batch %d of a job: %w", h.next, err)
	}
	var rows []uuid.UUID
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("read batch %d of a job: %w", h.next, err)
	}
	ids := make([]id.ID, len(rows))
	for n, row := range rows {
		ids[n] = id.Of(kindOf(h.action), row)
	}
	return ids, nil
}

// tell says to those who follow the job that it has come further. That it was started
// and that it has ended, its entries tell. No action: webhooks do not tell of it.
func (h *held) tell(tx *store.Tx) { tx.Tell(store.Event{Resource: audit.Job, Thing: h.row}) }
