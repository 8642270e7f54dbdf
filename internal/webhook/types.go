package webhook

import (
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// Webhook is an address that is told of changes.
type Webhook struct {
	ID              id.ID
	URL             string
	Description     string
	Actions         []audit.Action
	ResourceTypes   []audit.Resource
	BusinessUnitIDs []id.ID
	ProfileIDs      []id.ID
	Status          lifecycle.WebhookStatus
	FailingSince    *time.Time
	DeliveredAt     *time.Time
	LastError       *string
	Owner           inventory.Actor
	CreatedAt       time.Time
	UpdatedAt       time.Time
	Version         int

	// group is of the webhooks that were read with this one; nil of one alone.
	group *batch.Group
}

// WebhookDelivery is one message to one webhook.
type WebhookDelivery struct {
	MessageID      string
	Type           string
	Body           string
	Status         lifecycle.DeliveryStatus
	Attempts       int
	ResponseStatus *int
	LastError      *string
	CreatedAt      time.Time
	AttemptedAt    *time.Time
	DeliveredAt    *time.Time
}

// The connections of this package, by the names that the schema gives them.
type (
	WebhookConnection         = page.Connection[*Webhook]
	WebhookEdge               = page.Edge[*Webhook]
	WebhookDeliveryConnection = page.Connection[*WebhookDelivery]
	WebhookDeliveryEdge       = page.Edge[*WebhookDelivery]
)

// WebhookFilter narrows what a webhook is told of.
type WebhookFilter struct {
	ResourceTypes   []audit.Resource
	BusinessUnitIDs []id.ID
	ProfileIDs      []id.ID
}

// CreateWebhookInput says which address is told of what.
type CreateWebhookInput struct {
	URL            string
	Description    *string
	Actions        []audit.Action
	Filter         *WebhookFilter
	IdempotencyKey *string
}

// UpdateWebhookInput is what to change of a webhook.
type UpdateWebhookInput struct {
	ID              id.ID
	URL             *string
	Description     *string
	Actions         []audit.Action
	Filter          *WebhookFilter
	Enabled         *bool
	NewSecret       *bool
	ExpectedVersion *int
	IdempotencyKey  *string
}

// DeleteWebhookInput says which webhook to end.
type DeleteWebhookInput struct {
	ID              id.ID
	ExpectedVersion *int
	IdempotencyKey  *string
}

// TestWebhookInput says which webhook to test.
type TestWebhookInput struct {
	ID             id.ID
	IdempotencyKey *string
}

// ReplayWebhookInput says what to send again.
type ReplayWebhookInput struct {
	ID             id.ID
	Since          time.Time
	IdempotencyKey *string
}

// Payload is what came of an act on a webhook.
type Payload struct {
	Webhook    *Webhook
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// SecretPayload is what came of an act that may make a secret, which is shown once.
type SecretPayload struct {
	Webhook    *Webhook
	Secret     *string
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// DeletePayload is what came of ending a webhook.
type DeletePayload struct {
	DeletedID  *id.ID
	UserErrors []*refusal.Refusal
	Replayed   bool
}
