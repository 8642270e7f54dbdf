// Package businessunit is the parts of the organisation that seats, profiles
// and people are assigned to: making, changing and deleting them, reading them,
// and holding them while something is added to them.
package businessunit

import (
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// Units is the use cases and reads of business units.
type Units struct {
	store  *store.Store
	read   store.Reader
	scopes *scope.Resolver
}

// New makes them on a store.
func New(s *store.Store, scopes *scope.Resolver) *Units {
	return &Units{store: s, read: s.Read(), scopes: scopes}
}

// BusinessUnit is one of them, as its readers see it.
type BusinessUnit struct {
	ID             id.ID
	Key            string
	Name           string
	IsDefault      bool
	ApproverEmails []string
	ManagerEmails  []string
	CreatedAt      time.Time
	UpdatedAt      time.Time
	DeletedAt      *time.Time
	Version        int

	group *batch.Group
}

// Together is the business units that this one was read with, so that what
// belongs to them (allocations) is read for all of them at once. One that was not
// read here is alone.
func (u *BusinessUnit) Together() *batch.Group {
	if u.group == nil {
		return batch.NewGroup([]uuid.UUID{u.ID.UUID})
	}
	return u.group
}

// Payload is what came of a mutation of one business unit.
type Payload struct {
	// BusinessUnit is as it now is when the viewer may see it; nil for a create
	// that was refused and for NOT_FOUND.
	BusinessUnit *BusinessUnit
	UserErrors   []*refusal.Refusal
	Replayed     bool
}
