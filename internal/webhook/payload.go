package webhook

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// payload shapes what an act came to: the webhook that it made, or that the caller
// asked for, read anew with the viewer's present rights.
func (ws *Webhooks) payload(ctx context.Context, asked id.ID, out store.Outcome) (*Payload, error) {
	p := &Payload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	row := named(asked)
	if made := out.IDs(); len(made) > 0 {
		row = made[0].UUID
	}
	unseen := slices.ContainsFunc(p.UserErrors, func(no *refusal.Refusal) bool {
		return no.Code == refusal.NotFound && slices.Equal(no.Field, []string{"input", "id"})
	})
	if row == uuid.Nil || unseen {
		return p, nil
	}
	found, err := ws.ByIDs(ctx, []uuid.UUID{row})
	if err != nil {
		return nil, err
	}
	p.Webhook = found[row]
	return p, nil
}

// withSecret adds a new secret, which is shown to who asked for it, once: a repeat of
// the call shows none.
func (p *Payload) withSecret(secret string) *SecretPayload {
	s := &SecretPayload{Webhook: p.Webhook, UserErrors: p.UserErrors, Replayed: p.Replayed}
	if secret != "" && !p.Replayed && len(p.UserErrors) == 0 {
		s.Secret = &secret
	}
	return s
}
