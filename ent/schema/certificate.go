package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Certificate is a real X.509 certificate linked to one seat.
type Certificate struct{ ent.Schema }

// Mixin of Certificate.
func (Certificate) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Certificate.
func (Certificate) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		ref("seat_row_id"),
		ref("enrollment_id"),
		field.String("status").GoType(lifecycle.CertificateStatus("")),
		field.String("source").GoType(lifecycle.CertificateSource("")).Immutable(),
		field.String("serial").Immutable().Comment("hex, as in the certificate"),
		field.String("subject").Immutable(),
		field.String("issuer").Immutable(),
		at("not_before"),
		at("not_after"),
		field.String("sha256").Immutable().Comment("hex thumbprint of the DER"),
		field.Bytes("der").Immutable(),
	}
}

// Edges of Certificate.
func (Certificate) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("business_unit", BusinessUnit.Type).Field("business_unit_id").Unique().Required().Immutable(),
		edge.To("seat_row", Seat.Type).Field("seat_row_id").Unique(),
		edge.To("enrollment", Enrollment.Type).Field("enrollment_id").Unique(),
	}
}

// Indexes of Certificate.
func (Certificate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("business_unit_id", "sha256").Unique(),
		index.Fields("seat_row_id", "created_at", "id"),
		index.Fields("enrollment_id"),
	}
}

// Annotations of Certificate.
func (Certificate) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"certificates_status": oneOf("status", lifecycle.CertificateStatuses),
		"certificates_source": oneOf("source", lifecycle.CertificateSources),
		"certificates_dates":  "not_before <= not_after",
	})}
}
