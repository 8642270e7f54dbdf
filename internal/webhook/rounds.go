package webhook

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/store"
)

const (
	// mostRounds is how many rounds one transaction begins.
	mostRounds = 500
	// roundsEach is how many rounds the webhooks of one owner have at a time: however
	// many there are, and however slow their receivers, they leave the other hands to
	// others. What waits is sent later, and nothing of it is lost.
	roundsEach = 2
)

// dueNow is the condition on webhooks w that have something to be sent, at the instant $1,
// and no round. A test is due while the webhook is switched off or rests, too.
const dueNow = `w.deleted_at IS NULL AND (w.round_until IS NULL OR w.round_until <= $1)
  AND (EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'QUEUED' AND d.event_id IS NULL)
    OR w.status = 'ACTIVE' AND (w.resting_until IS NULL OR w.resting_until <= $1)
      AND EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'QUEUED' AND d.due_at <= $1))`

// dueRounds finds the webhooks that may have a round now: of each owner those that have
// waited longest since their last one, up to as many as the owner has places left. A
// round of one that was deleted meanwhile still has its place.
const dueRounds = `WITH busy AS (SELECT owner_issuer, owner_subject, count(*) AS rounds FROM webhooks WHERE round_until > $1 GROUP BY 1, 2),
waiting AS (SELECT w.id, w.owner_issuer, w.owner_subject, row_number() OVER (PARTITION BY w.owner_issuer, w.owner_subject ORDER BY w.round_until NULLS FIRST, w.id) AS turn
  FROM webhooks w WHERE ` + dueNow + `)
SELECT w.id FROM webhooks w JOIN waiting USING (id) LEFT JOIN busy ON busy.owner_issuer = waiting.owner_issuer AND busy.owner_subject = waiting.owner_subject
WHERE waiting.turn + COALESCE(busy.rounds, 0) <= $2 ORDER BY w.round_until NULLS FIRST, w.id LIMIT $3 FOR UPDATE OF w SKIP LOCKED`

// nextRound finds the one webhook to which the webhook $2 hands its place on.
const nextRound = `SELECT w.id FROM webhooks w
WHERE (w.owner_issuer, w.owner_subject) = (SELECT o.owner_issuer, o.owner_subject FROM webhooks o WHERE o.id = $2) AND ` + dueNow + `
ORDER BY w.round_until NULLS FIRST, w.id LIMIT 1 FOR UPDATE OF w SKIP LOCKED`

// beginRounds enqueues a job for each webhook that may have a round.
func (ws *Webhooks) beginRounds(ctx context.Context) error {
	_, err := ws.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if err := alone(ctx, tx); err != nil {
			return store.Outcome{}, err
		}
		found, err := idsFound(tx.Query(ctx, dueRounds, tx.Now(), roundsEach, mostRounds))
		if err != nil {
			return store.Outcome{}, fmt.Errorf("find out which webhooks have something due: %w", err)
		}
		return store.Outcome{}, ws.reserveRounds(ctx, tx, found)
	})
	return err
}

// beginRound enqueues a job for a webhook that is locked, unless it has a round, or its
// owner has as many as there may be: then it has its own later.
func (ws *Webhooks) beginRound(ctx context.Context, tx *store.Tx, h *hook) error {
	if err := alone(ctx, tx); err != nil {
		return err
	}
	under, err := number(tx.Query(ctx, `SELECT count(*) FROM webhooks w WHERE w.owner_issuer = $1 AND w.owner_subject = $2 AND w.round_until > $3`,
		h.Owner.Issuer, h.Owner.Subject, tx.Now()))
	if err != nil {
		return fmt.Errorf("count the rounds of somebody's webhooks: %w", err)
	}
	if under >= roundsEach || h.roundUntil != nil && h.roundUntil.After(tx.Now()) {
		return nil
	}
	return ws.reserveRounds(ctx, tx, []uuid.UUID{h.ID.UUID})
}

// alone waits until no other transaction begins rounds, so that all of them are counted.
// Who hands a place on does not wait: it makes no round more.
func alone(ctx context.Context, tx *store.Tx) error {
	if _, err := number(tx.Query(ctx, `SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('rounds of webhooks', 0))) AS waited`)); err != nil {
		return fmt.Errorf("wait for others who begin rounds with webhooks: %w", err)
	}
	return nil
}
