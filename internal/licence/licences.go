package licence

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Licences is the use cases and reads of purchased and allocated licences.
type Licences struct {
	store  *store.Store
	read   store.Reader
	scopes *scope.Resolver
	units  *businessunit.Units
}

// New makes them on a store.
func New(s *store.Store, scopes *scope.Resolver, units *businessunit.Units) *Licences {
	return &Licences{store: s, read: s.Read(), scopes: scopes, units: units}
}

// most is the largest figure that can be purchased or allocated.
const most = 2_000_000_000

// SeatLicense is the account's pool of one seat type.
type SeatLicense struct {
	ID       id.ID
	SeatType lifecycle.SeatType
	// Purchased is nil when unlimited.
	Purchased *int
	// Allocated is the sum over the business units.
	Allocated int
	UpdatedAt time.Time
	Version   int
}

// Unallocated is what can still be allocated; nil when unlimited.
func (l *SeatLicense) Unallocated() *int {
	if l.Purchased == nil {
		return nil
	}
	left := *l.Purchased - l.Allocated
	return &left
}

// SeatAllocation is what one business unit may use of one seat type.
type SeatAllocation struct {
	ID id.ID
	// Unit is the business unit's row.
	Unit     uuid.UUID
	SeatType lifecycle.SeatType
	Figures
	// Grows: Allocated rises by itself with import and discovery.
	Grows     bool
	UpdatedAt time.Time
	Version   int

	createdAt time.Time
	// together are the allocations that were read with it, units their business units.
	together, units *batch.Group
}

// SeatUsage is the three figures over the business units that exist for the
// viewer.
type SeatUsage struct {
	// AsOf is the instant whose figures these are.
	AsOf time.Time
	Figures
	ByType []*SeatUsageOfType

	unit     *uuid.UUID
	seatType *lifecycle.SeatType
}

// SeatUsageOfType is the figures of one seat type.
type SeatUsageOfType struct {
	SeatType lifecycle.SeatType
	Figures
}

// LicensePayload is what came of setPurchasedSeats.
type LicensePayload struct {
	SeatLicense *SeatLicense
	UserErrors  []*refusal.Refusal
	Replayed    bool
}

// AllocationPayload is what came of allocateSeats.
type AllocationPayload struct {
	SeatAllocation *SeatAllocation
	UserErrors     []*refusal.Refusal
	Replayed       bool
}

// lacksView is the no to a viewer who may not see allocations and usage.
func lacksView(ctx context.Context, what string) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	return v.Lacks(what, lifecycle.ViewBusinessUnits)
}

// lacksAll is the no to a viewer who may not see the account's totals.
func lacksAll(ctx context.Context) *refusal.Refusal {
	if no := lacksView(ctx, "the account's licences"); no != nil {
		return no
	}
	v, _ := viewer.From(ctx)
	return v.LacksUnits("the account's licences")
}
