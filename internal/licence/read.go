package licence

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
)

// Licenses are the account's pools, one per seat type. It is refused without
// VIEW_BUSINESS_UNITS and business units "*".
func (ls *Licences) Licenses(ctx context.Context) ([]*SeatLicense, error) {
	if no := lacksAll(ctx); no != nil {
		return nil, no
	}
	return ls.licenses(ctx, "TRUE")
}

// LicensesByIDs are the pools with these ids; none for those who may not see them.
func (ls *Licences) LicensesByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*SeatLicense, error) {
	if len(ids) == 0 || lacksAll(ctx) != nil {
		return nil, nil
	}
	all, err := ls.licenses(ctx, "id = ANY($1)", pq.Array(ids))
	found := make(map[uuid.UUID]*SeatLicense, len(all))
	for _, l := range all {
		found[l.ID.UUID] = l
	}
	return found, err
}

// licenseOf is the pool of a seat type; nil for those who may not see it.
func (ls *Licences) licenseOf(ctx context.Context, t lifecycle.SeatType) (*SeatLicense, error) {
	if lacksAll(ctx) != nil {
		return nil, nil
	}
	all, err := ls.licenses(ctx, "seat_type = $1", t)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// licenses reads pools in the order of their ids, which is that of the seat types.
func (ls *Licences) licenses(ctx context.Context, where string, args ...any) ([]*SeatLicense, error) {
	rows, err := ls.read.Query(ctx, `SELECT id, seat_type, purchased, allocated, updated_at, version FROM seat_licenses WHERE `+where+` ORDER BY id`, args...)
	if err != nil {
		return nil, fmt.Errorf("read licences: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := []*SeatLicense{}
	for rows.Next() {
		l := &SeatLicense{ID: id.ID{Kind: id.License}}
		if err := rows.Scan(&l.ID.UUID, &l.SeatType, &l.Purchased, &l.Allocated, &l.UpdatedAt, &l.Version); err != nil {
			return nil, fmt.Errorf("read licences: %w", err)
		}
		l.UpdatedAt = l.UpdatedAt.UTC()
		all = append(all, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read licences: %w", err)
	}
	return all, nil
}

// allocationColumns are those of an allocation under the alias a.
var allocationColumns = []string{
	"a.id", "a.business_unit_id", "a.seat_type", "a.allocated", "a.created", "a.consumed", "a.grows", "a.created_at", "a.updated_at", "a.version",
}

// AllocationsByIDs are the allocations with these ids that exist for the
// viewer; without VIEW_BUSINESS_UNITS none.
func (ls *Licences) AllocationsByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*SeatAllocation, error) {
	all, err := ls.allocationsWhere(ctx, "a.id = ANY($2)", len(ids) == 0, pq.Array(ids))
	found := make(map[uuid.UUID]*SeatAllocation, len(all))
	for _, a := range all {
		found[a.ID.UUID] = a
	}
	return found, err
}

// allocationOf is a pool's allocation; nil where there is none for the viewer.
func (ls *Licences) allocationOf(ctx context.Context, p Pool) (*SeatAllocation, error) {
	all, err := ls.allocationsWhere(ctx, "a.business_unit_id = $2 AND a.seat_type = $3", false, p.Unit, p.Type)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return all[0], nil
}

// askAllocations is the question that a group of business units is asked.
type askAllocations struct{}

// AllocationsOf are a business unit's allocations in the order in which they
// were made, read for all business units of its page at once.
func (ls *Licences) AllocationsOf(ctx context.Context, u *businessunit.BusinessUnit) ([]*SeatAllocation, error) {
	byUnit, err := batch.Load(ctx, u.Together(), askAllocations{}, func(ctx context.Context, units []uuid.UUID) (map[uuid.UUID][]*SeatAllocation, error) {
		all, err := ls.allocationsWhere(ctx, "a.business_unit_id = ANY($2)", len(units) == 0, pq.Array(units))
		byUnit := make(map[uuid.UUID][]*SeatAllocation, len(units))
		for _, a := range all {
			byUnit[a.Unit] = append(byUnit[a.Unit], a)
		}
		return byUnit, err
	})
	return append([]*SeatAllocation{}, byUnit[u.ID.UUID]...), err
}

// BusinessUnitOf is an allocation's business unit.
func (ls *Licences) BusinessUnitOf(ctx context.Context, a *SeatAllocation) (*businessunit.BusinessUnit, error) {
	return ls.units.Of(ctx, a.units, a.Unit)
}

// allocationsWhere reads allocations by a condition whose arguments begin at $2,
// narrowed to the viewer; none when nothing was asked for, and none without
// VIEW_BUSINESS_UNITS.
func (ls *Licences) allocationsWhere(ctx context.Context, where string, nothing bool, args ...any) ([]*SeatAllocation, error) {
	if nothing || lacksView(ctx, "allocations") != nil {
		return nil, nil
	}
	sc, err := ls.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	return ls.allocations(ctx, fmt.Sprintf("SELECT %s FROM seat_allocations a WHERE %s AND %s ORDER BY a.created_at, a.id",
		strings.Join(allocationColumns, ", "), scope.Condition("a.business_unit_id", 1), where), append([]any{sc.Arg()}, args...)...)
}

// allocations reads allocations that are read together.
func (ls *Licences) allocations(ctx context.Context, statement string, args ...any) ([]*SeatAllocation, error) {
	rows, err := ls.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read allocations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []*SeatAllocation
	var ids, units []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for rows.Next() {
		a := &SeatAllocation{ID: id.ID{Kind: id.Allocation}}
		if err := rows.Scan(&a.ID.UUID, &a.Unit, &a.SeatType, &a.Allocated, &a.Created, &a.Consumed, &a.Grows, &a.createdAt, &a.UpdatedAt, &a.Version); err != nil {
			return nil, fmt.Errorf("read allocations: %w", err)
		}
		a.UpdatedAt = a.UpdatedAt.UTC()
		if !seen[a.Unit] {
			seen[a.Unit], units = true, append(units, a.Unit)
		}
		all, ids = append(all, a), append(ids, a.ID.UUID)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read allocations: %w", err)
	}
	together, group := batch.NewGroup(ids), batch.NewGroup(units)
	for _, a := range all {
		a.together, a.units = together, group
	}
	return all, nil
}
