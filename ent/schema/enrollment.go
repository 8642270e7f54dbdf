package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"gatehouse/internal/lifecycle"
)

// Enrollment is one request for a certificate by a seat under a profile. It
// carries copies of what lists filter and order by, and of what the requester
// was promised.
type Enrollment struct{ ent.Schema }

// Mixin of Enrollment.
func (Enrollment) Mixin() []ent.Mixin { return []ent.Mixin{identified{}, versioned{}} }

// Fields of Enrollment.
func (Enrollment) Fields() []ent.Field {
	return []ent.Field{
		fixed("business_unit_id"),
		fixed("profile_id"),
		ref("seat_row_id"),
		field.String("seat_type").GoType(lifecycle.SeatType("")).Immutable(),
		field.String("seat_id").Immutable().Comment("the seat's id as given"),
		field.String("seat_key").Immutable(),
		field.String("name").Default("").Immutable().Comment("the seat's name as requested"),
		field.String("email").Default("").Immutable().Comment("the seat's e-mail as requested"),
		field.String("ca_type").GoType(lifecycle.CAType("")).Immutable(),
		field.String("authentication_method").GoType(lifecycle.AuthenticationMethod("")).Immutable(),
		field.String("enrollment_method").GoType(lifecycle.EnrollmentMethod("")).Immutable(),
		field.String("status").GoType(lifecycle.Status("")).Comment("as written; read it through lifecycle.Effective"),
		at("expires_at"),
		field.JSON("promise", lifecycle.Promise{}).Immutable(),
		field.Int("approvals_required").Default(0).Immutable(),
		field.Int("approvals").Default(0).Comment("in this round"),
		field.Int("round").Default(1).Comment("earlier rounds' decisions stay visible and count no more"),
		field.String("requester_issuer").Default("").Immutable(),
		field.String("requester_subject").Default("").Immutable(),
		field.String("requester_name").Default("").Immutable(),
		field.String("requester_comment").Default("").Immutable(),
		field.String("reason").Default("").Comment("why it was rejected, cancelled or withdrawn"),
		field.String("csr").Default("").Immutable().Comment("PEM"),
		field.JSON("request_names", lifecycle.RequestNames{}).Optional().Immutable().Comment("what the CSR or the requester asks for"),
		field.Bool("made_seat").Default(false).Comment("its approval made the seat"),
		field.Int("attempts").Default(0).Comment("codes tried since the last reset; the right one gives its attempt back"),
		maybe("attempted_at"),
		field.Int("allowed_attempts").Default(5).Immutable(),
		field.Bytes("code_cipher").Optional().Nillable().Sensitive(),
		field.Bytes("token_cipher").Optional().Nillable().Sensitive().Comment("of the invitation's link; of a request, the link that shows where it stands"),
		field.Bytes("token_hash").Optional().Nillable().Sensitive(),
		field.Bytes("pickup_cipher").Optional().Nillable().Sensitive(),
		field.Bytes("pickup_hash").Optional().Nillable().Sensitive(),
		field.String("issuance").GoType(lifecycle.IssuanceState("")).Optional().Nillable(),
		maybe("issuance_since"),
		field.String("issuance_reason").Default(""),
		ref("replaces_certificate_id"),
	}
}

// Edges of Enrollment.
func (Enrollment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("business_unit", BusinessUnit.Type).Field("business_unit_id").Unique().Required().Immutable(),
		edge.To("profile", CertificateProfile.Type).Field("profile_id").Unique().Required().Immutable(),
		edge.To("seat_row", Seat.Type).Field("seat_row_id").Unique(),
		edge.To("replaces_certificate", Certificate.Type).Field("replaces_certificate_id").Unique(),
	}
}

// activeStatuses is the condition of the index by which at most one active
// enrollment exists per profile and seat.
var activeStatuses = oneOf("status", []lifecycle.Status{lifecycle.Created, lifecycle.Pending, lifecycle.PendingSecondApproval, lifecycle.InProgress, lifecycle.Approved, lifecycle.Locked})

// Indexes of Enrollment. Lists are merged from branches, one per (business
// unit, status), (profile, status) or status, each read in the list's order;
// the due ones, which read as EXPIRED before the sweep has written it, lie in a
// partial index that the sweep keeps small.
func (Enrollment) Indexes() []ent.Index {
	var all []ent.Index
	for _, order := range []string{"created_at", "updated_at", "expires_at", "seat_key"} {
		all = append(all,
			index.Fields("business_unit_id", "status", order, "id"),
			index.Fields("status", order, "id"),
			index.Fields("profile_id", "status", order, "id"), // of a profile, and of the few that have a seat type, a method, a CA type
		)
	}
	return append(all,
		index.Fields("seat_row_id", "created_at", "id"),
		index.Fields("business_unit_id", "seat_key", "created_at", "id"),
		index.Fields("requester_subject", "requester_issuer", "created_at", "id"),
		index.Fields("expires_at", "id").Annotations(entsql.IndexWhere(oneOf("status", lifecycle.Expiring))).StorageKey("enrollments_due"),
		index.Fields("issuance", "id").Annotations(entsql.IndexWhere("issuance IS NOT NULL")).StorageKey("enrollments_issuing"), // few at any time
		index.Fields("profile_id", "business_unit_id", "seat_type", "seat_key").Unique().
			Annotations(entsql.IndexWhere(activeStatuses)).StorageKey("enrollments_one_active"),
		index.Fields("replaces_certificate_id").Annotations(entsql.IndexWhere("replaces_certificate_id IS NOT NULL")),
		index.Fields("token_hash").Unique().Annotations(entsql.IndexWhere("token_hash IS NOT NULL")),
		index.Fields("pickup_hash").Unique().Annotations(entsql.IndexWhere("pickup_hash IS NOT NULL")),
	)
}

// Annotations of Enrollment.
func (Enrollment) Annotations() []schema.Annotation {
	return []schema.Annotation{checks(map[string]string{
		"enrollments_status":    oneOf("status", lifecycle.Statuses),
		"enrollments_type":      oneOf("seat_type", lifecycle.SeatTypes),
		"enrollments_ca":        oneOf("ca_type", lifecycle.CATypes),
		"enrollments_auth":      oneOf("authentication_method", []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode, lifecycle.ManualApproval}),
		"enrollments_method":    oneOf("enrollment_method", lifecycle.EnrollmentMethods),
		"enrollments_approvals": "0 <= approvals AND approvals <= approvals_required",
		"enrollments_attempts":  "0 <= attempts AND attempts <= allowed_attempts",
		"enrollments_seat":      "seat_row_id IS NOT NULL OR status NOT IN ('CREATED', 'APPROVED', 'REDEEMED', 'LOCKED')",
		"enrollments_issuance":  "issuance IS NULL OR issuance IN ('REQUESTED', 'FAILED')",
	})}
}
