package inventory

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

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
func (i *Inventory) Certificates(ctx context.Context, args page.Args, view *CertificateView, search *string, filter *CertificateFilter, order *CertificateOrder, want Fields) (*page.Connection[*Certificate], error) {
	if v, _ := viewer.From(ctx); !v.May(lifecycle.ViewCertificates) {
		return nil, v.Lacks("certificates", lifecycle.ViewCertificates)
	}
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	l := certificateList{scope: sc, view: CertificatesAll, now: i.store.Now(ctx)}
	if view != nil {
		l.view = *view
	}
	l.order = l.view.order()
	if order != nil {
		l.order = *order
	}
	var no *refusal.Refusal
	if l.search, no = asSearch(search); no != nil {
		return nil, no
	}
	if l.filter, no = filter.tidied(); no != nil {
		return nil, no
	}
	window, err := args.Open("certificates", l.view, l.search, l.filter, l.order)
	if err != nil {
		return nil, err
	}
	if !l.open() {
		return page.Empty[*Certificate](), nil
	}
	if texts := l.texts(); len(texts) > 0 {
		if l.rare, err = rareParts(ctx, i.read, "certificates", texts); err != nil {
			return nil, err
		}
	}
	return i.pageOfCertificates(ctx, l, window, want)
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
		some = len(l.units) > 0
	}
	l.statuses = l.view.statuses()
	if l.filter.Statuses != nil {
		l.statuses = intersection(l.statuses, l.filter.Statuses)
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

// pageOfCertificates reads the window of a list. What exact conditions find says
// with each row how many there are, so that a page is read and judged by one
// statement.
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
	if err != nil {
		return nil, err
	}
	certificatesTogether(l.now, found)
	return page.NewConnection(w, found, func(c *Certificate) page.Key { return c.place(m.Order) }, func(ctx context.Context) (int, error) {
		return count(ctx, i.read, l.counted())
	}), nil
}
