package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// SeatUsageDay is the figures of an allocation at the end of one UTC day; of
// today, as they last were.
type SeatUsageDay struct{ ent.Schema }

// Mixin of SeatUsageDay.
func (SeatUsageDay) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of SeatUsageDay.
func (SeatUsageDay) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		field.String("seat_type").GoType(lifecycle.SeatType("")).Immutable(),
		field.Time("day").Immutable().SchemaType(map[string]string{dialect.Postgres: "date"}),
		field.Int("allocated"),
		field.Int("created"),
		field.Int("consumed"),
	}
}

// Indexes of SeatUsageDay: by its pool for one business unit, by its day for all.
func (SeatUsageDay) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("business_unit_id", "seat_type", "day").Unique(),
		index.Fields("day", "seat_type"),
	}
}

// Annotations of SeatUsageDay.
func (SeatUsageDay) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Annotation{Table: "seat_usage_days"},
		checks(map[string]string{"seat_usage_days_figures": "0 <= consumed AND consumed <= created AND created <= allocated"}),
	}
}
