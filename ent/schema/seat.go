package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Seat is one record (person, device, server…) that certificates belong to.
type Seat struct{ ent.Schema }

// Mixin of Seat.
func (Seat) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Seat.
func (Seat) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		field.String("seat_type").GoType(lifecycle.SeatType("")).Immutable(),
		field.String("seat_id").Immutable().Comment("as given: trimmed, NFC, 1 to 255 characters"),
		field.String("seat_key").Immutable().Comment("seat_id in lower case; what is compared"),
		field.String("name").Default(""),
		field.String("email").Default(""),
		field.String("phone").Default("").Comment("USER and UNIFIED only"),
		field.String("search_text").Default("").Comment("seat_key, e-mail and the words of the name in lower case, each behind a line break: what a search looks through"),
		field.String("status").GoType(lifecycle.SeatStatus("")).Default(string(lifecycle.SeatCreated)).Comment("follows deleted_at, consumed and active_enrollments"),
		field.Bool("consumed").Default(false).Comment("a certificate counts; mirrored in seat_allocations.consumed"),
		field.Int("active_enrollments").Default(0),
		field.Int("valid_certificates").Default(0).Comment("issued or suspended"),
		field.Time("unused_since").SchemaType(instant).Comment("since when it has had neither an active enrollment nor a certificate that counts; kept as it was while it has one"),
		ref("created_by_enrollment_id"),
		maybe("deleted_at"),
	}
}

// Edges of Seat.
func (Seat) Edges() []ent.Edge {
	return []ent.Edge{edge.To("business_unit", BusinessUnit.Type).Field("business_unit_id").Unique().Required().Immutable()}
}

// Indexes of Seat. Lists are merged from branches of (business unit, status),
// or of the status alone for those who see every business unit; the id comes
// last as the tie-breaker of the keyset. Those of a type have an index for each order,
// since a rare type may lie anywhere behind a million others.
func (Seat) Indexes() []ent.Index {
	var all []ent.Index
	for _, order := range []string{"created_at", "updated_at", "seat_key"} {
		all = append(all,
			index.Fields("business_unit_id", "status", order, "id"),
			index.Fields("status", order, "id"),
			index.Fields("seat_type", "status", order, "id"),
		)
	}
	unused := entsql.IndexWhere(oneOf("status", []lifecycle.SeatStatus{lifecycle.SeatCreated}))
	return append(all,
		index.Fields("business_unit_id", "seat_type", "seat_key").Unique().
			Annotations(entsql.IndexWhere("deleted_at IS NULL")).StorageKey("seats_one_live"),
		// What the figure `created` opens, newest first: the few of a type in a business unit of many others.
		index.Fields("business_unit_id", "seat_type", "status", "created_at", "id"),
		// The view UNUSED_90_DAYS and unusedBefore: counted by these, and where few of
		// many are unused, found by them in whichever order.
		index.Fields("unused_since").Annotations(unused).StorageKey("seats_unused"),
		index.Fields("business_unit_id", "unused_since").Annotations(unused).StorageKey("seats_unused_of_unit"),
		// Trigrams find the rare ones among a million; the business unit lies in the
		// index too, so that a common text in somebody else's costs nobody anything.
		index.Fields("business_unit_id", "search_text").
			Annotations(entsql.IndexType("GIN"), entsql.OpClassColumn("search_text", "gin_trgm_ops")).StorageKey("seats_search"),
	)
}

// Annotations of Seat.
func (Seat) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"seats_type":            oneOf("seat_type", lifecycle.SeatTypes),
		"seats_key_follows":     "seat_key <> '' AND char_length(seat_id) <= 255",
		"seats_counts_positive": "active_enrollments >= 0 AND valid_certificates >= 0",
		"seats_phone_of_people": "phone = '' OR seat_type IN ('USER', 'UNIFIED')",
		"seats_status_follows":  "status = CASE WHEN deleted_at IS NOT NULL THEN 'DELETED' WHEN consumed THEN 'CONSUMED' WHEN active_enrollments > 0 THEN 'ENROLLED' ELSE 'CREATED' END",
	})}
}
