package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// BusinessUnit is the part of the organisation that seats, profiles and people
// are assigned to.
type BusinessUnit struct{ ent.Schema }

// Mixin of BusinessUnit.
func (BusinessUnit) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of BusinessUnit.
func (BusinessUnit) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").Immutable().Comment("a-z, 0-9 and -, up to 64; never used again, not even after deletion"),
		field.String("name"),
		field.Bool("is_default").Default(false).Immutable(),
		field.Strings("approver_emails").Default([]string{}),
		field.Strings("manager_emails").Default([]string{}),
		maybe("deleted_at"),
	}
}

// Indexes of BusinessUnit.
func (BusinessUnit) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("key").Unique(),
		index.Fields("is_default").Unique().Annotations(entsql.IndexWhere("is_default")).StorageKey("business_units_one_default"),
		index.Fields("created_at", "id"),
		index.Fields("name", "id"),
	}
}

// Annotations of BusinessUnit.
func (BusinessUnit) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"business_units_key_form":      "key ~ '^[a-z0-9-]{1,64}$'",
		"business_units_default_stays": "NOT (is_default AND deleted_at IS NOT NULL)",
	})}
}
