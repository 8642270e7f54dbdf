package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Mail is one message that was or will be sent. It holds no body and no secret:
// both are made when it is rendered.
type Mail struct{ ent.Schema }

// Mixin of Mail.
func (Mail) Mixin() []ent.Mixin { return []ent.Mixin{identified{}} }

// Fields of Mail.
func (Mail) Fields() []ent.Field {
	return []ent.Field{
		ref("enrollment_id"),
		ref("open_request_id"),
		ref("certificate_id"),
		fixed("business_unit_id"),
		field.String("kind").GoType(lifecycle.MailKind("")).Immutable(),
		field.String("recipient").Immutable(),
		field.String("status").GoType(lifecycle.MailStatus("")).Default(string(lifecycle.MailQueued)),
		field.String("last_error").Default(""),
		once("created_at"),
		maybe("sent_at"),
	}
}

// Indexes of Mail.
func (Mail) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("enrollment_id", "created_at", "id"),
		index.Fields("business_unit_id", "created_at", "id"),
		index.Fields("open_request_id"),
		index.Fields("certificate_id", "created_at", "id"),
	}
}

// Annotations of Mail.
func (Mail) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"mails_kind":   oneOf("kind", lifecycle.MailKinds),
		"mails_status": oneOf("status", lifecycle.MailStatuses),
		"mails_about":  "num_nonnulls(enrollment_id, open_request_id, certificate_id) = 1",
	})}
}
