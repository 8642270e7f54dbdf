package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// IdempotencyKey remembers for 24 hours what a mutation did, so that repeating
// it does nothing twice. It keeps ids and refusals, never rendered data.
type IdempotencyKey struct{ ent.Schema }

// Mixin of IdempotencyKey.
func (IdempotencyKey) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of IdempotencyKey.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("issuer").Immutable(),
		field.String("subject").Immutable(),
		field.String("mutation").Immutable(),
		field.String("key").Immutable(),
		field.Bytes("input_hash").Immutable(),
		field.JSON("outcome", json.RawMessage{}).Optional(),
		once("created_at"),
	}
}

// Indexes of IdempotencyKey.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("issuer", "subject", "mutation", "key").Unique(), index.Fields("created_at")}
}
