package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Issuance is one claim of an enrollment: what a certificate authority was asked
// for, written before it is asked, so that whoever goes on after a crash asks for
// the same. What became of it stands on the enrollment too.
type Issuance struct{ ent.Schema }

// Mixin of Issuance.
func (Issuance) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Issuance.
func (Issuance) Fields() []ent.Field {
	return []ent.Field{
		fixed("enrollment_id"),
		fixed("business_unit_id"),
		field.String("issuer").GoType(lifecycle.Issuer("")).Immutable(),
		field.Bytes("csr").Immutable().Comment("DER; of it only the key is used"),
		field.JSON("wanted", json.RawMessage{}).Immutable().Comment("issuer.Order: names, usages, validity, serial"),
		field.JSON("progress", json.RawMessage{}).Optional().Comment("what the issuer has to remember, such as the address of an ACME order"),
		field.String("status").Default("REQUESTED"),
		field.String("reason").Default("").Comment("FAILED: the CA's no"),
		once("created_at"),
		maybe("finished_at"),
	}
}

// Edges of Issuance.
func (Issuance) Edges() []ent.Edge {
	return []ent.Edge{edge.To("enrollment", Enrollment.Type).Field("enrollment_id").Unique().Required().Immutable()}
}

// Indexes of Issuance. An enrollment has one claim at a time, the database says so.
func (Issuance) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("enrollment_id", "created_at", "id"),
		index.Fields("enrollment_id").Unique().Annotations(entsql.IndexWhere("status = 'REQUESTED'")).StorageKey("issuances_one_claim"),
	}
}

// Annotations of Issuance.
func (Issuance) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"issuances_issuer": oneOf("issuer", lifecycle.Issuers),
		"issuances_status": "status = ANY (ARRAY['REQUESTED', 'DONE', 'FAILED'])",
		"issuances_end":    "(status = 'REQUESTED') = (finished_at IS NULL)",
	})}
}
