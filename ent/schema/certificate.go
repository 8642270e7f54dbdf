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
		field.String("source").GoType(lifecycle.CertificateSource("")).Immutable().Comment("how it came first"),
		field.Bool("issued").Default(false).Comment("an enrollment led to it"),
		field.Bool("imported").Default(false).Comment("a person has brought it in"),
		field.Bool("discovered").Default(false).Comment("it was found on the network"),
		field.Int("places").Default(0).Comment("in how many places it was seen: rows of certificate_locations"),
		field.String("authority").GoType(lifecycle.Issuer("")).Optional().Nillable().Immutable().Comment("which authority issued it for an enrollment; NULL: one that was not asked from here"),
		field.String("serial").Immutable().Comment("hex, as in the certificate"),
		field.String("subject").Immutable(),
		field.String("issuer").Immutable(),
		field.String("subject_key").Default("").Comment("the first 255 characters of the subject in lower case: what lists are ordered by"),
		field.String("common_name").Default("").Comment("the subject's first common name; empty without one"),
		field.JSON("names", lifecycle.CertificateNames{}).Default(lifecycle.CertificateNames{}).Comment("the subject alternative names"),
		field.String("search_text").Default("").Comment("what a search looks through, in lower case, each behind a line break: serial, thumbprint, names, the words of the subject"),
		field.String("key_algorithm").Default(""),
		field.String("key_sha256").Default("").Comment("hex SHA-256 of the SubjectPublicKeyInfo"),
		field.String("signature_algorithm").Default(""),
		field.String("authority_key_id").Default("").Comment("hex; empty where the certificate has none"),
		field.String("subject_key_id").Default("").Comment("hex; empty where the certificate has none"),
		field.Bool("is_ca").Default(false),
		field.Bool("self_issued").Default(false).Comment("subject and issuer are the same name"),
		field.Int("read_as").Default(0).Comment("by which version of the reader the columns above were filled; 0: not yet"),
		at("not_before"),
		at("not_after"),
		field.String("sha256").Immutable().Comment("hex thumbprint of the DER"),
		field.Bytes("der").Immutable(),
		field.String("chain").Default("").Immutable().Comment("PEM of the certificates above it, the issuer's first, the root last"),
		field.Bool("assigned").Default(false).Comment("it is on a seat that lives"),
		maybe("suspended_at"), // since when it is on hold; kept when it expires so, since lists of revoked certificates still name it
		maybe("revoked_at"),
		field.String("revocation_reason").GoType(lifecycle.RevocationReason("")).Optional().Nillable(),
		maybe("revocation_reported_at"), // when its authority took the revocation
		field.String("revocation_error").Default("").Comment("what its authority last said against it, or why none is told"),
		maybe("remind_at"), // when its holder is reminded next of its end; NULL: no more
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

// Indexes of Certificate. Lists are merged from branches of (business unit, status),
// or of the status alone for those who see every business unit. Those of the views
// that show few of many, and those of what is due, lie in partial indexes. What a
// filter names may be rare (the last keys of a weak algorithm, an authority that is
// about to end), so that each of these lists has an index for each order, too: with
// every business unit, since few of them are asked for with it by their own.
func (Certificate) Indexes() []ent.Index {
	var all []ent.Index
	for _, order := range []string{"created_at", "updated_at", "not_after", "subject_key"} {
		all = append(all,
			index.Fields("business_unit_id", "status", order, "id"),
			index.Fields("status", order, "id"),
			index.Fields("business_unit_id", "status", order, "id").Annotations(entsql.IndexWhere("discovered")).StorageKey("certificates_discovered_"+order),
			index.Fields("status", order, "id").Annotations(entsql.IndexWhere("discovered")).StorageKey("certificates_all_discovered_"+order),
			index.Fields("business_unit_id", "status", order, "id").Annotations(entsql.IndexWhere("NOT assigned")).StorageKey("certificates_unassigned_"+order),
			index.Fields("status", order, "id").Annotations(entsql.IndexWhere("NOT assigned")).StorageKey("certificates_all_unassigned_"+order),
			index.Fields("business_unit_id", "status", order, "id").Annotations(entsql.IndexWhere("is_ca")).StorageKey("certificates_authorities_"+order),
			index.Fields("status", order, "id").Annotations(entsql.IndexWhere("is_ca")).StorageKey("certificates_all_authorities_"+order),
			index.Fields("status", order, "id").Annotations(entsql.IndexWhere("issued")).StorageKey("certificates_all_issued_"+order),
			index.Fields("status", order, "id").Annotations(entsql.IndexWhere("imported")).StorageKey("certificates_all_imported_"+order),
			index.Fields("key_algorithm", "status", order, "id"),
			index.Fields("signature_algorithm", "status", order, "id"),
			index.Fields("authority_key_id", "status", order, "id"),
		)
	}
	return append(all,
		index.Fields("business_unit_id", "sha256").Unique(),
		index.Fields("serial"),
		index.Fields("sha256"),
		index.Fields("key_sha256"),
		index.Fields("seat_row_id", "created_at", "id"),
		index.Fields("enrollment_id"),
		index.Fields("not_after", "id").Annotations(entsql.IndexWhere(oneOf("status", counting))).StorageKey("certificates_due"),
		index.Fields("remind_at", "id").Annotations(entsql.IndexWhere("remind_at IS NOT NULL")).StorageKey("certificates_remind"),
		// Below the present certificate.ReadAs: a migration that raises the figure goes with a higher one.
		index.Fields("id").Annotations(entsql.IndexWhere("read_as < 1")).StorageKey("certificates_unread"),
		// What lists of revoked certificates name.
		index.Fields("authority_key_id", "not_after").Annotations(entsql.IndexWhere("authority = 'BUILT_IN' AND (revoked_at IS NOT NULL OR suspended_at IS NOT NULL)")).StorageKey("certificates_withdrawn"),
		index.Fields("business_unit_id", "search_text").
			Annotations(entsql.IndexType("GIN"), entsql.OpClassColumn("search_text", "gin_trgm_ops")).StorageKey("certificates_search"),
	)
}

// Annotations of Certificate.
func (Certificate) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"certificates_status":    oneOf("status", lifecycle.CertificateStatuses),
		"certificates_source":    oneOf("source", lifecycle.CertificateSources),
		"certificates_sources":   "issued OR imported OR discovered",
		"certificates_places":    "places >= 0",
		"certificates_authority": "authority IS NULL OR " + oneOf("authority", []lifecycle.Issuer{lifecycle.IssuerBuiltIn, lifecycle.IssuerACME}),
		"certificates_revoked":   "(status = 'REVOKED') = (revoked_at IS NOT NULL) AND (revoked_at IS NULL) = (revocation_reason IS NULL)",
		"certificates_reason":    "revocation_reason IS NULL OR " + oneOf("revocation_reason", lifecycle.RevocationReasons),
		"certificates_suspended": "CASE status WHEN 'SUSPENDED' THEN suspended_at IS NOT NULL WHEN 'ISSUED' THEN suspended_at IS NULL ELSE TRUE END",
		"certificates_reported":  "revocation_reported_at IS NULL OR revoked_at IS NOT NULL",
		"certificates_assigned":  "NOT assigned OR seat_row_id IS NOT NULL",
	})}
}
