package webhook

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// Delete ends a webhook; what is queued for it is not sent any more. Refused:
// NOT_FOUND, CONFLICT.
func (ws *Webhooks) Delete(ctx context.Context, in DeleteWebhookInput) (*DeletePayload, error) {
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	out, err := ws.store.Do(ctx, store.Cause{Mutation: "deleteWebhook", Action: audit.DeleteWebhook, Resource: audit.Webhook, ID: named(in.ID), Key: in.IdempotencyKey, Input: in},
		func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			h, err := ws.lock(ctx, tx, s, in.ID)
			if err != nil {
				return store.Outcome{}, err
			}
			tx.In(h.unit())
			if no := h.changedSince(in.ExpectedVersion); no != nil {
				return store.Outcome{}, no
			}
			err = tx.Apply(ctx, audit.Webhook, []store.Change{{ID: h.ID.UUID, BusinessUnit: h.unit(), Version: h.Version,
				Before: store.Row{"deleted_at": nil}, After: store.Row{"deleted_at": tx.Now()}}})
			if err != nil {
				return store.Outcome{}, err
			}
			tx.Record(audit.Entry{ID: h.ID.UUID})
			return store.Done(h.ID), nil
		})
	if err != nil {
		return nil, err
	}
	p := &DeletePayload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	if gone := out.IDs(); len(gone) > 0 {
		p.DeletedID = &gone[0]
	}
	return p, nil
}
