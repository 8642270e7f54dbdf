package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// ACMEAccount is the account with which all servers order certificates from an
// ACME directory (RFC 8555 section 7.3).
type ACMEAccount struct{ ent.Schema }

// Mixin of ACMEAccount.
func (ACMEAccount) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ACMEAccount.
func (ACMEAccount) Fields() []ent.Field {
	return []ent.Field{
		field.String("directory").Immutable().Comment("the directory's URL"),
		field.String("location").Default("").Comment("the account's URL; empty until the CA has told it"),
		field.Bytes("key_cipher").Sensitive().Comment("the account's private key"),
		once("created_at"),
	}
}

// Indexes of ACMEAccount.
func (ACMEAccount) Indexes() []ent.Index { return []ent.Index{index.Fields("directory").Unique()} }

// ACMEChallenge is what any of the servers answers to the CA's question at
// /.well-known/acme-challenge (RFC 8555 section 8.3) while an order is validated.
type ACMEChallenge struct{ ent.Schema }

// Mixin of ACMEChallenge.
func (ACMEChallenge) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of ACMEChallenge.
func (ACMEChallenge) Fields() []ent.Field {
	return []ent.Field{
		field.String("token").Immutable(),
		field.String("key_authorization").Immutable().Comment("public: whoever asks is told"),
		once("created_at"),
	}
}

// Indexes of ACMEChallenge.
func (ACMEChallenge) Indexes() []ent.Index {
	return []ent.Index{index.Fields("token").Unique(), index.Fields("created_at")}
}
