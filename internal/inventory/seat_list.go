package inventory

import (
	"context"
	"fmt"
	"io"
	"strconv"
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
// filter of statuses, all but the deleted ones. Refused: FORBIDDEN, INVALID (the form
// of the search or of a value of the filter, a cursor of another list),
// FILTER_TOO_BROAD, SEARCH_TOO_BROAD.
func (i *Inventory) Seats(ctx context.Context, args page.Args, in SeatListInput) (*page.Connection[*Seat], error) {
	l, some, err := i.listOfSeats(ctx, in)
	if err != nil {
		return nil, err
	}
	window, err := args.Open("seats", l.view, l.search, l.filter, l.order)
	if err != nil {
		return nil, err
	}
	if !some {
		return page.Empty[*Seat](), nil
	}
	return i.pageOfSeats(ctx, l, window)
}

// listOfSeats is the list that the input describes for the context's viewer; false
// when nothing can match.
func (i *Inventory) listOfSeats(ctx context.Context, in SeatListInput) (l seatList, some bool, err error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewSeats) {
		return l, false, v.Lacks("seats", lifecycle.ViewSeats)
	}
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return l, false, err
	}
	l = seatList{scope: sc, order: SeatOrder{SeatOrderCreatedAt, page.Descending}, now: i.store.Now(ctx)}
	if in.View != nil {
		l.view = *in.View
	}
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
		if l.rare, err = i.samples.rare(ctx, i.read, i.store.Now(ctx), "seats", texts); err != nil {
			return l, false, err
		}
	}
	return l, true, nil
}

// seatList turns a view, a search and a filter into branches, what the branches'
// indexes answer, and what is left.
type seatList struct {
	scope  scope.Scope
	view   SeatView        // empty for none
	search *search         // nil for none
	rare   map[string]bool // parts of what is looked for, for the index
	filter SeatFilter
	order  SeatOrder
	now    time.Time

	units    []uuid.UUID          // nil for every one
	types    []lifecycle.SeatType // nil for every one
	statuses []lifecycle.SeatStatus
	// byUnused: the list is made of the few seats that are unused, found by their index.
	byUnused bool
	// counting: the order is free, so that this index tells how many there are.
	counting bool
}

// open settles which business units, types and statuses are read; false when nothing
// can match.
func (l *seatList) open() bool {
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
	l.types, l.statuses = l.filter.types(), l.shown()
	return some && (l.types == nil || len(l.types) > 0) && len(l.statuses) > 0 && !l.filter.empty()
}

// shown are the statuses that the view and the filter leave; an unused seat is
// one in status CREATED.
func (l *seatList) shown() []lifecycle.SeatStatus {
	all := l.view.statuses()
	switch {
	case l.filter.Statuses == nil:
	case l.view == "":
		all = intersection(lifecycle.SeatStatuses, l.filter.Statuses)
	default:
		all = intersection(all, l.filter.Statuses)
	}
	if l.filter.UnusedBefore != nil {
		all = intersection(all, []lifecycle.SeatStatus{lifecycle.SeatCreated})
	}
	return except(all, l.filter.ExcludeStatuses)
}

// texts are those that are looked for in the seats' search_text.
func (l *seatList) texts() []string {
	if l.search == nil {
		return l.filter.Emails
	}
	return append(strings.Fields(string(*l.search)), l.filter.Emails...)
}

// merge is the list, in its order; exact reports whether it is made of the few seats
// that a search or addresses find.
func (l *seatList) merge() (m page.Merge, exact bool) {
	m = page.Merge{
		Table: "seats s", Alias: "s",
		Order: seatOrders[l.order.Field][0], Cast: seatOrders[l.order.Field][1], Descending: l.order.Direction == page.Descending,
	}
	if l.counting {
		m.Order = unusedSince
	}
	if exact = l.lookIn(&m); exact {
		m.Branches = []page.Branch{l.found(&m)}
		return m, exact
	}
	m.Branches = l.branches(&m)
	return m, exact
}

// counted is the list as it is counted: its order is free, so that the index which
// answers most is taken. By that of the types the figure `created` of a business
// unit is told however many seats of other types there are.
func (l *seatList) counted() page.Merge {
	c := *l
	switch {
	case l.search != nil || l.filter.Emails != nil:
	case l.filter.CreatedSince != nil || l.filter.CreatedBefore != nil:
		c.order.Field = SeatOrderCreatedAt
	case l.filter.ranged():
		c.order.Field = SeatOrderUpdatedAt
	case l.typed():
		c.order.Field = SeatOrderSeatID
	case len(l.unused()) > 0:
		c.counting = true
	}
	m, _ := c.merge()
	return m
}

// pageOfSeats reads the window of a list. What a search finds says with each row how
// much that is, so that a page is read and judged by one statement.
func (i *Inventory) pageOfSeats(ctx context.Context, l seatList, w page.Window) (*page.Connection[*Seat], error) {
	m, exact := l.merge()
	columns, found := seatColumns("s"), 0
	m.Columns = expressions(columns)
	var front func(*Seat) []any
	if exact {
		m.Columns = append([]string{"s.found"}, m.Columns...)
		front = func(*Seat) []any { return []any{&found} }
	}
	statement, args := m.Page(w)
	seats, err := readAll(ctx, i.read, statement, args, columns, front)
	if err != nil {
		return nil, fmt.Errorf("read a page of seats: %w", err)
	}
	if exact {
		err = l.tooMuch(ctx, i.read, found)
	} else {
		err = tooBroad(ctx, i.read, m, w, len(seats))
	}
	if no := refusal.Find(err); no != nil && !exact && l.mayBeFew() {
		l.byUnused = true
		return i.pageOfSeats(ctx, l, w)
	}
	if err != nil {
		return nil, err
	}
	seatsTogether(seats)
	return page.NewConnection(w, seats, func(s *Seat) page.Key { return s.place(m.Order) }, func(ctx context.Context) (int, error) {
		return count(ctx, i.read, l.counted())
	}), nil
}
