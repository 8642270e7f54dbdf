package webhook

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/receiver"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Create has an address told of what happens from now on, with the rights of the
// viewer's token, and makes its secret, which is shown this once. Refused: INVALID,
// NOT_FOUND for what the filter names, ADDRESS_NOT_ALLOWED, TOO_MANY.
func (ws *Webhooks) Create(ctx context.Context, in CreateWebhookInput) (*SecretPayload, error) {
	in.URL = strings.TrimSpace(in.URL)
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	_, newest, err := ws.store.Positions(ctx)
	if err != nil {
		return nil, err
	}
	secret := receiver.NewSecret()
	out, err := ws.store.Do(ctx, store.Cause{Mutation: "createWebhook", Action: audit.CreateWebhook, Resource: audit.Webhook, Key: in.IdempotencyKey, Input: in},
		func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			h := &hook{Webhook: Webhook{ID: id.New(id.Webhook), URL: in.URL, Actions: in.Actions, Status: lifecycle.WebhookActive}}
			if in.Description != nil {
				h.Description = *in.Description
			}
			if no := ws.check(h); no != nil {
				return store.Outcome{}, no
			}
			if err := h.narrow(ctx, tx, s.scope, in.Filter); err != nil {
				return store.Outcome{}, err
			}
			if err := room(ctx, tx); err != nil {
				return store.Outcome{}, err
			}
			row, err := ws.rightsRow(tx, h, secret)
			if err != nil {
				return store.Outcome{}, err
			}
			for column, value := range h.values() {
				row[column] = value
			}
			row["id"], row["version"], row["created_at"], row["updated_at"] = h.ID.UUID, 1, tx.Now(), tx.Now()
			row["position"], row["replayed_to"], row["last_error"] = newest, 0, ""
			if _, err := tx.Insert(ctx, audit.Webhook, "", []store.Row{row}); err != nil {
				return store.Outcome{}, err
			}
			tx.Record(audit.Entry{ID: h.ID.UUID, BusinessUnit: h.unit()})
			return store.Done(h.ID), nil
		})
	if err != nil {
		return nil, err
	}
	p, err := ws.payload(ctx, id.ID{}, out)
	if err != nil {
		return nil, err
	}
	return p.withSecret(secret), nil
}

// check is the no to what a webhook says by itself; nil for none.
func (ws *Webhooks) check(h *hook) *refusal.Refusal {
	if no := ws.client.Check(h.URL); no != nil {
		return no
	}
	if no := form.Text(h.Description, 0, form.MaxText, "description"); no != nil {
		return no
	}
	if h.Actions != nil && len(h.Actions) == 0 {
		return refusal.New(refusal.Invalid, "The list of actions is empty, so that nothing would be told; leave it out for all.").At("actions")
	}
	return nil
}

// room is the refusal TOO_MANY for who has as many webhooks as one person may have.
// Two calls of one person wait for each other here, so that both are counted.
func room(ctx context.Context, tx *store.Tx) error {
	v := tx.Viewer()
	if _, err := number(tx.Query(ctx, `SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || $1 || ' ' || $2, 0))) AS waited`, v.Issuer, v.Subject)); err != nil {
		return fmt.Errorf("wait for somebody's other webhooks: %w", err)
	}
	n, err := number(tx.Query(ctx, `SELECT count(*) FROM webhooks WHERE owner_issuer = $1 AND owner_subject = $2 AND deleted_at IS NULL`, v.Issuer, v.Subject))
	if err != nil {
		return fmt.Errorf("count somebody's webhooks: %w", err)
	}
	if n >= mostWebhooks {
		return refusal.New(refusal.TooMany, "You have %d webhooks, and nobody may have more; end one that is no longer needed.", n)
	}
	return nil
}

// number is the one number of a statement.
func number(found rows, err error) (n int64, _ error) {
	if err != nil {
		return 0, err
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		if err := found.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, found.Err()
}

// rightsRow are the columns that say whose rights a webhook has, and with a new
// secret that one, sealed.
func (ws *Webhooks) rightsRow(tx *store.Tx, h *hook, secret string) (store.Row, error) {
	v := tx.Viewer()
	kept, err := viewer.Keep(v)
	if err != nil {
		return nil, err
	}
	row := store.Row{"owner_issuer": v.Issuer, "owner_subject": v.Subject, "owner_name": v.Name, "actor": string(kept)}
	if secret != "" {
		cipher, err := ws.keys.Seal(secret, h.ID.UUID, secretColumn)
		if err != nil {
			return nil, err
		}
		row[secretColumn] = cipher
	}
	return row, nil
}
