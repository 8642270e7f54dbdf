package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/store"
)

// The statements of this file change what no audit entry tells of: how far a webhook
// has come, what arrived, and the deliveries themselves, which repeat what entries
// tell already. None of them raises a webhook's version, by which people notice each
// other. In each, no row is an answer.

// changed runs such a statement and returns the ids of the rows that it changed.
func changed(ctx context.Context, tx *store.Tx, what, statement string, args ...any) ([]uuid.UUID, error) {
	found, err := tx.Guard(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	defer func() { _ = found.Close() }()
	var all []uuid.UUID
	for found.Next() {
		var row uuid.UUID
		if err := found.Scan(&row); err != nil {
			return nil, fmt.Errorf("%s: %w", what, err)
		}
		all = append(all, row)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return all, nil
}

// queue writes deliveries, by one statement. One that is there already is of a replay:
// it is sent again, with the message that it has.
func queue(ctx context.Context, tx *store.Tx, all []delivery) error {
	if len(all) == 0 {
		return nil
	}
	ids, hooks, events, units := make([]string, len(all)), make([]string, len(all)), make([]*string, len(all)), make([]*string, len(all))
	messages, kinds, bodies := make([]string, len(all)), make([]string, len(all)), make([]string, len(all))
	for n, d := range all {
		ids[n], hooks[n], events[n], units[n] = d.id.String(), d.hook.String(), orNull(d.event), orNull(d.unit)
		messages[n], kinds[n], bodies[n] = messageID(d.id), d.kind, d.body
	}
	_, err := changed(ctx, tx, "queue deliveries", `INSERT INTO webhook_deliveries AS d (id, webhook_id, event_id, business_unit_id, message_id, kind, body, status, attempts, due_at, last_error, created_at)
SELECT v.id::uuid, v.hook::uuid, v.event::uuid, v.unit::uuid, v.message, v.kind, v.body, 'QUEUED', 0, $8, '', $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS v(id, hook, event, unit, message, kind, body)
ON CONFLICT (webhook_id, event_id) WHERE event_id IS NOT NULL DO UPDATE SET status = 'QUEUED', attempts = 0, due_at = $8, delivered_at = NULL
RETURNING d.id`, pq.Array(ids), pq.Array(hooks), pq.Array(events), pq.Array(units), pq.Array(messages), pq.Array(kinds), pq.Array(bodies), tx.Now())
	return err
}

// orNull is an id as text; nil for none.
func orNull(u uuid.UUID) *string {
	if u == uuid.Nil {
		return nil
	}
	text := u.String()
	return &text
}

// advance moves webhooks that are locked behind a position. Of those that missed
// something it says so.
func advance(ctx context.Context, tx *store.Tx, hooks, missed []uuid.UUID, position int64) error {
	_, err := changed(ctx, tx, "move webhooks on", `UPDATE webhooks SET position = $2, last_error = CASE WHEN id = ANY($3) THEN $4 ELSE last_error END
WHERE id = ANY($1) AND position < $2 RETURNING id`, pq.Array(hooks), position, pq.Array(missed), missedSome)
	return err
}

// missedSome is what a webhook says that was behind for too long.
const missedSome = "Some changes were not told: they are kept for 24 hours, and this webhook was further behind."

// rewind moves a webhook that is locked back to before a position, and has everything
// up to where it was sent again.
func rewind(ctx context.Context, tx *store.Tx, hook uuid.UUID, before int64) error {
	_, err := changed(ctx, tx, "move a webhook back", `UPDATE webhooks SET position = $2, replayed_to = GREATEST(replayed_to, position)
WHERE id = $1 AND position > $2 RETURNING id`, hook, before)
	return err
}

// reserve marks webhooks that are locked as having a round until an instant.
func reserve(ctx context.Context, tx *store.Tx, hooks []uuid.UUID, until time.Time) error {
	_, err := changed(ctx, tx, "begin rounds", `UPDATE webhooks SET round_until = $2 WHERE id = ANY($1) RETURNING id`, pq.Array(hooks), until)
	return err
}

// take makes the round that was reserved until an instant this job's own until
// another, or over, when that is now; false when it is somebody else's by now.
func take(ctx context.Context, tx *store.Tx, hook uuid.UUID, reserved, until time.Time) (bool, error) {
	taken, err := changed(ctx, tx, "take a round", `UPDATE webhooks SET round_until = $3 WHERE id = $1 AND round_until = $2 RETURNING id`, hook, reserved, until)
	return len(taken) > 0, err
}

// settleDeliveries writes what came of attempts, by one statement, and returns those
// that were still as they had been read; what another round has done meanwhile stays.
func settleDeliveries(ctx context.Context, tx *store.Tx, all []attempt) ([]uuid.UUID, error) {
	ids, attempts, made := make([]string, len(all)), make([]int64, len(all)), make([]int64, len(all))
	statuses, wrongs := make([]string, len(all)), make([]string, len(all))
	answers, dues := make([]int64, len(all)), make([]string, len(all))
	for n, a := range all {
		ids[n], attempts[n], made[n] = a.id.String(), int64(a.attempts), int64(a.made)
		statuses[n], wrongs[n], answers[n], dues[n] = string(a.status), a.answer.Wrong, int64(a.answer.Status), a.due.Format(time.RFC3339Nano)
	}
	return changed(ctx, tx, "write down deliveries", `UPDATE webhook_deliveries d SET status = v.status, attempts = v.made, due_at = v.due::timestamptz,
  response_status = NULLIF(v.answer, 0), last_error = v.wrong, attempted_at = $8::timestamptz, delivered_at = CASE WHEN v.status = 'DELIVERED' THEN $8::timestamptz END
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[]) AS v(id, attempts, made, status, wrong, answer, due)
WHERE d.id = v.id AND d.attempts = v.attempts AND d.status = 'QUEUED' RETURNING d.id`,
		pq.Array(ids), pq.Array(attempts), pq.Array(made), pq.Array(statuses), pq.Array(wrongs), pq.Array(answers), pq.Array(dues), tx.Now())
}

// settleHook writes what the attempts say of a webhook that is locked.
func settleHook(ctx context.Context, tx *store.Tx, hook uuid.UUID, h health) error {
	_, err := changed(ctx, tx, "write down how a webhook fares", `UPDATE webhooks SET failing_since = $2, resting_until = $3, delivered_at = $4, last_error = $5
WHERE id = $1 RETURNING id`, hook, h.failingSince, h.restingUntil, h.deliveredAt, h.lastError)
	return err
}
