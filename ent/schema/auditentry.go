package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"gatehouse/internal/audit"
)

// AuditEntry says who did what to which thing, when, from where, why, with what
// outcome and what changed. It has no edges: an entry outlives what it is about
// and a foreign key would let the one depend on the other.
type AuditEntry struct{ ent.Schema }

// Mixin of AuditEntry.
func (AuditEntry) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of AuditEntry.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		once("at"),
		transaction(),
		field.String("actor_kind").Immutable(),
		field.String("actor_issuer").Immutable(),
		field.String("actor_subject").Immutable(),
		field.String("actor_name").Default("").Immutable(),
		field.Strings("actor_roles").Default([]string{}).Immutable(),
		field.String("action").GoType(audit.Action("")).Immutable(),
		field.String("resource_type").GoType(audit.Resource("")).Immutable(),
		field.UUID("resource_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("NULL: the thing was not made"),
		field.UUID("business_unit_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("NULL: seen with business units * only"),
		field.String("outcome").GoType(audit.Outcome("")).Immutable(),
		field.String("code").Default("").Immutable().Comment("of a refusal"),
		field.String("request_id").Default("").Immutable(),
		field.String("client_address").Default("").Immutable(),
		field.String("comment").Default("").Immutable(),
		field.JSON("changes", []audit.Change{}).Default([]audit.Change{}).Immutable(),
	}
}

// Indexes of AuditEntry.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("at", "id"),
		index.Fields("business_unit_id", "at", "id"),
		index.Fields("resource_id", "at", "id"),
		index.Fields("actor_subject", "at", "id"),
		index.Fields("action", "at", "id"),
		index.Fields("resource_type", "at", "id"), // of a rare kind of thing, such as a webhook
		index.Fields("code", "at", "id").Annotations(entsql.IndexWhere("code <> ''")).StorageKey("audit_entries_refused"),
		index.Fields("request_id", "at", "id").Annotations(entsql.IndexWhere("request_id <> ''")).StorageKey("audit_entries_request"),
		index.Fields("outcome", "at", "id").Annotations(entsql.IndexWhere("outcome <> 'SUCCESS'")),
		index.Fields("xid"),
	}
}

// Annotations of AuditEntry.
func (AuditEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"audit_entries_action":   oneOf("action", audit.Actions),
		"audit_entries_resource": oneOf("resource_type", audit.Resources),
		"audit_entries_outcome":  oneOf("outcome", audit.Outcomes),
		"audit_entries_xid":      "xid IS NOT NULL",
		"audit_entries_code":     "(outcome = 'REFUSED') = (code <> '')",
	})}
}
