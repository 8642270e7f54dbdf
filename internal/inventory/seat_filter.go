package inventory

import (
	"slices"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// SeatFilter narrows a list of seats; nil does not narrow, an empty list
// matches nothing.
type SeatFilter struct {
	BusinessUnitIDs []id.ID
	SeatTypes       []lifecycle.SeatType
	Statuses        []lifecycle.SeatStatus
	SeatIDs         []string
	CreatedSince    *time.Time
	CreatedBefore   *time.Time
	UpdatedSince    *time.Time
	UpdatedBefore   *time.Time
}

// empty reports whether some list of the filter is empty, which matches nothing.
func (f SeatFilter) empty() bool { return isEmpty(f.SeatTypes) || isEmpty(f.SeatIDs) }

// ranged reports whether the filter asks for a span of time.
func (f SeatFilter) ranged() bool {
	return f.CreatedSince != nil || f.CreatedBefore != nil || f.UpdatedSince != nil || f.UpdatedBefore != nil
}

// keys are the seatIds as seats keep them, each once: a branch for each must not
// list a seat twice. What no seat can be called finds none.
func (f SeatFilter) keys() []string {
	keys := make([]string, 0, len(f.SeatIDs))
	seen := make(map[string]bool, len(f.SeatIDs))
	for _, s := range f.SeatIDs {
		if _, no := line("seatIds", &s, 1, 255); no != nil || seen[seatKey(s)] {
			continue
		}
		seen[seatKey(s)] = true
		keys = append(keys, seatKey(s))
	}
	return keys
}

// branch is the branch by whose index the list is read: of the types where that
// keeps the order, else of the statuses; of each seatId where some are named; and
// of each business unit, but for seatIds, which are few seats wherever they are.
func (l *seatList) branch(m *page.Merge) page.Branch {
	var b page.Branch
	byType := l.byType(m)
	if byType {
		types := slices.Compact(slices.Sorted(slices.Values(l.filter.SeatTypes)))
		b.From = "unnest(" + m.Arg(pq.Array(types)) + "::text[]) AS b(seat_type)"
		b.Where = []string{"s.seat_type = b.seat_type", "s.deleted_at IS NULL"}
	} else {
		b.From = "unnest(" + m.Arg(pq.Array(l.statuses)) + "::text[]) AS b(status)"
		b.Where = []string{"s.status = b.status"}
	}
	named := l.filter.SeatIDs != nil
	if named {
		b.From += " CROSS JOIN unnest(" + m.Arg(pq.Array(l.filter.keys())) + "::text[]) AS k(seat_key)"
		b.Where = append(b.Where, "s.seat_key = k.seat_key")
	}
	switch {
	case l.units == nil:
	case byType || len(l.units) <= mostUnits && !named:
		b.From += " CROSS JOIN unnest(" + m.Arg(pq.Array(l.units)) + "::uuid[]) AS u(unit)"
		b.Where = append(b.Where, "s.business_unit_id = u.unit")
	default:
		b.Where = append(b.Where, "s.business_unit_id = ANY("+m.Arg(pq.Array(l.units))+"::uuid[])")
	}
	if !byType {
		anyOf(m, "s.seat_type", l.filter.SeatTypes)
	}
	return b
}

// byType reports whether the list is read by the index that keeps the seatIds of
// live seats unique, which has the type in front and nothing behind the seatId.
func (l *seatList) byType(m *page.Merge) bool { return l.typed() && m.Order == "seat_key" }

// typed reports whether the list is the live seats of types in a few business
// units, as the figure `created` is.
func (l *seatList) typed() bool {
	return l.filter.SeatTypes != nil && l.units != nil && len(l.units) <= mostUnits && slices.Equal(l.statuses, liveStatuses)
}

// found is the branch of a search: of what was found, which is few enough that
// every condition may be asked of each.
func (l *seatList) found(m *page.Merge) page.Branch {
	b := page.Branch{Where: []string{"s.status = ANY(" + m.Arg(pq.Array(l.statuses)) + "::text[])"}}
	anyOf(m, "s.seat_type", l.filter.SeatTypes)
	if l.filter.SeatIDs != nil {
		anyOf(m, "s.seat_key", l.filter.keys())
	}
	return b
}

// times are the conditions on times that the order's own index answers; the others
// become the merge's residual.
func (l *seatList) times(m *page.Merge) (where []string) {
	ask := func(column, is string, at *time.Time) {
		switch {
		case at == nil:
		case column == m.Order:
			where = append(where, "s."+column+" "+is+" "+m.Arg(*at))
		default:
			m.Residual = append(m.Residual, "s."+column+" "+is+" "+m.Arg(*at))
		}
	}
	ask("created_at", ">=", l.filter.CreatedSince)
	ask("created_at", "<", l.filter.CreatedBefore)
	ask("updated_at", ">=", l.filter.UpdatedSince)
	ask("updated_at", "<", l.filter.UpdatedBefore)
	if l.view == SeatsUnused {
		since := l.now.Add(-Unused)
		ask("unused_since", "<=", &since)
		if m.Order == "created_at" { // no seat has been unused for longer than it exists
			ask("created_at", "<=", &since)
		}
	}
	return where
}
