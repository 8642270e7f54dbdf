package lifecycle

import "io"

// WebhookStatus is whether a webhook is told of changes.
type WebhookStatus string

// The values of WebhookStatus.
const (
	// WebhookActive: it is.
	WebhookActive WebhookStatus = "ACTIVE"
	// WebhookPaused: somebody switched it off.
	WebhookPaused WebhookStatus = "PAUSED"
	// WebhookStopped: the server gave up: nothing arrived for days, or the receiver answered 410 Gone.
	WebhookStopped WebhookStatus = "STOPPED"
)

// WebhookStatuses lists the values of WebhookStatus.
var WebhookStatuses = []WebhookStatus{WebhookActive, WebhookPaused, WebhookStopped}

// MarshalGQL writes the value as a GraphQL enum value.
func (v WebhookStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *WebhookStatus) UnmarshalGQL(x any) error { return readEnum(x, v, WebhookStatuses) }

// DeliveryStatus is what became of a delivery.
type DeliveryStatus string

// The values of DeliveryStatus.
const (
	// DeliveryQueued: it will be sent, or tried again.
	DeliveryQueued DeliveryStatus = "QUEUED"
	// DeliveryDone: the receiver answered with a 2xx status.
	DeliveryDone DeliveryStatus = "DELIVERED"
	// DeliveryFailed: given up.
	DeliveryFailed DeliveryStatus = "FAILED"
)

// DeliveryStatuses lists the values of DeliveryStatus.
var DeliveryStatuses = []DeliveryStatus{DeliveryQueued, DeliveryDone, DeliveryFailed}

// MarshalGQL writes the value as a GraphQL enum value.
func (v DeliveryStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *DeliveryStatus) UnmarshalGQL(x any) error { return readEnum(x, v, DeliveryStatuses) }
