package inventory

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/store"
)

// Enrollment is one request for a certificate by a seat under a profile, as a
// viewer sees it at one instant.
type Enrollment struct {
	ID id.ID
	// Status is the effective one: EXPIRED from the second its time has passed.
	Status               lifecycle.Status
	ExpiresAt            time.Time
	AuthenticationMethod lifecycle.AuthenticationMethod
	EnrollmentMethod     lifecycle.EnrollmentMethod
	CaType               lifecycle.CAType
	SeatType             lifecycle.SeatType
	SeatID               string
	Name                 string
	Email                string
	RequesterComment     string
	ApprovalsRequired    int
	ApprovalsGiven       int
	Round                int
	Issuer               lifecycle.Issuer
	Attempts             int
	AllowedAttempts      int
	CreatedAt            time.Time
	UpdatedAt            time.Time
	Version              int

	requester      Actor
	reason         string
	csr            string
	names          []byte
	unit           uuid.UUID
	profile        uuid.UUID
	seatRow        *uuid.UUID
	replaces       *uuid.UUID
	seatKey        string
	issuance       *lifecycle.IssuanceState
	issuanceSince  *time.Time
	issuanceReason string
	due            bool
	holder         holder

	unitName, profileName string
	seat                  *Seat
	shortUnit             *businessunit.BusinessUnit
	shortProfile          *profile.CertificateProfile

	group *batch.Group
}

// holder is what decides about an enrollment and stands on other rows.
type holder struct {
	seatDeleted, archived bool
	seatEmail             string
}

// Actor is a person or program, as its token named it.
type Actor struct {
	Issuer  string
	Subject string
	Name    string
}

// Issuance is what the certificate authority is doing with an enrollment.
type Issuance struct {
	State  lifecycle.IssuanceState
	Since  time.Time
	Reason string
}

// RequestedNames is what a request asks the certificate to say.
type RequestedNames struct {
	Subject            string
	DNSNames           []string
	EmailAddresses     []string
	IPAddresses        []string
	Uris               []string
	Key                *lifecycle.KeyKind
	KeySha256          *string
	SignatureAlgorithm *string
}

// Requester is who made the request; nil when nobody with a login did.
func (e *Enrollment) Requester() *Actor {
	if e.requester.Subject == "" {
		return nil
	}
	return &e.requester
}

// Reason is why it was rejected, cancelled or withdrawn; nil otherwise.
func (e *Enrollment) Reason() *string { return orNil(e.reason) }

// Csr is the PEM that came with the request; nil when none did.
func (e *Enrollment) Csr() *string { return orNil(e.csr) }

// ProfileName is there for everybody who sees the enrollment.
func (e *Enrollment) ProfileName() string { return e.profileName }

// BusinessUnitName is there for everybody who sees the enrollment.
func (e *Enrollment) BusinessUnitName() string { return e.unitName }

// Issuance is what the certificate authority is doing; nil while nothing is
// being redeemed.
func (e *Enrollment) Issuance() *Issuance {
	if e.issuance == nil || e.issuanceSince == nil {
		return nil
	}
	return &Issuance{State: *e.issuance, Since: e.issuanceSince.UTC(), Reason: e.issuanceReason}
}

// RequestedNames is what approvers decide on; nil under ENROLLMENT_CODE.
func (e *Enrollment) RequestedNames() (*RequestedNames, error) {
	if len(e.names) == 0 || string(e.names) == "null" {
		return nil, nil
	}
	var n lifecycle.RequestNames
	if err := json.Unmarshal(e.names, &n); err != nil {
		return nil, fmt.Errorf("read the names asked for by %s: %w", e.ID, err)
	}
	out := &RequestedNames{Subject: n.Subject, DNSNames: list(n.DNSNames), EmailAddresses: list(n.EmailAddresses), IPAddresses: list(n.IPAddresses), Uris: list(n.URIs),
		KeySha256: orNil(n.KeySHA256), SignatureAlgorithm: orNil(n.SignatureAlgorithm)}
	if n.Key != "" {
		key := lifecycle.KeyKind(n.Key)
		out.Key = &key
	}
	return out, nil
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// facts are the fields that the actions of an enrollment are decided by.
const facts = " availableActions unavailableActions"

// factsOnly is the need of a column that nothing else wants.
const factsOnly = "availableActions unavailableActions"

// enrollmentColumns are the columns of an enrollment under the alias e, with
// the joins sr (its seat), sk (the live seat of the same key, while it has
// none), p (profile) and b (business unit).
var enrollmentColumns = []column[Enrollment]{
	{"e.id", func(e *Enrollment) any { e.ID.Kind = id.Enrollment; return &e.ID.UUID }, ""},
	{"e.business_unit_id", func(e *Enrollment) any { return &e.unit }, ""},
	{"e.profile_id", func(e *Enrollment) any { return &e.profile }, ""},
	{"e.seat_row_id", func(e *Enrollment) any { return &e.seatRow }, ""},
	{"e.replaces_certificate_id", func(e *Enrollment) any { return &e.replaces }, ""},
	{"e.status", func(e *Enrollment) any { return &e.Status }, ""},
	{"e.expires_at", func(e *Enrollment) any { return &e.ExpiresAt }, ""},
	{"e.created_at", func(e *Enrollment) any { return &e.CreatedAt }, ""},
	{"e.updated_at", func(e *Enrollment) any { return &e.UpdatedAt }, ""},
	{"e.seat_key", func(e *Enrollment) any { return &e.seatKey }, ""},
	{"e.issuance", func(e *Enrollment) any { return &e.issuance }, ""},
	{"e.version", func(e *Enrollment) any { return &e.Version }, "version"},
	{"e.issuance_since", func(e *Enrollment) any { return &e.issuanceSince }, "issuance"},
	{"e.issuance_reason", func(e *Enrollment) any { return &e.issuanceReason }, "issuance"},
	{"e.authentication_method", func(e *Enrollment) any { return &e.AuthenticationMethod }, "authenticationMethod issuer" + facts},
	{"e.enrollment_method", func(e *Enrollment) any { return &e.EnrollmentMethod }, "enrollmentMethod" + facts},
	{"e.ca_type", func(e *Enrollment) any { return &e.CaType }, "caType issuer" + facts},
	{"e.seat_type", func(e *Enrollment) any { return &e.SeatType }, "seatType issuer" + facts},
	{"e.seat_id", func(e *Enrollment) any { return &e.SeatID }, "seatId"},
	{"e.name", func(e *Enrollment) any { return &e.Name }, "name"},
	{"e.email", func(e *Enrollment) any { return &e.Email }, "email" + facts},
	{"e.requester_comment", func(e *Enrollment) any { return &e.RequesterComment }, "requesterComment"},
	{"e.approvals_required", func(e *Enrollment) any { return &e.ApprovalsRequired }, "approvalsRequired" + facts},
	{"e.approvals", func(e *Enrollment) any { return &e.ApprovalsGiven }, "approvalsGiven" + facts},
	{"e.attempts", func(e *Enrollment) any { return &e.Attempts }, "attempts"},
	{"CASE WHEN e.authentication_method = 'ENROLLMENT_CODE' THEN e.allowed_attempts ELSE 0 END", func(e *Enrollment) any { return &e.AllowedAttempts }, "allowedAttempts"},
	{"COALESCE(e.promise->>'issuer', '')", func(e *Enrollment) any { return &e.Issuer }, "issuer"},
	{"e.round", func(e *Enrollment) any { return &e.Round }, "round" + facts},
	{"e.requester_issuer", func(e *Enrollment) any { return &e.requester.Issuer }, "requester isMine" + facts},
	{"e.requester_subject", func(e *Enrollment) any { return &e.requester.Subject }, "requester isMine" + facts},
	{"e.requester_name", func(e *Enrollment) any { return &e.requester.Name }, "requester"},
	{"e.reason", func(e *Enrollment) any { return &e.reason }, "reason"},
	{"e.csr", func(e *Enrollment) any { return &e.csr }, "csr"},
	{"e.request_names", func(e *Enrollment) any { return &e.names }, "requestedNames"},
	{"p.name", func(e *Enrollment) any { return &e.profileName }, "profileName profile"},
	{"b.name", func(e *Enrollment) any { return &e.unitName }, "businessUnitName businessUnit"},
	{"p.archived_at IS NOT NULL", func(e *Enrollment) any { return &e.holder.archived }, factsOnly},
	{"sr.deleted_at IS NOT NULL", func(e *Enrollment) any { return &e.holder.seatDeleted }, factsOnly},
	{"COALESCE(sr.email, sk.email)", func(e *Enrollment) any { return store.Optional(&e.holder.seatEmail) }, factsOnly},
}

// enrollmentJoins are the joins that the wanted fields need.
func enrollmentJoins(want Fields) string {
	var joins string
	if want.Has("profileName", "profile", "availableActions", "unavailableActions") {
		joins += " JOIN certificate_profiles p ON p.id = e.profile_id"
	}
	if want.Has("businessUnitName", "businessUnit") {
		joins += " JOIN business_units b ON b.id = e.business_unit_id"
	}
	if want.Has("seat", "availableActions", "unavailableActions") {
		joins += " LEFT JOIN seats sr ON sr.id = e.seat_row_id"
	}
	if want.Has("availableActions", "unavailableActions") {
		// LIMIT keeps the sub-query one: PostgreSQL then looks at seat_row_id before it
		// looks for a seat, and not afterwards, when it has found one for every row.
		joins += " LEFT JOIN LATERAL (SELECT sk.email FROM seats sk WHERE e.seat_row_id IS NULL AND sk.deleted_at IS NULL AND sk.business_unit_id = e.business_unit_id AND sk.seat_type = e.seat_type AND sk.seat_key = e.seat_key LIMIT 1) sk ON TRUE"
	}
	return joins
}

// settle completes an enrollment that was read at an instant.
func (e *Enrollment) settle(now time.Time) {
	issuing := e.issuance != nil && *e.issuance == lifecycle.IssuanceRequested
	if e.CaType != "" { // it was read
		e.Issuer = authorityOf(lifecycle.Promise{Issuer: e.Issuer}, e.CaType, e.AuthenticationMethod, e.SeatType)
	}
	written := e.Status
	e.Status = lifecycle.Effective(written, e.ExpiresAt, now, issuing)
	e.due = e.Status != written
	e.ExpiresAt, e.CreatedAt, e.UpdatedAt = e.ExpiresAt.UTC(), e.CreatedAt.UTC(), e.UpdatedAt.UTC()
	if e.profileName != "" {
		e.shortProfile = &profile.CertificateProfile{ID: id.Of(id.Profile, e.profile), Name: e.profileName}
	}
	if e.unitName != "" {
		e.shortUnit = &businessunit.BusinessUnit{ID: id.Of(id.BusinessUnit, e.unit), Name: e.unitName}
	}
}

// key is the enrollment's place in a list ordered by the column.
func (e *Enrollment) key(order string) page.Key {
	k := page.Key{ID: e.ID.UUID}
	switch order {
	case "created_at":
		k.Value = e.CreatedAt.Format(time.RFC3339Nano)
	case "updated_at":
		k.Value = e.UpdatedAt.Format(time.RFC3339Nano)
	case "expires_at":
		k.Value = e.ExpiresAt.Format(time.RFC3339Nano)
	default:
		k.Value = e.seatKey
	}
	return k
}
