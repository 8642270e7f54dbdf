package inventory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
)

// Enrollments is one page of the enrollments that the viewer may see: those that the
// view shows, the search finds and the filter lets pass. Refused: FORBIDDEN, INVALID
// (the form of the search or of a value of the filter, a cursor of another list),
// FILTER_TOO_BROAD, SEARCH_TOO_BROAD.
func (i *Inventory) Enrollments(ctx context.Context, args page.Args, in EnrollmentListInput, want Fields) (*page.Connection[*Enrollment], error) {
	l, err := i.enrollmentsAsked(ctx, in)
	if err != nil {
		return nil, err
	}
	window, err := args.Open("enrollments", l.view, l.search, l.filter, l.order)
	if err != nil {
		return nil, err
	}
	if some, err := i.openEnrollments(ctx, l); err != nil || !some {
		return page.Empty[*Enrollment](), err
	}
	return i.pageOfEnrollments(ctx, l, window, want)
}

// enrollmentList is a view, a search and a filter, and what they come to: which rows
// of which indexes are read, and what is asked of each.
type enrollmentList struct {
	sight  sight
	view   EnrollmentView
	search *search         // nil for none
	rare   map[string]bool // parts of the search, for the index
	filter EnrollmentFilter
	order  EnrollmentOrder
	now    time.Time

	units    []uuid.UUID // nil for every one
	statuses []lifecycle.Status
	profiles []uuid.UUID // those that the filter asks for; nil when it asks for none, or these are many
}

// enrollmentsAsked checks a list's form and the viewer's right to it.
func (i *Inventory) enrollmentsAsked(ctx context.Context, in EnrollmentListInput) (*enrollmentList, error) {
	sight, err := i.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	if sight.none() {
		return nil, lacksEnrollments(sight.viewer)
	}
	l := &enrollmentList{sight: sight, view: ViewAll, now: i.store.Now(ctx)}
	if in.View != nil {
		l.view = *in.View
	}
	l.order = l.view.order()
	if in.OrderBy != nil {
		l.order = *in.OrderBy
	}
	var no *refusal.Refusal
	if l.search, no = searchAsked(in.Search); no != nil {
		return nil, no
	}
	if l.filter, no = in.Filter.tidied(); no != nil {
		return nil, no
	}
	return l, nil
}

// openEnrollments settles which business units, statuses and profiles are read, and by
// which parts a search is looked up; false when nothing can match. It reads the
// profiles where the filter asks for something that they fix.
func (i *Inventory) openEnrollments(ctx context.Context, l *enrollmentList) (some bool, err error) {
	l.statuses = l.narrowed(l.view.statuses())
	l.units, some = l.readUnits()
	switch {
	case !some || len(l.statuses) == 0 || l.filter.empty():
		return false, nil
	case l.view == ViewNeedsMyApproval && !l.sight.viewer.May(lifecycle.ApproveEnrollments):
		return false, nil
	}
	if l.search != nil {
		if l.rare, err = i.samples.rare(ctx, i.read, i.store.Now(ctx), "enrollment_texts", strings.Fields(string(*l.search))); err != nil {
			return false, err
		}
	}
	if l.filter.ofProfiles() && !l.named() {
		if l.profiles, err = i.profilesAsked(ctx, l); err != nil || l.profiles != nil && len(l.profiles) == 0 {
			return false, err
		}
	}
	return true, nil
}

// readUnits are the business units to read, nil for every one; false for none.
func (l *enrollmentList) readUnits() ([]uuid.UUID, bool) {
	var units []uuid.UUID
	switch {
	case l.filter.BusinessUnitIDs != nil:
		units, _ = within(l.sight.scope, l.filter.BusinessUnitIDs)
	case l.sight.scope.All:
		return nil, true
	default:
		units = l.sight.scope.IDs()
	}
	units = except(units, distinct(id.BusinessUnit, l.filter.ExcludeBusinessUnitIDs))
	return units, len(units) > 0
}

// within are the asked-for business units that exist for the viewer.
func within(sc scope.Scope, asked []id.ID) ([]uuid.UUID, bool) {
	units := []uuid.UUID{}
	for _, u := range distinct(id.BusinessUnit, asked) {
		if sc.Has(u) {
			units = append(units, u)
		}
	}
	return units, len(units) > 0
}

// pageOfEnrollments reads the window in the first way that can tell all of it.
func (i *Inventory) pageOfEnrollments(ctx context.Context, l *enrollmentList, w page.Window, want Fields) (*page.Connection[*Enrollment], error) {
	sel := selectionOf(want)
	for _, way := range l.ways() {
		m, told := way.merge, 0
		m.Columns, m.Joins = expressions(sel.columns), way.joins+sel.joins
		var front func(*Enrollment) []any
		if way.few() {
			m.Columns = append([]string{m.Alias + ".found"}, m.Columns...)
			front = func(*Enrollment) []any { return []any{&told} }
		}
		statement, args := m.Page(w)
		es, err := readAll(ctx, i.read, statement, args, sel.columns, front)
		if err != nil {
			return nil, fmt.Errorf("read a page of enrollments: %w", err)
		}
		if holds, err := way.holds(ctx, i.read, w, told, len(es)); err != nil {
			return nil, err
		} else if !holds {
			continue
		}
		i.together(ctx, es)
		return page.NewConnection(w, es, func(e *Enrollment) page.Key { return e.key(m.Order) }, func(ctx context.Context) (int, error) {
			return i.countEnrollments(ctx, l)
		}), nil
	}
	return page.Empty[*Enrollment](), nil // the last way holds or refuses
}

// countEnrollments counts a list in the first way that can tell its number exactly.
// The order is free: that is taken whose index answers a span of time.
func (i *Inventory) countEnrollments(ctx context.Context, l *enrollmentList) (int, error) {
	c := *l
	f := l.filter
	switch {
	case l.view == ViewExpiringSoon || f.ExpiresSince != nil || f.ExpiresBefore != nil:
		c.order.Field = OrderExpiresAt
	case l.view == ViewRecentlyRedeemed || f.UpdatedSince != nil || f.UpdatedBefore != nil:
		c.order.Field = OrderUpdatedAt
	case f.CreatedSince != nil || f.CreatedBefore != nil:
		c.order.Field = OrderCreatedAt
	}
	for _, way := range c.ways() {
		if holds, err := way.holds(ctx, i.read, page.Window{}, 0, way.most+1); err != nil {
			return 0, err
		} else if holds {
			return count(ctx, i.read, way.merge)
		}
	}
	return 0, nil
}
