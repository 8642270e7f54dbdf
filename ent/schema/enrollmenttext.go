package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// EnrollmentText is what a search for an enrollment looks through. It is written
// once, with the enrollment, and stands in a table of its own: an index of trigrams
// costs more than all others together, and beside the status it would be paid for at
// every step that the enrollment takes.
type EnrollmentText struct{ ent.Schema }

// Mixin of EnrollmentText. The id is the enrollment's.
func (EnrollmentText) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of EnrollmentText.
func (EnrollmentText) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		field.String("email").Default("").Immutable().Comment("in lower case, for who asks for an address"),
		field.String("search_text").Immutable().Comment("seat_key, e-mail and the words of the name in lower case, each behind a line break"),
		field.String("parts").Optional().Immutable().SchemaType(map[string]string{dialect.Postgres: "tsvector"}).
			Comment("what stands between the blanks and signs of search_text, as the migration has PostgreSQL compute it"),
	}
}

// Indexes of EnrollmentText.
func (EnrollmentText) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email", "id").Annotations(entsql.IndexWhere("email <> ''")).StorageKey("enrollment_texts_email"),
		index.Fields("business_unit_id", "search_text").
			Annotations(entsql.IndexType("GIN"), entsql.OpClassColumn("search_text", "gin_trgm_ops")).StorageKey("enrollment_texts_search"),
		index.Fields("business_unit_id", "parts").Annotations(entsql.IndexType("GIN")).StorageKey("enrollment_texts_parts"),
	}
}
