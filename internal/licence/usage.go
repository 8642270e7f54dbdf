package licence

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// used is the condition by which usage is narrowed: to the viewer's business
// units that are not deleted, and to one business unit and seat type when the
// arguments are not NULL.
func used(first int) string {
	return fmt.Sprintf(`%s AND ($%d::uuid IS NULL OR a.business_unit_id = $%d) AND ($%d::text IS NULL OR a.seat_type = $%d)
  AND EXISTS (SELECT 1 FROM business_units u WHERE u.id = a.business_unit_id AND u.deleted_at IS NULL)`,
		scope.Condition("a.business_unit_id", first), first+1, first+1, first+2, first+2)
}

// Usage is the three figures, of one business unit and seat type or of all that
// the viewer may see; nil when the business unit does not exist for the viewer.
// It sums up counters, so that it is as quick with a million seats as with ten.
// It is refused without VIEW_BUSINESS_UNITS.
func (ls *Licences) Usage(ctx context.Context, businessUnitID *id.ID, seatType *lifecycle.SeatType) (*SeatUsage, error) {
	if no := lacksView(ctx, "the usage of licences"); no != nil {
		return nil, no
	}
	u := &SeatUsage{AsOf: ls.read.Now(ctx), ByType: []*SeatUsageOfType{}, seatType: seatType}
	if businessUnitID != nil {
		unit, err := ls.units.One(ctx, *businessUnitID)
		if err != nil || unit == nil || unit.DeletedAt != nil {
			return nil, err
		}
		u.unit = &unit.ID.UUID
	}
	sc, err := ls.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := ls.read.Query(ctx, `SELECT a.seat_type, sum(a.allocated), sum(a.created), sum(a.consumed) FROM seat_allocations a
WHERE `+used(1)+` GROUP BY a.seat_type`, sc.Arg(), u.unit, seatType)
	if err != nil {
		return nil, fmt.Errorf("read the usage of licences: %w", err)
	}
	defer func() { _ = rows.Close() }()
	byType := map[lifecycle.SeatType]*SeatUsageOfType{}
	for rows.Next() {
		t := &SeatUsageOfType{}
		if err := rows.Scan(&t.SeatType, &t.Allocated, &t.Created, &t.Consumed); err != nil {
			return nil, fmt.Errorf("read the usage of licences: %w", err)
		}
		byType[t.SeatType] = t
		u.Figures = u.plus(t.Figures)
	}
	for _, t := range lifecycle.SeatTypes {
		if of, ok := byType[t]; ok {
			u.ByType = append(u.ByType, of)
		}
	}
	return u, rows.Err()
}

// AllocationsOfUsage is one page of the allocations that a usage sums up, in the
// order in which they were made. There are at most as many as business units
// times seat types, so that one branch is sorted instead of merging many.
func (ls *Licences) AllocationsOfUsage(ctx context.Context, u *SeatUsage, args page.Args) (*page.Connection[*SeatAllocation], error) {
	w, err := args.Open("seatUsage.allocations", unitOf(u), u.seatType)
	if err != nil {
		return nil, err
	}
	sc, err := ls.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	m := page.Merge{
		Table: "seat_allocations a", Alias: "a", Columns: allocationColumns, Order: "created_at", Cast: "timestamptz",
		Branches: []page.Branch{{Where: []string{used(1)}}}, Args: []any{sc.Arg(), u.unit, u.seatType},
	}
	statement, values := m.Page(w)
	all, err := ls.allocations(ctx, statement, values...)
	if err != nil {
		return nil, err
	}
	return page.NewConnection(w, all, func(a *SeatAllocation) page.Key {
		return page.Key{Value: a.createdAt.UTC().Format(time.RFC3339Nano), ID: a.ID.UUID}
	}, func(ctx context.Context) (int, error) {
		statement, values := m.Count()
		return ls.count(ctx, statement, values...)
	}), nil
}

// unitOf is the business unit that a usage was asked for, for its cursors.
func unitOf(u *SeatUsage) uuid.UUID {
	if u.unit == nil {
		return uuid.Nil
	}
	return *u.unit
}

// count reads the one number of a statement.
func (ls *Licences) count(ctx context.Context, statement string, args ...any) (n int, err error) {
	rows, err := ls.read.Query(ctx, statement, args...)
	if err != nil {
		return 0, fmt.Errorf("count allocations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, fmt.Errorf("count allocations: %w", err)
		}
	}
	return n, rows.Err()
}
