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
		field.String("chain").Default("").Immutable().Comment("PEM of the certificates above it, the issuer's first, the root last"),
		maybe("revoked_at"),
		field.String("revocation_reason").GoType(lifecycle.RevocationReason("")).Optional().Nillable(),
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

// counting are the statuses in which a certificate counts for its seat, and from
// which it expires.
var counting = []lifecycle.CertificateStatus{lifecycle.CertificateIssued, lifecycle.CertificateSuspended}

// Indexes of Certificate. The due ones lie in a partial index that the sweep keeps
// small.
func (Certificate) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("business_unit_id", "sha256").Unique(),
		index.Fields("seat_row_id", "created_at", "id"),
		index.Fields("enrollment_id"),
		index.Fields("not_after", "id").Annotations(entsql.IndexWhere(oneOf("status", counting))).StorageKey("certificates_due"),
	}
}

// Annotations of Certificate.
func (Certificate) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"certificates_status":  oneOf("status", lifecycle.CertificateStatuses),
		"certificates_source":  oneOf("source", lifecycle.CertificateSources),
		"certificates_dates":   "not_before <= not_after",
		"certificates_revoked": "(status = 'REVOKED') = (revoked_at IS NOT NULL) AND (revoked_at IS NULL) = (revocation_reason IS NULL)",
		"certificates_reason":  "revocation_reason IS NULL OR " + oneOf("revocation_reason", lifecycle.RevocationReasons),
	})}
}
