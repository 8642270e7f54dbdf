package inventory

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
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
}

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

// Seats is one page of the seats of the viewer's business units; of all
// statuses but DELETED unless the filter names some.
func (i *Inventory) Seats(ctx context.Context, args page.Args, filter *SeatFilter, order *SeatOrder) (*page.Connection[*Seat], error) {
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
	window, err := args.Open("seats", filter, order)
	if err != nil {
		return nil, err
	}
	units, some := sc.IDs(), sc.All || len(sc.IDs()) > 0
	if filter.BusinessUnitIDs != nil {
		units, some = within(sc, filter.BusinessUnitIDs)
	}
	if !some || isEmpty(filter.SeatTypes) || isEmpty(filter.Statuses) || isEmpty(filter.SeatIDs) {
		return page.Empty[*Seat](), nil
	}
	m := page.Merge{Table: "seats s", Alias: "s", Order: seatOrders[order.Field][0], Cast: seatOrders[order.Field][1], Descending: order.Direction == page.Descending}
	statuses := filter.Statuses
	if statuses == nil {
		statuses = []lifecycle.SeatStatus{lifecycle.SeatCreated, lifecycle.SeatEnrolled, lifecycle.SeatConsumed}
	}
	statuses = slices.Compact(slices.Sorted(slices.Values(statuses)))
	everyUnit := sc.All && filter.BusinessUnitIDs == nil
	b := page.Branch{From: "unnest(" + m.Arg(pq.Array(statuses)) + "::text[]) AS b(status)", Where: []string{"s.status = b.status"}}
	switch {
	case everyUnit:
	case len(units) <= mostUnits:
		b.From += " CROSS JOIN unnest(" + m.Arg(pq.Array(units)) + "::uuid[]) AS u(unit)"
		b.Where = append(b.Where, "s.business_unit_id = u.unit")
	default:
		b.Where = append(b.Where, "s.business_unit_id = ANY("+m.Arg(pq.Array(units))+"::uuid[])")
	}
	anyOf(&m, "s.seat_type", filter.SeatTypes)
	if filter.SeatIDs != nil {
		keys := make([]string, 0, len(filter.SeatIDs))
		for _, s := range filter.SeatIDs {
			if _, no := line("seatIds", &s, 1, 255); no == nil { // what no seat can have finds none
				keys = append(keys, seatKey(s))
			}
		}
		anyOf(&m, "s.seat_key", keys)
	}
	for _, c := range []struct {
		op string
		at *time.Time
	}{{">=", filter.CreatedSince}, {"<", filter.CreatedBefore}} {
		if c.at == nil {
			continue
		}
		condition := "s.created_at " + c.op + " " + m.Arg(*c.at)
		if m.Order == "created_at" {
			b.Where = append(b.Where, condition)
		} else {
			m.Residual = append(m.Residual, condition)
		}
	}
	m.Branches = []page.Branch{b}
	return i.pageOfSeats(ctx, m, window)
}

func (i *Inventory) pageOfSeats(ctx context.Context, m page.Merge, w page.Window) (*page.Connection[*Seat], error) {
	columns := seatColumns("s")
	m.Columns = expressions(columns)
	statement, args := m.Page(w)
	seats, err := readAll(ctx, i.read, statement, args, columns, nil)
	if err != nil {
		return nil, fmt.Errorf("read a page of seats: %w", err)
	}
	if err := tooBroad(ctx, i.read, m, w, len(seats)); err != nil {
		return nil, err
	}
	seatsTogether(seats)
	return page.NewConnection(w, seats, func(s *Seat) page.Key { return s.place(m.Order) }, func(ctx context.Context) (int, error) {
		return count(ctx, i.read, m)
	}), nil
}
