package webhook

import (
	"context"
	"maps"
	"reflect"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/receiver"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// Update changes a webhook, which acts with the rights of the viewer's token from
// then on. Switched on, it is told of what happens from now on; what was queued
// before goes out too, and a replay that was not finished goes on. A change that
// changes nothing is done, and leaves no entry and whose rights it has. Refused: NOT_FOUND, CONFLICT, INVALID, ADDRESS_NOT_ALLOWED.
func (ws *Webhooks) Update(ctx context.Context, in UpdateWebhookInput) (*SecretPayload, error) {
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	oldest, newest, err := ws.store.Positions(ctx)
	if err != nil {
		return nil, err
	}
	secret := ""
	if in.NewSecret != nil && *in.NewSecret {
		secret = receiver.NewSecret()
	}
	out, err := ws.store.Do(ctx, store.Cause{Mutation: "updateWebhook", Action: audit.UpdateWebhook, Resource: audit.Webhook, ID: named(in.ID), Key: in.IdempotencyKey, Input: in},
		func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			h, err := ws.lock(ctx, tx, s, in.ID)
			if err != nil {
				return store.Outcome{}, err
			}
			tx.In(h.unit())
			if no := h.changedSince(in.ExpectedVersion); no != nil {
				return store.Outcome{}, no
			}
			before := h.values()
			if no := ws.with(h, in); no != nil {
				return store.Outcome{}, no
			}
			if err := h.narrow(ctx, tx, s.scope, in.Filter); err != nil {
				return store.Outcome{}, err
			}
			if secret == "" && reflect.DeepEqual(before, h.values()) {
				return store.Done(h.ID), nil
			}
			after, err := ws.rightsRow(tx, h, secret)
			if err != nil {
				return store.Outcome{}, err
			}
			maps.Copy(after, h.values())
			if before["status"] != lifecycle.WebhookActive && h.Status == lifecycle.WebhookActive && !h.replays(oldest) {
				after["position"] = newest
			}
			if before["url"] != h.URL || before["status"] != h.Status { // whatever was wrong may be mended
				after["failing_since"], after["resting_until"], after["last_error"] = nil, nil, ""
			}
			if err := tx.Apply(ctx, audit.Webhook, []store.Change{{ID: h.ID.UUID, BusinessUnit: h.unit(), Version: h.Version, Before: before, After: after}}); err != nil {
				return store.Outcome{}, err
			}
			tx.Record(audit.Entry{ID: h.ID.UUID})
			return store.Done(h.ID), nil
		})
	if err != nil {
		return nil, err
	}
	p, err := ws.payload(ctx, in.ID, out)
	if err != nil {
		return nil, err
	}
	return p.withSecret(secret), nil
}

// with puts into a webhook what the input says, the filter left aside.
func (ws *Webhooks) with(h *hook, in UpdateWebhookInput) *refusal.Refusal {
	if in.URL != nil {
		h.URL = strings.TrimSpace(*in.URL)
	}
	if in.Description != nil {
		h.Description = *in.Description
	}
	if in.Actions != nil {
		h.Actions = in.Actions
		if len(h.Actions) == 0 {
			h.Actions = nil
		}
	}
	if in.Enabled != nil {
		h.Status = lifecycle.WebhookPaused
		if *in.Enabled {
			h.Status = lifecycle.WebhookActive
		}
	}
	return ws.check(h)
}

// replays reports whether the webhook was moved back and has not come to where it was
// before, while some of that is kept: events from the oldest on.
func (h *hook) replays(oldest int64) bool {
	return h.position < h.replayedTo && oldest <= h.replayedTo
}

// changedSince is the no to somebody who has seen another version; nil when the
// webhook is as they know it.
func (h *hook) changedSince(expected *int) *refusal.Refusal {
	if expected == nil || *expected == h.Version {
		return nil
	}
	return refusal.New(refusal.Conflict, "The webhook was changed by somebody else (version %d, you sent %d); read it again.", h.Version, *expected).At("expectedVersion")
}
