package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// BulkBatch is the part of a job's selection that one transaction works on, fixed
// when the job was started, and what came of each item.
type BulkBatch struct{ ent.Schema }

// Mixin of BulkBatch.
func (BulkBatch) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of BulkBatch.
func (BulkBatch) Fields() []ent.Field {
	return []ent.Field{
		fixed("bulk_job_id"),
		field.Int("number").Immutable().Comment("from 0; all batches but the last have the same size"),
		field.JSON("items", []uuid.UUID{}).Immutable(),
		field.JSON("results", json.RawMessage{}).Optional().Comment("one per item, in their order; NULL until the batch is done"),
		field.Int("refused").Default(0).Comment("how many of them are refusals, so that who looks for these passes over the other batches"),
	}
}

// Indexes of BulkBatch.
func (BulkBatch) Indexes() []ent.Index {
	return []ent.Index{index.Fields("bulk_job_id", "number").Unique()}
}
