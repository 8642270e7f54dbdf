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

// CertificateLocation is a place where a certificate was seen: the file that it was
// brought in with, or the host and port where it was found. It is no thing of its
// own: a new place is a change of the certificate.
type CertificateLocation struct{ ent.Schema }

// Mixin of CertificateLocation.
func (CertificateLocation) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of CertificateLocation.
func (CertificateLocation) Fields() []ent.Field {
	return []ent.Field{
		fixed("certificate_id"),
		fixed("business_unit_id"),
		field.String("source").GoType(lifecycle.CertificateSource("")).Immutable(),
		field.String("place").Immutable().Comment("the file's name, or host:port as net.JoinHostPort writes it, in lower case"),
		field.String("host").Default("").Immutable(),
		field.Int("port").Default(0).Immutable(),
		once("first_seen_at"),
		at("last_seen_at"),
	}
}

// Edges of CertificateLocation.
func (CertificateLocation) Edges() []ent.Edge {
	return []ent.Edge{edge.To("certificate", Certificate.Type).Field("certificate_id").Unique().Required().Immutable()}
}

// Indexes of CertificateLocation. A place stands once, however often it is seen.
func (CertificateLocation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("certificate_id", "source", "place").Unique(),
		index.Fields("certificate_id", "first_seen_at", "id"),
	}
}

// Annotations of CertificateLocation.
func (CertificateLocation) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Table("certificate_locations"),
		checks(map[string]string{
			"certificate_locations_source": oneOf("source", []lifecycle.CertificateSource{lifecycle.SourceImported, lifecycle.SourceDiscovered}),
			"certificate_locations_place":  "CASE source WHEN 'DISCOVERED' THEN host <> '' AND port BETWEEN 1 AND 65535 ELSE host = '' AND port = 0 END",
			"certificate_locations_times":  "first_seen_at <= last_seen_at",
		}),
	}
}
