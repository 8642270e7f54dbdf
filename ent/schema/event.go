package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
)

// Event is a committed change, for those who follow along. It is written in the
// transaction of the change without a position; once that has committed, one
// server at a time numbers the new ones (store.Number), so that whoever reads by
// position skips nothing that commits late. Those of one thing are numbered in the
// order in which its changes committed: lsn grows under the thing's lock.
type Event struct{ ent.Schema }

// Mixin of Event.
func (Event) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Event.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		once("at"),
		field.Int64("lsn").Immutable().Optional().Comment("where the write-ahead log stood when it was written").
			Annotations(entsql.DefaultExpr("(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'::pg_lsn))::bigint")),
		field.Int64("position").Optional().Nillable().Comment("its place among all that have committed; NULL until it is numbered"),
		field.String("action").GoType(audit.Action("")).Immutable(),
		field.String("resource_type").GoType(audit.Resource("")).Immutable(),
		field.UUID("resource_id", uuid.UUID{}).Immutable(),
		field.UUID("business_unit_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.JSON("changes", []audit.Change{}).Default([]audit.Change{}).Immutable(),
		// What subscriptions judge by, so that nothing is read for those who do not
		// want it: of an enrollment its status before and after, profile and requester;
		// of a job its owner, as the requester.
		field.String("status_before").GoType(lifecycle.Status("")).Default("").Immutable().Comment("empty when it was made"),
		field.String("status").GoType(lifecycle.Status("")).Default("").Immutable(),
		field.UUID("profile_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.String("requester_issuer").Default("").Immutable(),
		field.String("requester_subject").Default("").Immutable(),
	}
}

// Indexes of Event.
func (Event) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("position").Unique().Annotations(entsql.IndexWhere("\"position\" IS NOT NULL")).StorageKey("events_numbered"),
		index.Fields("lsn", "id").Annotations(entsql.IndexWhere("\"position\" IS NULL")).StorageKey("events_new"),
		index.Fields("at"),
	}
}

// Annotations of Event.
func (Event) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{"events_lsn": "lsn IS NOT NULL"})}
}
