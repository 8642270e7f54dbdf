package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// CertificateProfile fixes five things for good (business unit, seat type, CA
// type, authentication method, enrollment method) and holds the rules that an
// enrollment is promised when it is made. Durations are whole seconds.
type CertificateProfile struct{ ent.Schema }

// Mixin of CertificateProfile.
func (CertificateProfile) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of CertificateProfile.
func (CertificateProfile) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		field.String("seat_type").GoType(lifecycle.SeatType("")).Immutable(),
		field.String("ca_type").GoType(lifecycle.CAType("")).Immutable(),
		field.String("authentication_method").GoType(lifecycle.AuthenticationMethod("")).Immutable(),
		field.String("enrollment_method").GoType(lifecycle.EnrollmentMethod("")).Immutable(),
		field.String("name"),
		field.String("description").Default(""),
		field.Int("approvals_required").Default(1),
		field.Int("code_length").Default(12),
		field.String("code_alphabet").GoType(lifecycle.CodeAlphabet("")).Default(string(lifecycle.LettersAndDigits)),
		field.Int("allowed_attempts").Default(5),
		field.Int64("expiry_seconds").Default(10 * 86400).Comment("how long a code or a request stands"),
		field.Int64("pickup_seconds").Default(30 * 86400).Comment("how long an approved request can be picked up"),
		field.Int64("validity_seconds").Default(365 * 86400).Comment("of the certificate"),
		field.Int64("renewal_window_seconds").Default(30 * 86400).Comment("before the certificate's end"),
		field.Strings("allowed_keys").Default([]string{}),
		field.String("subject_template").Default(""),
		field.Strings("allowed_sans").Default([]string{}),
		field.String("issuer").GoType(lifecycle.Issuer("")).Default(string(lifecycle.IssuerBuiltIn)).Comment("which certificate authority is asked"),
		field.Strings("key_usages").Default([]string{}).Comment("none: those usual for the key"),
		field.Strings("extended_key_usages").Default([]string{}).Comment("none: those usual for the seat type"),
		field.Bool("mail_code").Default(false).Comment("the invitation mail carries the code"),
		field.Bool("mail_requester").Default(true).Comment("the requester hears of receipt and decision"),
		field.Strings("approver_emails").Default([]string{}),
		field.Strings("manager_emails").Default([]string{}),
		field.Bool("open_requests").Default(false).Comment("the request page takes requests without a login"),
		maybe("archived_at"),
	}
}

// Edges of CertificateProfile.
func (CertificateProfile) Edges() []ent.Edge {
	return []ent.Edge{edge.To("business_unit", BusinessUnit.Type).Field("business_unit_id").Unique().Required().Immutable()}
}

// Indexes of CertificateProfile. A name is unique in its business unit, archived
// profiles included, so that an audit entry's name means one profile.
func (CertificateProfile) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("business_unit_id", "name").Unique(),
		index.Fields("business_unit_id", "created_at", "id"),
		index.Fields("business_unit_id", "name", "id"),
		index.Fields("created_at", "id"),
		index.Fields("name", "id"),
	}
}

// Annotations of CertificateProfile.
func (CertificateProfile) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"certificate_profiles_type":      oneOf("seat_type", lifecycle.SeatTypes),
		"certificate_profiles_ca":        oneOf("ca_type", lifecycle.CATypes),
		"certificate_profiles_auth":      oneOf("authentication_method", lifecycle.AuthenticationMethods),
		"certificate_profiles_method":    oneOf("enrollment_method", lifecycle.EnrollmentMethods),
		"certificate_profiles_issuer":    oneOf("issuer", lifecycle.Issuers),
		"certificate_profiles_approvals": "approvals_required BETWEEN 1 AND 5",
		"certificate_profiles_code":      "code_length BETWEEN 6 AND 32",
		"certificate_profiles_attempts":  "allowed_attempts BETWEEN 1 AND 10",
		"certificate_profiles_durations": "expiry_seconds > 0 AND pickup_seconds > 0 AND validity_seconds > 0 AND renewal_window_seconds >= 0",
	})}
}
