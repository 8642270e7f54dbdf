package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
)

// Webhook is an address that is told of changes, signed as the Standard Webhooks
// specification says, with the rights of the token that made it.
type Webhook struct{ ent.Schema }

// Mixin of Webhook.
func (Webhook) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Webhook.
func (Webhook) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_issuer"),
		field.String("owner_subject"),
		field.String("owner_name"),
		field.JSON("actor", json.RawMessage{}).Comment("the rights of the token that made or last changed it: that of the owner"),
		field.String("url"),
		field.String("description").Default(""),
		field.JSON("actions", []audit.Action{}).Optional().Comment("NULL for all"),
		field.JSON("resource_types", []audit.Resource{}).Optional().Comment("NULL for all"),
		field.JSON("business_unit_ids", []uuid.UUID{}).Optional().Comment("NULL for all that its maker may see"),
		field.JSON("profile_ids", []uuid.UUID{}).Optional().Comment("NULL for all; else enrollments under these"),
		field.String("status").GoType(lifecycle.WebhookStatus("")),
		field.Bytes("secret_cipher").Sensitive(),
		field.Int64("position").Default(0).Comment("up to which event it was looked at"),
		field.Int64("replayed_to").Default(0).Comment("up to which event what was sent before is sent again"),
		maybe("round_until"),   // until then a job is at work on its deliveries, and since then none is; NULL when none ever was
		maybe("resting_until"), // before then nothing is sent, since the last attempt failed
		maybe("failing_since"),
		maybe("delivered_at"),
		field.String("last_error").Default(""),
		maybe("deleted_at"),
	}
}

// Indexes of Webhook.
func (Webhook) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("created_at", "id").Annotations(entsql.IndexWhere("deleted_at IS NULL")).StorageKey("webhooks_live"),
		index.Fields("position").Annotations(entsql.IndexWhere("deleted_at IS NULL AND status = 'ACTIVE'")).StorageKey("webhooks_active"),
	}
}

// Annotations of Webhook.
func (Webhook) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{"webhooks_status": oneOf("status", lifecycle.WebhookStatuses)})}
}
