package demo

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/webhook"
)

// listen has Ada name an address that is to be told of what becomes of enrollments,
// and switch it off at once: nobody is called. Its secret is thrown away.
func (s *seeding) listen(ctx context.Context) error {
	var made id.ID
	err := s.do(ctx, act{name: "webhook", at: s.on(2, evening+90), by: ada}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		description := "The ticket system, once it has a receiver."
		p, err := s.house.Webhooks.Create(ctx, webhook.CreateWebhookInput{
			URL: "https://tickets.example.com/gatehouse", Description: &description, IdempotencyKey: key,
			Filter: &webhook.WebhookFilter{ResourceTypes: []audit.Resource{audit.Enrollment}},
		})
		if err != nil {
			return nil, err
		}
		if p.Webhook != nil {
			made = p.Webhook.ID
		}
		return p.UserErrors, nil
	})
	if err != nil {
		return err
	}
	return s.do(ctx, act{name: "webhook-off", at: s.on(2, evening+91), by: ada}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		enabled := false
		p, err := s.house.Webhooks.Update(ctx, webhook.UpdateWebhookInput{ID: made, Enabled: &enabled, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}
