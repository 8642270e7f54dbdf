package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// EnrollmentNote is an internal remark on a request, never shown to requesters.
type EnrollmentNote struct{ ent.Schema }

// Mixin of EnrollmentNote.
func (EnrollmentNote) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of EnrollmentNote.
func (EnrollmentNote) Fields() []ent.Field {
	return []ent.Field{
		fixed("enrollment_id"),
		fixed("business_unit_id"),
		field.String("text").Immutable(),
		field.String("issuer").Immutable(),
		field.String("subject").Immutable(),
		field.String("name").Default("").Immutable(),
		once("created_at"),
	}
}

// Edges of EnrollmentNote.
func (EnrollmentNote) Edges() []ent.Edge {
	return []ent.Edge{edge.To("enrollment", Enrollment.Type).Field("enrollment_id").Unique().Required().Immutable()}
}

// Indexes of EnrollmentNote.
func (EnrollmentNote) Indexes() []ent.Index {
	return []ent.Index{index.Fields("enrollment_id", "created_at", "id")}
}
