package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Job is work to be done after a commit, outside any transaction: claimed by a
// lease, tried again with growing pauses, finished by a guarded update on
// (id, attempt).
type Job struct{ ent.Schema }

// Mixin of Job.
func (Job) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Job.
func (Job) Fields() []ent.Field {
	return []ent.Field{
		field.String("kind").Immutable(),
		ref("business_unit_id"),
		field.JSON("payload", json.RawMessage{}).Immutable().Comment("ids only, never a secret"),
		field.String("status").Default("QUEUED"),
		at("run_at"),
		field.Int("attempt").Default(0),
		field.Int("max_attempts").Default(10).Immutable(),
		maybe("lease_until"),
		field.String("last_error").Default(""),
		field.JSON("actor", json.RawMessage{}).Optional().Immutable().Comment("issuer, subject, permissions and business units of the token that made it"),
		once("created_at"),
		maybe("finished_at"),
	}
}

// Indexes of Job.
func (Job) Indexes() []ent.Index {
	return []ent.Index{
		// by kind first: a hundred thousand mails that wait are in nobody else's way
		index.Fields("kind", "run_at", "id").Annotations(entsql.IndexWhere("status = 'QUEUED'")).StorageKey("jobs_queued"),
		index.Fields("lease_until", "id").Annotations(entsql.IndexWhere("status = 'RUNNING'")).StorageKey("jobs_running"),
		index.Fields("finished_at").Annotations(entsql.IndexWhere("finished_at IS NOT NULL")).StorageKey("jobs_finished"),
	}
}

// Annotations of Job.
func (Job) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"jobs_status": oneOf("status", []string{"QUEUED", "RUNNING", "DONE", "FAILED"}),
		"jobs_lease":  "(status = 'RUNNING') = (lease_until IS NOT NULL)",
	})}
}
