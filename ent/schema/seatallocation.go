package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// SeatAllocation is what one business unit may use of one seat type, and how
// much of it is used: the counters that make usage readable in constant time.
type SeatAllocation struct{ ent.Schema }

// Mixin of SeatAllocation.
func (SeatAllocation) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of SeatAllocation.
func (SeatAllocation) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		field.String("seat_type").GoType(lifecycle.SeatType("")).Immutable(),
		field.Int("allocated").Default(0).Comment("licences given to the business unit"),
		field.Int("created").Default(0).Comment("live seats made from it"),
		field.Int("consumed").Default(0).Comment("seats with a certificate that counts"),
		field.Bool("grows").Default(false).Comment("IMPORTED and DISCOVERY: allocated rises by itself until a figure is set"),
	}
}

// Edges of SeatAllocation.
func (SeatAllocation) Edges() []ent.Edge {
	return []ent.Edge{edge.To("business_unit", BusinessUnit.Type).Field("business_unit_id").Unique().Required().Immutable()}
}

// Indexes of SeatAllocation.
func (SeatAllocation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("business_unit_id", "seat_type").Unique()}
}

// Annotations of SeatAllocation.
func (SeatAllocation) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"seat_allocations_type":              oneOf("seat_type", lifecycle.SeatTypes),
		"seat_allocations_consumed_positive": "0 <= consumed",
		"seat_allocations_consumed_created":  "consumed <= created",
		"seat_allocations_created_allocated": "created <= allocated",
	})}
}
