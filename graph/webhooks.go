package graph

import (
	"context"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/webhook"
)

func (q query) Webhooks(ctx context.Context, first *int, after *string, last *int, before *string) (*page.Connection[*webhook.Webhook], error) {
	return q.API.Webhooks.List(ctx, args(first, after, last, before))
}

func (m mutation) CreateWebhook(ctx context.Context, in webhook.CreateWebhookInput) (*webhook.SecretPayload, error) {
	return m.Webhooks.Create(ctx, in)
}

func (m mutation) UpdateWebhook(ctx context.Context, in webhook.UpdateWebhookInput) (*webhook.SecretPayload, error) {
	return m.Webhooks.Update(ctx, in)
}

func (m mutation) DeleteWebhook(ctx context.Context, in webhook.DeleteWebhookInput) (*webhook.DeletePayload, error) {
	return m.Webhooks.Delete(ctx, in)
}

func (m mutation) TestWebhook(ctx context.Context, in webhook.TestWebhookInput) (*webhook.Payload, error) {
	return m.Webhooks.Test(ctx, in)
}

func (m mutation) ReplayWebhook(ctx context.Context, in webhook.ReplayWebhookInput) (*webhook.Payload, error) {
	return m.Webhooks.Replay(ctx, in)
}

func (r aWebhook) Deliveries(ctx context.Context, w *webhook.Webhook, first *int, after *string, last *int, before *string, statuses []lifecycle.DeliveryStatus) (*page.Connection[*webhook.WebhookDelivery], error) {
	return r.Webhooks.Deliveries(ctx, w, args(first, after, last, before), statuses)
}
