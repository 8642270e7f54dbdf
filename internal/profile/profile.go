// Package profile is certificate profiles: what an enrollment goes by. Five
// things of a profile are fixed for good (business unit, seat type, CA type,
// authentication and enrollment method); its rules can be changed, for
// enrollments made from then on. A profile is archived, never deleted.
package profile

import (
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// Profiles is the use cases and reads of certificate profiles.
type Profiles struct {
	store  *store.Store
	read   store.Reader
	scopes *scope.Resolver
	units  *businessunit.Units
}

// New makes them on a store.
func New(s *store.Store, scopes *scope.Resolver, units *businessunit.Units) *Profiles {
	return &Profiles{store: s, read: s.Read(), scopes: scopes, units: units}
}

// CertificateProfile is one of them, as its readers see it.
type CertificateProfile struct {
	ID id.ID
	// Unit is the business unit's row.
	Unit                 uuid.UUID
	Name                 string
	SeatType             lifecycle.SeatType
	CaType               lifecycle.CAType
	AuthenticationMethod lifecycle.AuthenticationMethod
	EnrollmentMethod     lifecycle.EnrollmentMethod
	Rules
	CreatedAt  time.Time
	UpdatedAt  time.Time
	ArchivedAt *time.Time
	Version    int

	units *batch.Group
}

// Payload is what came of a mutation of one profile.
type Payload struct {
	// CertificateProfile is as it now is when the viewer may see it; nil for a
	// create that was refused and for NOT_FOUND.
	CertificateProfile *CertificateProfile
	UserErrors         []*refusal.Refusal
	Replayed           bool
}

// NotFound is the no to a profile that is not there or lies outside the
// viewer's business units: the same sentence, so that it tells nothing.
func NotFound(i id.ID) *refusal.Refusal {
	return id.Missing("certificate profile", i)
}
