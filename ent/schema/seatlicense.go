package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// SeatLicense is the account's pool of licences of one seat type. It keeps the
// sum of what is allocated beside what was purchased, so that one CHECK holds
// the second invariant of domain.md section 2 under any concurrency.
type SeatLicense struct{ ent.Schema }

// Mixin of SeatLicense.
func (SeatLicense) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of SeatLicense.
func (SeatLicense) Fields() []ent.Field {
	return []ent.Field{
		field.String("seat_type").GoType(lifecycle.SeatType("")).Immutable(),
		field.Int("purchased").Optional().Nillable().Comment("NULL: unlimited"),
		field.Int("allocated").Default(0).Comment("the sum over the business units"),
	}
}

// Indexes of SeatLicense.
func (SeatLicense) Indexes() []ent.Index { return []ent.Index{index.Fields("seat_type").Unique()} }

// Annotations of SeatLicense.
func (SeatLicense) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"seat_licenses_type":                "" + oneOf("seat_type", lifecycle.SeatTypes),
		"seat_licenses_allocated_positive":  "allocated >= 0",
		"seat_licenses_allocated_purchased": "purchased IS NULL OR allocated <= purchased",
	})}
}
