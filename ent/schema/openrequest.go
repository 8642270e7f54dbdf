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

// OpenRequest is a request from the open request page that waits for its mail
// address to be confirmed. It is in no list; once confirmed it is an enrollment,
// and the secret of its link is the enrollment's, which shows where it stands.
type OpenRequest struct{ ent.Schema }

// Mixin of OpenRequest.
func (OpenRequest) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of OpenRequest.
func (OpenRequest) Fields() []ent.Field {
	return []ent.Field{
		fixed("profile_id"),
		fixed("business_unit_id"),
		field.String("seat_id").Immutable(),
		field.String("seat_key").Immutable(),
		field.String("name").Default("").Immutable(),
		field.String("email").Immutable(),
		field.String("comment").Default("").Immutable(),
		field.String("csr").Default("").Immutable().Comment("PEM"),
		field.JSON("request_names", lifecycle.RequestNames{}).Optional().Immutable(),
		field.String("address").Default("").Immutable().Comment("the client's"),
		field.Bytes("token_cipher").Optional().Nillable().Sensitive().Comment("sealed for this row; null once confirmed"),
		field.Bytes("token_hash").Sensitive(),
		once("created_at"),
		at("expires_at"),
		maybe("confirmed_at"),
		ref("enrollment_id"),
	}
}

// Edges of OpenRequest.
func (OpenRequest) Edges() []ent.Edge {
	return []ent.Edge{edge.To("profile", CertificateProfile.Type).Field("profile_id").Unique().Required().Immutable()}
}

// Indexes of OpenRequest. Somebody who asks for the same again waits for the
// first mail: one row per profile, seat and address waits at a time.
func (OpenRequest) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token_hash").Unique(),
		index.Fields("profile_id", "seat_key", "email").Unique().Annotations(entsql.IndexWhere("confirmed_at IS NULL")).StorageKey("open_requests_one_waiting"),
		index.Fields("expires_at", "id").Annotations(entsql.IndexWhere("confirmed_at IS NULL")).StorageKey("open_requests_due"),
		index.Fields("email", "created_at"),
	}
}

// Annotations of OpenRequest.
func (OpenRequest) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"open_requests_confirmed": "(confirmed_at IS NULL) = (enrollment_id IS NULL)",
	})}
}
