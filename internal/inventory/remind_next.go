package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/store"
)

// remindNoMore ends the reminders about certificates whose successors are there. It
// follows from what is audited and is no change of its own. Their seats are locked.
func remindNoMore(ctx context.Context, tx *store.Tx, certificates []uuid.UUID) error {
	return remindNext(ctx, tx, certificates, make([]*time.Time, len(certificates)))
}

// remindNext sets when the holder of each certificate is reminded next; nil: no more.
func remindNext(ctx context.Context, tx *store.Tx, certificates []uuid.UUID, at []*time.Time) error {
	if len(certificates) == 0 {
		return nil
	}
	times := make([]*string, len(at))
	for n, t := range at {
		if t != nil {
			text := t.UTC().Format(time.RFC3339Nano)
			times[n] = &text
		}
	}
	if _, err := guarded(ctx, tx, `UPDATE certificates c SET remind_at = v.at FROM unnest($1::uuid[], $2::timestamptz[]) AS v(id, at) WHERE c.id = v.id RETURNING c.id`,
		pq.Array(certificates), pq.Array(times)); err != nil {
		return fmt.Errorf("set when the holders of %d certificates are reminded: %w", len(certificates), err)
	}
	return nil
}
