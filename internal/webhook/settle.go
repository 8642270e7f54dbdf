package webhook

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// settle writes down what came of attempts, and how the webhook fares with that; a
// webhook that is given up is STOPPED, which is audited as the server's own act; of
// one that was deleted meanwhile nothing more is written. It reports whether one failed.
func (ws *Webhooks) settle(ctx context.Context, one uuid.UUID, attempts []attempt) (failed bool, err error) {
	_, err = ws.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		failed = false
		hooks, err := scanHooks(tx.Query(ctx, "SELECT "+columns+" FROM webhooks w WHERE w.id = $1 AND w.deleted_at IS NULL FOR UPDATE", one))
		if err != nil || len(hooks) == 0 {
			return store.Outcome{}, err
		}
		h := hooks[0]
		for n := range attempts {
			attempts[n].decide(tx.Now())
		}
		written, err := settleDeliveries(ctx, tx, attempts)
		if err != nil {
			return store.Outcome{}, err
		}
		var counted []attempt
		for _, a := range attempts {
			if slices.Contains(written, a.id) {
				counted = append(counted, a)
				failed = failed || !a.withheld && a.answer.Wrong != ""
			}
		}
		fares, stopped := h.fares().after(counted, tx.Now())
		if err := settleHook(ctx, tx, one, fares); err != nil || stopped == "" {
			return store.Outcome{}, err
		}
		return store.Outcome{}, stop(ctx, tx, h, stopped)
	})
	if err != nil {
		return false, fmt.Errorf("write down what came of deliveries: %w", err)
	}
	return failed, nil
}

// fares is how the webhook fared before.
func (h *hook) fares() health {
	f := health{status: h.Status, failingSince: h.FailingSince, deliveredAt: h.DeliveredAt, restingUntil: h.restingUntil}
	if h.LastError != nil {
		f.lastError = *h.LastError
	}
	return f
}

// stop gives a webhook up.
func stop(ctx context.Context, tx *store.Tx, h *hook, why string) error {
	err := tx.Apply(ctx, audit.Webhook, []store.Change{{ID: h.ID.UUID, BusinessUnit: h.unit(), Version: h.Version,
		Before: store.Row{"status": h.Status}, After: store.Row{"status": lifecycle.WebhookStopped}}})
	if err != nil {
		return err
	}
	tx.RecordSystem(audit.Entry{Action: audit.StopWebhook, Resource: audit.Webhook, ID: h.ID.UUID, Comment: why})
	return nil
}
