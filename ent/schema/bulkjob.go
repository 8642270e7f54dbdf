package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// BulkJob is one action on all that somebody selected, done batch by batch with the
// rights of the token that started it. People see it as Job.
type BulkJob struct{ ent.Schema }

// Mixin of BulkJob.
func (BulkJob) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of BulkJob.
func (BulkJob) Fields() []ent.Field {
	return []ent.Field{
		field.String("owner_issuer").Immutable(),
		field.String("owner_subject").Immutable(),
		field.String("owner_name").Immutable(),
		field.String("action").GoType(lifecycle.BulkAction("")).Immutable(),
		field.Bool("dry_run").Immutable(),
		field.JSON("input", json.RawMessage{}).Immutable(),
		field.String("selected").Immutable().Comment("the selection in words, for people"),
		field.Int("size").Immutable(),
		field.Int("batches").Immutable(),
		field.String("status").GoType(lifecycle.JobStatus("")),
		field.Int("next_batch").Default(0).Comment("how many batches are done; only the next one may be"),
		field.Int("processed").Default(0),
		field.Int("succeeded").Default(0),
		field.JSON("refusals", map[string]int{}).Comment("how many items were refused, by code"),
		field.JSON("taken", json.RawMessage{}).Optional().Comment("of a dry run: what the batches so far would have taken"),
		ref("work_id"), // the row of the job table that does the next batch
		field.String("error").Default(""),
		maybe("started_at"),
		maybe("finished_at"),
		once("expires_at"),
	}
}

// Indexes of BulkJob.
func (BulkJob) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("owner_subject", "owner_issuer", "created_at", "id"),
		index.Fields("created_at", "id"),
		index.Fields("expires_at").Annotations(entsql.IndexWhere("finished_at IS NULL")).StorageKey("bulk_jobs_unfinished"),
	}
}

// Annotations of BulkJob.
func (BulkJob) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"bulk_jobs_action":   oneOf("action", lifecycle.BulkActions),
		"bulk_jobs_status":   oneOf("status", lifecycle.JobStatuses),
		"bulk_jobs_progress": "0 <= succeeded AND succeeded <= processed AND processed <= size",
		"bulk_jobs_batches":  "0 <= next_batch AND next_batch <= batches",
		"bulk_jobs_finished": "(finished_at IS NOT NULL) = (status = ANY (ARRAY['DONE', 'CANCELLED', 'FAILED']))",
	})}
}
