package bulk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// end ends a locked job, for good. What it was cancelled by is recorded by the caller;
// every other end is the system's own doing.
func (js *Jobs) end(ctx context.Context, tx *store.Tx, h *held, status lifecycle.JobStatus, why string) error {
	// The instant of the transaction is when its batch began.
	now := js.store.Present(ctx)
	err := tx.Apply(ctx, audit.Job, []store.Change{{
		ID: h.row, Version: h.version,
		Before: store.Row{"status": h.status, "finished_at": nil, "error": ""},
		After:  store.Row{"status": status, "finished_at": now, "error": why},
	}})
	if err != nil {
		return fmt.Errorf("end a job: %w", err)
	}
	if status != lifecycle.JobCancelled {
		comment := fmt.Sprintf("%d of %d items were done, %d refused.", h.succeeded, h.size, h.processed-h.succeeded)
		tx.RecordSystem(audit.Entry{Action: audit.EndJob, Resource: audit.Job, ID: h.row, Comment: comment})
	}
	return nil
}

// aftermath is how long ending a job that failed may take, when its own time is over.
const aftermath = 10 * time.Second

// fail ends a job that cannot go on, with a sentence that says why, as the system. One
// that has ended stays as it is.
func (js *Jobs) fail(ctx context.Context, row uuid.UUID, why string) error {
	ctx, cancel := context.WithTimeout(viewer.With(context.WithoutCancel(ctx), viewer.TheSystem()), aftermath)
	defer cancel()
	_, err := js.store.Do(ctx, store.Cause{Action: audit.EndJob, Resource: audit.Job, ID: row}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, err := lock(ctx, tx, row)
		if err != nil || h == nil || h.status.Ended() {
			return store.Outcome{}, err
		}
		return store.Outcome{}, js.end(ctx, tx, h, lifecycle.JobFailed, why)
	})
	return err
}
