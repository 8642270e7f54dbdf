package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// RevocationList is the latest list of revoked certificates (RFC 5280 section 5) of
// one built-in certificate authority, signed by whichever server was first. Its row
// is locked while it is signed: so its number goes up by one each time, however many
// servers there are. It repeats what the audit tells of the certificates.
type RevocationList struct{ ent.Schema }

// Mixin of RevocationList.
func (RevocationList) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of RevocationList.
func (RevocationList) Fields() []ent.Field {
	return []ent.Field{
		field.String("authority_key_id").Immutable().Comment("hex of the authority's subject key identifier"),
		field.Bytes("authority").Immutable().Comment("the authority's own certificate, DER"),
		field.Int64("number").Default(0).Comment("the CRL number; 0 before the first list"),
		field.Int64("changes").Default(0).Comment("certificates revoked, suspended or resumed since ever; raised in the same transaction"),
		field.Int64("signed_changes").Default(0).Comment("changes when the list was signed"),
		maybe("this_update"),
		maybe("next_update"),
		field.Bytes("der").Optional().Nillable(),
		once("created_at"),
	}
}

// Indexes of RevocationList.
func (RevocationList) Indexes() []ent.Index {
	return []ent.Index{index.Fields("authority_key_id").Unique()}
}

// Annotations of RevocationList.
func (RevocationList) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"revocation_lists_changes": "0 <= signed_changes AND signed_changes <= changes",
		"revocation_lists_signed":  "(number = 0) = (der IS NULL) AND (der IS NULL) = (this_update IS NULL) AND (der IS NULL) = (next_update IS NULL)",
	})}
}
