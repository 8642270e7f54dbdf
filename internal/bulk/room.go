package bulk

import (
	"context"
	"fmt"

	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// What is kept of one person's jobs, until they are forgotten: how many there are, and
// their items. A job keeps every item of its selection, those of batches that were never
// done too, so that its results tell of each; some 40 bytes each. Without a bound, who
// starts and ends jobs over a million things again and again would fill the disk.
const (
	mostKept      = 10_000
	mostKeptItems = 10 * MostItems
)

// admit refuses one more job, of so many items, of somebody who has as much as there may
// be. Two that are started at once wait for each other, so that both count.
func (js *Jobs) admit(ctx context.Context, tx *store.Tx, items int) error {
	v := tx.Viewer()
	var void string
	if err := one(ctx, tx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, []any{"jobs of " + v.Issuer + "\n" + v.Subject}, &void); err != nil {
		return fmt.Errorf("wait for other jobs that are being started: %w", err)
	}
	return js.room(ctx, tx, items)
}

// room is the refusal TOO_MANY for who has as many jobs that have not ended as one
// person may have, or as much that is kept of them, with so many items more.
func (js *Jobs) room(ctx context.Context, q querier, items int) error {
	v, _ := viewer.From(ctx)
	var unfinished, kept, keptItems int
	err := one(ctx, q, `SELECT count(*) FILTER (WHERE finished_at IS NULL), count(*), COALESCE(sum(size), 0) FROM bulk_jobs WHERE owner_issuer = $1 AND owner_subject = $2`,
		[]any{v.Issuer, v.Subject}, &unfinished, &kept, &keptItems)
	if err != nil {
		return fmt.Errorf("count somebody's jobs: %w", err)
	}
	switch {
	case unfinished >= mostUnfinished:
		return refusal.New(refusal.TooMany, "You have %d jobs that have not ended, and no more are worked on for one person at a time; wait for one, or end one by cancelJob.", unfinished)
	case kept >= mostKept:
		return refusal.New(refusal.TooMany, "You have %d jobs, and no more are kept for one person; each is forgotten 7 days after its end. Do more with each: a selection has up to %d items.", kept, MostItems)
	case keptItems+max(items, 1) > js.keptItems:
		return refusal.New(refusal.TooMany, "Your jobs have %d items, of %d that are kept for one person, each job's until 7 days after its end; there is room for %d more. Narrow the selection, or wait until older jobs are forgotten.",
			keptItems, js.keptItems, max(0, js.keptItems-keptItems)).At("selection")
	}
	return nil
}
