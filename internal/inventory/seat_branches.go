package inventory

import (
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// branches are those by whose indexes the list is read: of each status, and of each
// type and business unit that some are named of, as far as an index has these in
// front. What no index answers is asked of candidates, in one merge of all.
func (l *seatList) branches(m *page.Merge) []page.Branch {
	where := l.times(m)
	l.left(m)
	if l.filter.SeatIDs != nil {
		return []page.Branch{l.named(m, where)}
	}
	by := []dimension{{"status", "text", asTexts(l.statuses)}}
	if len(l.unused()) > 0 { // in words, as the index of the unused has it
		by = nil
		where = append(where, fmt.Sprintf("s.status = '%s'", lifecycle.SeatCreated))
	}
	types := dimension{"seat_type", "text", asTexts(l.types)}
	units := dimension{"business_unit_id", "uuid", asTexts(l.units)}
	switch few := l.units != nil && len(l.units) <= mostUnits; {
	case l.unique(m):
		by = []dimension{units, types}
		where = append(where, "s.deleted_at IS NULL")
	case few && l.types != nil && m.Order == "created_at" && len(l.units)*len(l.types) <= mostUnits:
		by = append(by, units, types)
	case few:
		by = append(by, units)
		anyOf(m, "s.seat_type", l.types)
	default:
		if l.types != nil {
			by = append(by, types)
		}
		if l.units != nil {
			where = append(where, "s.business_unit_id = ANY("+m.Arg(pq.Array(l.units))+"::uuid[])")
		}
	}
	return []page.Branch{branched(m, where, by...)}
}

// named is the branch of the seats with the filter's seatIds, which are few wherever
// they are, so that every condition may be asked of each.
func (l *seatList) named(m *page.Merge, where []string) page.Branch {
	b := arrayed(m, dimension{"status", "text", asTexts(l.statuses)}, dimension{"seat_key", "text", l.filter.SeatIDs})
	anyOf(m, "s.seat_type", l.types)
	if l.units != nil {
		where = append(where, "s.business_unit_id = ANY("+m.Arg(pq.Array(l.units))+"::uuid[])")
	}
	b.Where = append(append(b.Where, where...), m.Residual...)
	m.Residual = nil
	return b
}

// unique reports whether the list is read by the index that keeps the seatIds of
// live seats unique, which has the business unit and the type in front and nothing
// behind the seatId.
func (l *seatList) unique(m *page.Merge) bool { return l.typed() && m.Order == "seat_key" }

// typed reports whether the list is the live seats of types in a few business
// units, as the figure `created` is.
func (l *seatList) typed() bool {
	return l.types != nil && l.units != nil && len(l.units) <= mostUnits && len(l.units)*len(l.types) <= 2*mostUnits && slices.Equal(l.statuses, liveStatuses)
}

// found is the branch of what a search or addresses find, which is few enough that
// every condition may be asked of each.
func (l *seatList) found(m *page.Merge) page.Branch {
	b := page.Branch{Where: []string{"s.status = ANY(" + m.Arg(pq.Array(l.statuses)) + "::text[])"}}
	anyOf(m, "s.seat_type", l.types)
	if l.filter.SeatIDs != nil {
		anyOf(m, "s.seat_key", l.filter.SeatIDs)
	}
	l.left(m)
	b.Where = append(append(b.Where, l.times(m)...), m.Residual...)
	m.Residual = nil
	return b
}

// left adds the conditions that no index answers to the merge's residual.
func (l *seatList) left(m *page.Merge) {
	has := func(column string, is *bool) {
		switch {
		case is == nil:
		case *is:
			m.Residual = append(m.Residual, "s."+column+" <> ''")
		default:
			m.Residual = append(m.Residual, "s."+column+" = ''")
		}
	}
	has("email", l.filter.HasEmail)
	has("name", l.filter.HasName)
	if l.units == nil && len(l.filter.ExcludeBusinessUnitIDs) > 0 {
		m.Residual = append(m.Residual, "s.business_unit_id <> ALL("+m.Arg(pq.Array(id.UUIDs(id.BusinessUnit, l.filter.ExcludeBusinessUnitIDs)))+"::uuid[])")
	}
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
	for _, u := range l.unused() {
		ask(unusedSince, u.is, &u.at)
		if m.Order == "created_at" { // no seat has been unused for longer than it exists
			ask("created_at", u.is, &u.at)
		}
	}
	return where
}
