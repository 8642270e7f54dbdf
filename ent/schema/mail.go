package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Mail is one message that was or will be sent. It holds no body and no secret:
// both are made when it is rendered.
type Mail struct{ ent.Schema }

// Mixin of Mail.
func (Mail) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// MailKinds are the messages of domain.md section 7.
var MailKinds = []string{"INVITATION", "REQUEST_RECEIVED", "REQUEST_TO_REVIEW", "APPROVED", "REJECTED", "LOCKED"}

// Fields of Mail.
func (Mail) Fields() []ent.Field {
	return []ent.Field{
		fixed("enrollment_id"),
		fixed("business_unit_id"),
		field.String("kind").Immutable(),
		field.String("recipient").Immutable(),
		field.String("status").Default("QUEUED"),
		field.String("last_error").Default(""),
		once("created_at"),
		maybe("sent_at"),
	}
}

// Indexes of Mail.
func (Mail) Indexes() []ent.Index {
	return []ent.Index{index.Fields("enrollment_id", "created_at", "id"), index.Fields("business_unit_id", "created_at", "id")}
}

// Annotations of Mail.
func (Mail) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"mails_kind":   oneOf("kind", MailKinds),
		"mails_status": oneOf("status", []string{"QUEUED", "SENT", "FAILED"}),
	})}
}
