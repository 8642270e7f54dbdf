package webhook

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"gatehouse/internal/receiver"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// due reads a webhook and its deliveries that are due: tests first, whatever its
// status; then, of an active one, those that wait longest, and only one while nothing
// arrives. The webhook is read anew each time, so that a change of it, and its end,
// hold from the next delivery on.
func (ws *Webhooks) due(ctx context.Context, one uuid.UUID) (*hook, []delivery, error) {
	statement := "SELECT " + columns + `, d.id, d.event_id, d.business_unit_id, d.message_id, d.kind, d.body, d.attempts
FROM webhooks w CROSS JOIN LATERAL (
  (SELECT d.*, 0 AS turn FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'QUEUED' AND d.event_id IS NULL ORDER BY d.due_at, d.id LIMIT $3)
  UNION ALL
  (SELECT d.*, 1 AS turn FROM webhook_deliveries d WHERE w.status = 'ACTIVE' AND (w.resting_until IS NULL OR w.resting_until <= $2)
    AND d.webhook_id = w.id AND d.status = 'QUEUED' AND d.due_at <= $2 AND d.event_id IS NOT NULL ORDER BY d.due_at, d.id
    LIMIT CASE WHEN w.failing_since IS NULL THEN $3 ELSE 1 END)
  ORDER BY turn, due_at, id LIMIT $3) d
WHERE w.id = $1 AND w.deleted_at IS NULL ORDER BY d.turn, d.due_at, d.id`
	found, err := ws.read.Query(ctx, statement, one, ws.store.Now(ctx), abreast)
	if err != nil {
		return nil, nil, fmt.Errorf("find what is due for a webhook: %w", err)
	}
	defer func() { _ = found.Close() }()
	var h *hook
	var all []delivery
	for found.Next() {
		d := delivery{hook: one}
		h = &hook{}
		if err := found.Scan(append(h.into(), &d.id, store.Optional(&d.event), store.Optional(&d.unit), &d.messageID, &d.kind, &d.body, &d.attempts)...); err != nil {
			return nil, nil, fmt.Errorf("read what is due for a webhook: %w", err)
		}
		if err := h.settle(); err != nil {
			return nil, nil, err
		}
		all = append(all, d)
	}
	return h, all, found.Err()
}

// sendAll makes one attempt at each delivery, all at once. What the webhook's owner
// may not see any more is withheld: the rights are those of now. The error says that
// the attempts were ended from outside, or that nothing could be read: then nothing
// is written down, and they are made again.
func (ws *Webhooks) sendAll(ctx context.Context, h *hook, all []delivery) ([]attempt, error) {
	r, err := ws.rightsOf(ctx, h, map[string]rights{})
	if err != nil {
		return nil, err
	}
	secret, err := ws.keys.Open(h.cipher, h.ID.UUID, secretColumn)
	if err != nil && !errors.Is(err, sealed.ErrUnopened) {
		return nil, err
	}
	attempts, ends := make([]attempt, len(all)), make([]error, len(all))
	var sending sync.WaitGroup
	for n, d := range all {
		a := &attempts[n]
		a.delivery = d
		switch {
		case !d.test() && !r.see(resourceOf(d.kind), d.unit):
			a.withheld, a.answer.Wrong = true, "The owner of the webhook may not see this any more, so it was not sent."
		case secret == "":
			a.answer.Wrong = "No key of the server opens the webhook's secret, so nothing can be signed; give it a new one."
		default:
			sending.Go(func() {
				a.answer, ends[n] = ws.client.Send(ctx, receiver.Message{URL: h.URL, ID: d.messageID, At: ws.store.Now(ctx), Secret: secret, Body: d.body})
			})
		}
	}
	sending.Wait()
	return attempts, errors.Join(ends...)
}
