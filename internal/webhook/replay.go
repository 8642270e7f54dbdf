package webhook

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// about is how many events around the asked time are looked at for the first one.
// They are numbered in the order in which they committed, which is not quite that of
// their times.
const about = 10_000

// Replay has everything sent again that happened since a time, what arrived as well,
// and before what happens from now on: the webhook walks over the events once more,
// with its filter and rights of now. A message that was sent before has the id that
// it had. Refused: NOT_FOUND, INVALID for a time of more than 24 hours ago or to
// come, INVALID_STATE for a webhook that is not ACTIVE.
func (ws *Webhooks) Replay(ctx context.Context, in ReplayWebhookInput) (*Payload, error) {
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	out, err := ws.store.Do(ctx, store.Cause{Mutation: "replayWebhook", Action: audit.ReplayWebhook, Resource: audit.Webhook, ID: named(in.ID), Key: in.IdempotencyKey, Input: in},
		func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			h, err := ws.lock(ctx, tx, s, in.ID)
			if err != nil {
				return store.Outcome{}, err
			}
			tx.In(h.unit())
			if no := h.mayReplay(in.Since, tx.Now()); no != nil {
				return store.Outcome{}, no
			}
			first, err := number(tx.Query(ctx, `SELECT COALESCE(min(e.position), 0) FROM (
  SELECT position FROM events WHERE at >= $1 AND position IS NOT NULL ORDER BY at LIMIT $2) e`, in.Since, about))
			if err != nil {
				return store.Outcome{}, fmt.Errorf("find the first event since a time: %w", err)
			}
			if first > 0 {
				if err := rewind(ctx, tx, h.ID.UUID, first-1); err != nil {
					return store.Outcome{}, err
				}
			}
			tx.Record(audit.Entry{ID: h.ID.UUID, BusinessUnit: h.unit(), Comment: "since " + in.Since.UTC().Format(time.RFC3339)})
			return store.Done(h.ID), nil
		})
	if err != nil {
		return nil, err
	}
	return ws.payload(ctx, in.ID, out)
}

// mayReplay is the no to a replay; nil for none.
func (h *hook) mayReplay(since, now time.Time) *refusal.Refusal {
	switch {
	case since.After(now):
		return refusal.New(refusal.Invalid, "The time is still to come; name one of the last 24 hours.").At("since")
	case since.Before(now.Add(-store.EventLife)):
		return refusal.New(refusal.Invalid, "Changes are kept for 24 hours; name a time since %s.", now.Add(-store.EventLife).Format(time.RFC3339)).At("since")
	case h.Status != lifecycle.WebhookActive:
		return refusal.New(refusal.InvalidState, "The webhook is %s; switch it on with updateWebhook before.", h.Status).At("id")
	}
	return nil
}
