package inventory

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// SeatOrder is how a list of seats is ordered.
type SeatOrder struct {
	Field     SeatOrderField
	Direction page.Direction
}

// SeatOrderField is what seats can be ordered by.
type SeatOrderField string

// The fields that seats can be ordered by.
const (
	SeatOrderCreatedAt SeatOrderField = "CREATED_AT"
	SeatOrderUpdatedAt SeatOrderField = "UPDATED_AT"
	SeatOrderSeatID    SeatOrderField = "SEAT_ID"
)

var seatOrders = map[SeatOrderField][2]string{
	SeatOrderCreatedAt: {"created_at", "timestamptz"},
	SeatOrderUpdatedAt: {"updated_at", "timestamptz"},
	SeatOrderSeatID:    {"seat_key", "text"},
}

// MarshalGQL writes the field as a GraphQL enum value.
func (f SeatOrderField) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(f))) }

// UnmarshalGQL reads a GraphQL enum value.
func (f *SeatOrderField) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if _, ok := seatOrders[SeatOrderField(s)]; !ok {
		return fmt.Errorf("seats cannot be ordered by %v", v)
	}
	*f = SeatOrderField(s)
	return nil
}

// Seats is one page of the seats of the viewer's business units: those that the
// view shows, the search finds and the filter lets pass; with neither a view nor a
// filter of statuses, all but the deleted ones. Refused: INVALID (the search's
// form, a cursor of another list), FILTER_TOO_BROAD, SEARCH_TOO_BROAD.
func (i *Inventory) Seats(ctx context.Context, args page.Args, view *SeatView, search *string, filter *SeatFilter, order *SeatOrder) (*page.Connection[*Seat], error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewSeats) {
		return nil, v.Lacks("seats", lifecycle.ViewSeats)
	}
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	if order == nil {
		order = &SeatOrder{SeatOrderCreatedAt, page.Descending}
	}
	if filter == nil {
		filter = &SeatFilter{}
	}
	sought, no := asSearch(search)
	if no != nil {
		return nil, no
	}
	window, err := args.Open("seats", view, sought, filter, order)
	if err != nil {
		return nil, err
	}
	l := seatList{scope: sc, search: sought, filter: *filter, order: *order, now: i.store.Now(ctx)}
	if view != nil {
		l.view = *view
	}
	if !l.open() {
		return page.Empty[*Seat](), nil
	}
	if sought != nil {
		if l.rare, err = rareParts(ctx, i.read, "seats", strings.Fields(string(*sought))); err != nil {
			return nil, err
		}
	}
	return i.pageOfSeats(ctx, l, window)
}

// seatList turns a view, a search and a filter into branches, what the branches'
// indexes answer, and what is left.
type seatList struct {
	scope  scope.Scope
	view   SeatView        // empty for none
	search *search         // nil for none
	rare   map[string]bool // parts of the search, for the index
	filter SeatFilter
	order  SeatOrder
	now    time.Time

	units    []uuid.UUID // nil for every one
	statuses []lifecycle.SeatStatus
}

// open settles which business units and statuses are read; false when nothing can
// match.
func (l *seatList) open() bool {
	some := true
	switch {
	case l.filter.BusinessUnitIDs != nil:
		l.units, some = within(l.scope, l.filter.BusinessUnitIDs)
	case !l.scope.All:
		l.units = l.scope.IDs()
		some = len(l.units) > 0
	}
	l.statuses = l.view.statuses()
	switch {
	case l.filter.Statuses == nil:
	case l.view == "":
		l.statuses = intersection(lifecycle.SeatStatuses, l.filter.Statuses)
	default:
		l.statuses = intersection(l.statuses, l.filter.Statuses)
	}
	return some && len(l.statuses) > 0 && !l.filter.empty()
}

// merge is the list, in its order.
func (l *seatList) merge() page.Merge {
	m := page.Merge{
		Table: "seats s", Alias: "s",
		Order: seatOrders[l.order.Field][0], Cast: seatOrders[l.order.Field][1], Descending: l.order.Direction == page.Descending,
	}
	var b page.Branch
	if l.search == nil {
		b = l.branch(&m)
		b.Where = append(b.Where, l.times(&m)...)
	} else {
		l.lookIn(&m)
		b = l.found(&m)
		b.Where = append(append(b.Where, l.times(&m)...), m.Residual...)
		m.Residual = nil
	}
	m.Branches = []page.Branch{b}
	return m
}

// counted is the list as it is counted: its order is free, so that the index which
// answers most is taken. By that of the types the figure `created` of a business
// unit is told however many seats of other types there are.
func (l *seatList) counted() page.Merge {
	c := *l
	switch {
	case l.filter.ranged():
	case l.typed():
		c.order.Field = SeatOrderSeatID
	case l.view == SeatsUnused:
		c.order.Field = SeatOrderCreatedAt
	}
	return c.merge()
}

// pageOfSeats reads the window of a list. A search says with each row how many
// seats it found, so that a page is read and judged by one statement.
func (i *Inventory) pageOfSeats(ctx context.Context, l seatList, w page.Window) (*page.Connection[*Seat], error) {
	m, columns, found := l.merge(), seatColumns("s"), 0
	m.Columns = expressions(columns)
	var front func(*Seat) []any
	if l.search != nil {
		m.Columns = append([]string{"s.found"}, m.Columns...)
		front = func(*Seat) []any { return []any{&found} }
	}
	statement, args := m.Page(w)
	seats, err := readAll(ctx, i.read, statement, args, columns, front)
	if err != nil {
		return nil, fmt.Errorf("read a page of seats: %w", err)
	}
	if l.search == nil {
		err = tooBroad(ctx, i.read, m, w, len(seats))
	} else {
		err = l.tooMuch(ctx, i.read, found)
	}
	if err != nil {
		return nil, err
	}
	seatsTogether(seats)
	return page.NewConnection(w, seats, func(s *Seat) page.Key { return s.place(m.Order) }, func(ctx context.Context) (int, error) {
		return count(ctx, i.read, l.counted())
	}), nil
}
