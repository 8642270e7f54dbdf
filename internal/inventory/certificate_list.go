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
	"gatehouse/internal/viewer"
)

// Certificates is one page of the certificates of the viewer's business units:
// those that the view shows, the search finds and the filter lets pass. Refused:
// FORBIDDEN, INVALID (the form of the search or of a value of the filter, a cursor of
// another list), FILTER_TOO_BROAD, SEARCH_TOO_BROAD.
func (i *Inventory) Certificates(ctx context.Context, args page.Args, in CertificateListInput, want Fields) (*page.Connection[*Certificate], error) {
	l, some, err := i.listOfCertificates(ctx, in)
	if err != nil {
		return nil, err
	}
	window, err := args.Open("certificates", l.view, l.search, l.filter, l.order)
	if err != nil {
		return nil, err
	}
	if !some {
		return page.Empty[*Certificate](), nil
	}
	return i.pageOfCertificates(ctx, l, window, want)
}

// listOfCertificates is the list that the input describes for the context's viewer;
// false when nothing can match.
func (i *Inventory) listOfCertificates(ctx context.Context, in CertificateListInput) (l certificateList, some bool, err error) {
	if v, _ := viewer.From(ctx); !v.May(lifecycle.ViewCertificates) {
		return l, false, v.Lacks("certificates", lifecycle.ViewCertificates)
	}
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return l, false, err
	}
	l = certificateList{scope: sc, view: CertificatesAll, now: i.store.Now(ctx)}
	if in.View != nil {
		l.view = *in.View
	}
	l.order = l.view.order()
	if in.OrderBy != nil {
		l.order = *in.OrderBy
	}
	var no *refusal.Refusal
	if l.search, no = searchAsked(in.Search); no != nil {
		return l, false, no
	}
	if l.filter, no = in.Filter.tidied(); no != nil {
		return l, false, no
	}
	if !l.open() {
		return l, false, nil
	}
	if texts := l.texts(); len(texts) > 0 {
		if l.rare, err = i.samples.rare(ctx, i.read, i.store.Now(ctx), "certificates", texts); err != nil {
			return l, false, err
		}
	}
	return l, true, nil
}

// certificateList turns a view, a search and a filter into branches, what the
// branches' indexes answer, and what is left.
type certificateList struct {
	scope  scope.Scope
	view   CertificateView
	search *search         // nil for none
	rare   map[string]bool // parts of what is looked for, for the index
	filter CertificateFilter
	order  CertificateOrder
	now    time.Time

	units    []uuid.UUID // nil for every one
	statuses []lifecycle.CertificateStatus
	whole    bool // every page of it is read
	way      int  // which of its leads it is read by
}

// open settles which business units and statuses are read; false when nothing can
// match.
func (l *certificateList) open() bool {
	some := true
	switch {
	case l.filter.BusinessUnitIDs != nil:
		l.units, some = within(l.scope, l.filter.BusinessUnitIDs)
	case !l.scope.All:
		l.units = l.scope.IDs()
	}
	if l.units != nil {
		l.units = except(l.units, id.UUIDs(id.BusinessUnit, l.filter.ExcludeBusinessUnitIDs))
		some = some && len(l.units) > 0
	}
	l.statuses = except(l.view.statuses(), l.filter.ExcludeStatuses)
	if l.filter.Statuses != nil {
		l.statuses = intersection(l.statuses, l.filter.Statuses)
	}
	if l.view == CertificatesUnassigned && l.filter.HasSeat != nil && *l.filter.HasSeat {
		return false // none of those that have no seat has one
	}
	return some && len(l.statuses) > 0 && !l.filter.empty()
}

// texts are those that are looked for in the certificates' search_text.
func (l *certificateList) texts() []string {
	if l.search == nil {
		return l.filter.Names
	}
	return append(strings.Fields(string(*l.search)), l.filter.Names...)
}

// merge is the list, in its order; exact reports whether it is made of the few
// certificates that exact conditions find.
func (l *certificateList) merge() (m page.Merge, exact bool) {
	m = page.Merge{
		Table: "certificates c", Alias: "c",
		Order: certificateOrders[l.order.Field][0], Cast: certificateOrders[l.order.Field][1], Descending: l.order.Direction == page.Descending,
	}
	if exact = l.lookIn(&m); exact {
		m.Joins = "JOIN certificates c ON c.id = f.id"
		m.Branches = []page.Branch{l.found(&m)}
	} else {
		m.Branches = l.branches(&m)
	}
	return m, exact
}

// counted is the list as it is counted: its order is free, so that the index is
// taken that answers a span of time.
func (l *certificateList) counted() page.Merge {
	c := *l
	f := l.filter
	switch {
	case f.NotAfterSince != nil || f.NotAfterBefore != nil || l.view == CertificatesExpiring:
		c.order.Field = CertificatesByNotAfter
	case f.CreatedSince != nil || f.CreatedBefore != nil:
		c.order.Field = CertificatesByCreatedAt
	case f.UpdatedSince != nil || f.UpdatedBefore != nil:
		c.order.Field = CertificatesByUpdatedAt
	}
	m, _ := c.merge()
	return m
}

// pageOfCertificates reads the window of a list in the first way that can tell all of
// it. What exact conditions find says with each row how many there are, so that a page
// is read and judged by one statement.
func (i *Inventory) pageOfCertificates(ctx context.Context, l certificateList, w page.Window, want Fields) (*page.Connection[*Certificate], error) {
	m, exact := l.merge()
	columns, told := pick(certificateColumns, want), 0
	m.Columns = expressions(columns)
	var front func(*Certificate) []any
	if exact {
		m.Columns = append([]string{m.Alias + ".found"}, m.Columns...)
		front = func(*Certificate) []any { return []any{&told} }
	}
	statement, args := m.Page(w)
	found, err := readAll(ctx, i.read, statement, args, columns, front)
	if err != nil {
		return nil, fmt.Errorf("read a page of certificates: %w", err)
	}
	if exact {
		err = l.tooMuch(ctx, i.read, told)
	} else {
		err = tooBroad(ctx, i.read, m, w, len(found))
	}
	if refusal.Find(err) != nil && !exact && l.way+1 < len(l.leads()) {
		l.way++
		return i.pageOfCertificates(ctx, l, w, want)
	}
	if err != nil {
		return nil, err
	}
	certificatesTogether(l.now, found)
	return page.NewConnection(w, found, func(c *Certificate) page.Key { return c.place(m.Order) }, func(ctx context.Context) (int, error) {
		return i.countOfCertificates(ctx, l)
	}), nil
}

// countOfCertificates counts a list in the first way that can tell it exactly.
func (i *Inventory) countOfCertificates(ctx context.Context, l certificateList) (n int, err error) {
	for l.way = range l.leads() {
		n, err = count(ctx, i.read, l.counted())
		if refusal.Find(err) == nil {
			break
		}
	}
	return n, err
}
