package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Export is a link by which a list, or the results of a job, can be downloaded for
// a short time with the rights of the token that made it. No data are kept: they are
// read when they are downloaded.
type Export struct{ ent.Schema }

// Mixin of Export.
func (Export) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Export.
func (Export) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_issuer").Immutable(),
		field.String("owner_subject").Immutable(),
		field.JSON("actor", json.RawMessage{}).Immutable().Comment("the rights of the token that made it"),
		field.JSON("content", json.RawMessage{}).Immutable().Comment("what is exported: list, view, search, filter, order; or the job"),
		field.JSON("columns", []string{}).Immutable(),
		field.String("format").GoType(lifecycle.ExportFormat("")).Immutable(),
		field.Bytes("secret_hash").Unique().Immutable().Sensitive().Comment("SHA-256 of the secret in the link"),
		once("created_at"),
		once("expires_at"),
	}
}

// Indexes of Export.
func (Export) Indexes() []ent.Index { return []ent.Index{index.Fields("expires_at")} }

// Annotations of Export.
func (Export) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{"exports_format": oneOf("format", lifecycle.ExportFormats)})}
}
