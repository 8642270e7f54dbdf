package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"gatehouse/internal/audit"
)

// Event is a committed change, for those who follow along. Readers take rows
// below pg_snapshot_xmin in the order of (xid, id), so that nothing which
// commits late is skipped.
type Event struct{ ent.Schema }

// Mixin of Event.
func (Event) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Event.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		once("at"),
		transaction(),
		field.String("action").GoType(audit.Action("")).Immutable(),
		field.String("resource_type").GoType(audit.Resource("")).Immutable(),
		field.UUID("resource_id", uuid.UUID{}).Immutable(),
		field.UUID("business_unit_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.JSON("changes", []audit.Change{}).Default([]audit.Change{}).Immutable(),
	}
}

// Indexes of Event.
func (Event) Indexes() []ent.Index {
	return []ent.Index{index.Fields("xid", "id"), index.Fields("at")}
}

// Annotations of Event.
func (Event) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{"events_xid": "xid IS NOT NULL"})}
}
