package webhook

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// mostTests is how many tests of one webhook may wait.
const mostTests = 10

// Test queues a test event for a webhook, whatever its status, and has it sent at
// once, or after what other webhooks of its owner are at. It is tried once, and its
// delivery says what came of it. Refused: NOT_FOUND, TOO_MANY while ten wait.
func (ws *Webhooks) Test(ctx context.Context, in TestWebhookInput) (*Payload, error) {
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	out, err := ws.store.Do(ctx, store.Cause{Mutation: "testWebhook", Action: audit.TestWebhook, Resource: audit.Webhook, ID: named(in.ID), Key: in.IdempotencyKey, Input: in},
		func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			h, err := ws.lock(ctx, tx, s, in.ID)
			if err != nil {
				return store.Outcome{}, err
			}
			tx.In(h.unit())
			waiting, err := number(tx.Query(ctx, `SELECT count(*) FROM webhook_deliveries WHERE webhook_id = $1 AND event_id IS NULL AND status = 'QUEUED'`, h.ID.UUID))
			if err != nil {
				return store.Outcome{}, fmt.Errorf("count a webhook's tests: %w", err)
			}
			if waiting >= mostTests {
				return store.Outcome{}, refusal.New(refusal.TooMany, "%d tests of the webhook are waiting; look at its deliveries for what comes of them.", waiting).At("id")
			}
			body := message{Type: testKind, Timestamp: tx.Now(), Data: data{Webhook: h.ID.String()}}.text()
			if err := queue(ctx, tx, []delivery{{id: uuid.Must(uuid.NewV7()), hook: h.ID.UUID, kind: testKind, body: body}}); err != nil {
				return store.Outcome{}, err
			}
			if err := ws.beginRound(ctx, tx, h); err != nil {
				return store.Outcome{}, err
			}
			tx.Record(audit.Entry{ID: h.ID.UUID, BusinessUnit: h.unit()})
			return store.Done(h.ID), nil
		})
	if err != nil {
		return nil, err
	}
	return ws.payload(ctx, in.ID, out)
}
