package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// WebhookDelivery is one event on its way to one webhook: what is sent, and what
// came of the last attempt.
type WebhookDelivery struct{ ent.Schema }

// Mixin of WebhookDelivery.
func (WebhookDelivery) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of WebhookDelivery.
func (WebhookDelivery) Fields() []ent.Field {
	return []ent.Field{
		fixed("webhook_id"),
		ref("event_id"),         // NULL of a test
		ref("business_unit_id"), // of what it tells; NULL of what belongs to none
		field.String("message_id").Immutable().Comment("the header webhook-id; the same at every attempt"),
		field.String("kind").Immutable().Comment("the type in the body"),
		field.String("body").Immutable().Comment("the bytes that are signed and sent"),
		field.String("status").GoType(lifecycle.DeliveryStatus("")),
		at("due_at"),
		field.Int("attempts").Default(0),
		field.Int("response_status").Optional().Nillable().Comment("HTTP status of the last answer; NULL when none came"),
		field.String("last_error").Default(""),
		once("created_at"),
		maybe("attempted_at"),
		maybe("delivered_at"),
	}
}

// Indexes of WebhookDelivery.
func (WebhookDelivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("webhook_id", "status", "created_at", "id"),
		index.Fields("webhook_id", "event_id").Unique().Annotations(entsql.IndexWhere("event_id IS NOT NULL")).StorageKey("webhook_deliveries_once"),
		index.Fields("webhook_id", "due_at", "id").Annotations(entsql.IndexWhere("status = 'QUEUED'")).StorageKey("webhook_deliveries_due"),
		index.Fields("webhook_id").Annotations(entsql.IndexWhere("event_id IS NULL AND status = 'QUEUED'")).StorageKey("webhook_deliveries_tests"),
		index.Fields("created_at"),
	}
}

// Annotations of WebhookDelivery.
func (WebhookDelivery) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{"webhook_deliveries_status": oneOf("status", lifecycle.DeliveryStatuses)})}
}
