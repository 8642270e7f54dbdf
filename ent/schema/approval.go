package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Approval is one person's decision on a request, in one round.
type Approval struct{ ent.Schema }

// Mixin of Approval.
func (Approval) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Approval.
func (Approval) Fields() []ent.Field {
	return []ent.Field{
		fixed("enrollment_id"),
		fixed("business_unit_id"),
		field.Int("round").Immutable(),
		field.String("decision").GoType(lifecycle.Decision("")).Immutable(),
		field.String("issuer").Immutable(),
		field.String("subject").Immutable(),
		field.String("name").Default("").Immutable(),
		field.String("comment").Default("").Immutable(),
		once("decided_at"),
	}
}

// Edges of Approval.
func (Approval) Edges() []ent.Edge {
	return []ent.Edge{edge.To("enrollment", Enrollment.Type).Field("enrollment_id").Unique().Required().Immutable()}
}

// Indexes of Approval. Nobody approves twice in a round, the database says so;
// who approved may still reject.
func (Approval) Indexes() []ent.Index {
	return []ent.Index{index.Fields("enrollment_id", "round", "issuer", "subject", "decision").Unique()}
}

// Annotations of Approval.
func (Approval) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{"approvals_decision": oneOf("decision", lifecycle.Decisions)})}
}
