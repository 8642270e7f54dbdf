package inventory_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// hall is a small world with a seat for everything that a view of seats tells
// apart, looked at 100 days after it was made. Each is named by its seatId.
type hall struct {
	*world
	other id.ID
}

func newHall(t *testing.T) *hall {
	t.Helper()
	w := newWorld(t, 50)
	h := &hall{world: w, other: w.newUnit("sales", 50)}
	seat := func(unit id.ID, kind lifecycle.SeatType, name, change string, args ...any) {
		p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: unit, SeatType: kind, SeatID: name})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if change != "" {
			w.past(`UPDATE seats SET `+change+` WHERE seat_key = '`+name+`'`, args...)
		}
		w.set(time.UnixMicro(w.now.Load()).Add(time.Minute))
	}
	looked := morning.Add(100 * day)
	seat(w.unit, lifecycle.User, "never-used", "")
	seat(w.unit, lifecycle.User, "unused-90", "unused_since = $1", looked.Add(-90*day))
	seat(w.unit, lifecycle.User, "unused-89", "unused_since = $1", looked.Add(-90*day).Add(time.Microsecond))
	seat(w.unit, lifecycle.User, "enrolled", "status = 'ENROLLED', active_enrollments = 1")
	seat(w.unit, lifecycle.User, "consumed", "status = 'CONSUMED', consumed = true, valid_certificates = 1, active_enrollments = 1")
	seat(w.unit, lifecycle.User, "deleted", "status = 'DELETED', deleted_at = $1, updated_at = $1", morning.Add(day))
	seat(w.unit, lifecycle.Device, "device", "updated_at = $1", morning.Add(2*day))
	seat(h.other, lifecycle.User, "elsewhere", "")
	w.set(morning.Add(95 * day))
	seat(w.unit, lifecycle.User, "new", "")
	w.set(looked)
	return h
}

// seats are the seatIds of a list, sorted; the count must agree, in every order.
func (h *hall) seats(v viewer.Viewer, view *inventory.SeatView, filter *inventory.SeatFilter) []string {
	h.t.Helper()
	var got []string
	for n, field := range []inventory.SeatOrderField{inventory.SeatOrderCreatedAt, inventory.SeatOrderUpdatedAt, inventory.SeatOrderSeatID} {
		p, err := h.Inventory.Seats(h.as(v), page.Args{First: ptr(100)}, inventory.SeatListInput{View: view, Filter: filter, OrderBy: &inventory.SeatOrder{Field: field, Direction: page.Ascending}})
		granted(h.t, err)
		count, err := p.TotalCount(h.as(v))
		granted(h.t, err)
		shown := sorted(namesOf(p.Nodes()))
		if count != len(shown) || n > 0 && !slices.Equal(shown, got) {
			h.t.Errorf("by %s %v are shown, %d are counted; in another order %v", field, shown, count, got)
		}
		got = shown
	}
	return got
}

// namesOf are the seatIds of seats, in their order.
func namesOf(seats []*inventory.Seat) []string {
	out := make([]string, len(seats))
	for i, s := range seats {
		out[i] = s.SeatID
	}
	return out
}

func TestEachViewOfSeatsShowsWhatItSays(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	live := []string{"consumed", "device", "elsewhere", "enrolled", "never-used", "new", "unused-89", "unused-90"}
	local := person("local", lifecycle.ViewOnly, "research")
	of := func(s ...lifecycle.SeatStatus) *inventory.SeatFilter { return &inventory.SeatFilter{Statuses: s} }
	for _, c := range []struct {
		name   string
		view   inventory.SeatView
		by     viewer.Viewer
		filter *inventory.SeatFilter
		want   []string
	}{
		{"no view", "", looker, nil, live},
		{"no view, deleted ones and consumed ones twice", "", looker, of(lifecycle.SeatDeleted, lifecycle.SeatConsumed, lifecycle.SeatDeleted), []string{"consumed", "deleted"}},
		{"all", inventory.SeatsAll, looker, nil, live},
		{"all of one business unit", inventory.SeatsAll, local, nil, without(live, "elsewhere")},
		{"all of no business unit", inventory.SeatsAll, person("nowhere", lifecycle.ViewOnly, "no-such-unit"), nil, nil},
		{"all, but only deleted ones", inventory.SeatsAll, looker, of(lifecycle.SeatDeleted), nil},
		{"all, but only enrolled and deleted ones", inventory.SeatsAll, looker, of(lifecycle.SeatDeleted, lifecycle.SeatEnrolled), []string{"enrolled"}},
		{"not enrolled", inventory.SeatsNotEnrolled, looker, nil, without(live, "consumed", "enrolled")},
		{"not enrolled, but only consumed ones", inventory.SeatsNotEnrolled, looker, of(lifecycle.SeatConsumed), nil},
		{"enrolled", inventory.SeatsEnrolled, looker, nil, []string{"enrolled"}},
		{"consumed", inventory.SeatsConsumed, looker, nil, []string{"consumed"}},
		{"unused", inventory.SeatsUnused, looker, nil, []string{"device", "elsewhere", "never-used", "unused-90"}},
		{"unused ones of one business unit", inventory.SeatsUnused, local, nil, []string{"device", "never-used", "unused-90"}},
		{"unused devices", inventory.SeatsUnused, looker, &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device}}, []string{"device"}},
		{"deleted", inventory.SeatsDeleted, looker, nil, []string{"deleted"}},
		{"deleted ones elsewhere", inventory.SeatsDeleted, person("sales", lifecycle.ViewOnly, "sales"), nil, nil},
	} {
		var view *inventory.SeatView
		if c.view != "" {
			view = &c.view
		}
		if got := h.seats(c.by, view, c.filter); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %v\nwant %v", c.name, got, c.want)
		}
	}
}

func TestEachFilterOfSeats(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	live := []string{"consumed", "device", "elsewhere", "enrolled", "never-used", "new", "unused-89", "unused-90"}
	enrolled := h.one("enrolled").CreatedAt
	for _, c := range []struct {
		name   string
		filter inventory.SeatFilter
		want   []string
	}{
		{"a business unit, twice", inventory.SeatFilter{BusinessUnitIDs: []id.ID{h.other, h.other}}, []string{"elsewhere"}},
		{"no business unit", inventory.SeatFilter{BusinessUnitIDs: []id.ID{}}, nil},
		{"a type, twice", inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device, lifecycle.Device}}, []string{"device"}},
		{"a type and its business unit", inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device, lifecycle.Device}, BusinessUnitIDs: []id.ID{h.unit}}, []string{"device"}},
		{"a type and another business unit", inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device}, BusinessUnitIDs: []id.ID{h.other}}, nil},
		{"no type", inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{}}, nil},
		{"seatIds in any case, twice", inventory.SeatFilter{SeatIDs: []string{"NEW", " new", "deleted", "nobody"}}, []string{"new"}},
		{"a seatId of a business unit", inventory.SeatFilter{SeatIDs: []string{"new", "elsewhere"}, BusinessUnitIDs: []id.ID{h.other}}, []string{"elsewhere"}},
		{"a seatId of a type in a business unit", inventory.SeatFilter{SeatIDs: []string{"new", "device"}, SeatTypes: []lifecycle.SeatType{lifecycle.Device}, BusinessUnitIDs: []id.ID{h.unit}}, []string{"device"}},
		{"no seatId", inventory.SeatFilter{SeatIDs: []string{}}, nil},
		{"created since", inventory.SeatFilter{CreatedSince: &enrolled}, without(live, "never-used", "unused-89", "unused-90")},
		{"created before", inventory.SeatFilter{CreatedBefore: &enrolled}, []string{"never-used", "unused-89", "unused-90"}},
		{"updated since", inventory.SeatFilter{UpdatedSince: ptr(morning.Add(2 * day))}, []string{"device", "new"}},
		{"updated before", inventory.SeatFilter{UpdatedBefore: ptr(morning.Add(2 * day))}, without(live, "device", "new")},
		{"deleted and updated", inventory.SeatFilter{Statuses: []lifecycle.SeatStatus{lifecycle.SeatDeleted}, UpdatedSince: ptr(morning.Add(day)), UpdatedBefore: ptr(morning.Add(day + time.Microsecond))}, []string{"deleted"}},
	} {
		if got := h.seats(looker, nil, &c.filter); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %v\nwant %v", c.name, got, c.want)
		}
	}
}

// one is the seat with the seatId, whatever its status.
func (h *hall) one(seatID string) *inventory.Seat {
	h.t.Helper()
	p, err := h.Inventory.Seats(h.as(boss), page.Args{}, inventory.SeatListInput{Filter: &inventory.SeatFilter{SeatIDs: []string{seatID}, Statuses: lifecycle.SeatStatuses}})
	granted(h.t, err)
	if len(p.Edges) != 1 {
		h.t.Fatalf("%d seats are called %s", len(p.Edges), seatID)
	}
	return p.Edges[0].Node
}

func TestSinceWhenASeatIsUnused(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for seatID, want := range map[string]time.Time{
		"never-used": morning, "unused-90": morning.Add(10 * day), "enrolled": {}, "consumed": {}, "deleted": {},
	} {
		got := h.one(seatID).UnusedSince
		if got == nil != want.IsZero() || got != nil && (!got.Equal(want) || got.Location() != time.UTC) {
			t.Errorf("%s is unused since %v, want %v", seatID, got, want)
		}
	}
}

// TestTheFigureCreatedOpensAsManySeats: however many seats of other types the
// business unit has, the view ALL counts as the dashboard says.
func TestTheFigureCreatedOpensAsManySeats(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.past(`INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key)
SELECT gen_random_uuid(), $1, $1, $1, $2, 'SERVER', 'host-' || n, 'host-' || n FROM generate_series(1, 10050) n`, morning.Add(200*day), h.unit.UUID)
	all := inventory.SeatsAll
	for _, unit := range []id.ID{h.unit, h.other} {
		for _, kind := range []lifecycle.SeatType{lifecycle.User, lifecycle.Device, lifecycle.Organization} {
			created := h.count(`SELECT coalesce(sum(created), 0) FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = $2`, unit.UUID, string(kind))
			deleted := h.count(`SELECT count(*) FROM seats WHERE business_unit_id = $1 AND seat_type = $2 AND status = 'DELETED'`, unit.UUID, string(kind)) // past the use case, so still in the figure
			filter := &inventory.SeatFilter{BusinessUnitIDs: []id.ID{unit}, SeatTypes: []lifecycle.SeatType{kind}}
			p, err := h.Inventory.Seats(h.as(looker), page.Args{First: ptr(100)}, inventory.SeatListInput{View: &all, Filter: filter, OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending}})
			granted(t, err)
			n, err := p.TotalCount(h.as(looker))
			granted(t, err)
			if n != created-deleted || n != len(p.Edges) {
				t.Errorf("%s: the figure is %d, of which %d are deleted; %d are counted, %d shown", kind, created, deleted, n, len(p.Edges))
			}
		}
	}
	// In the order of time the few of the type lie behind the many, and have an index.
	// Where they have none that is said, and not shown as an empty page.
	devices := &inventory.SeatFilter{BusinessUnitIDs: []id.ID{h.unit}, SeatTypes: []lifecycle.SeatType{lifecycle.Device}}
	p, err := h.Inventory.Seats(h.as(looker), page.Args{}, inventory.SeatListInput{View: &all, Filter: devices})
	granted(t, err)
	if got := namesOf(p.Nodes()); !slices.Equal(got, []string{"device"}) {
		t.Errorf("few of many in the order of time: %v", got)
	}
	_, err = h.Inventory.Seats(h.as(looker), page.Args{}, inventory.SeatListInput{View: &all, Filter: devices, OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderUpdatedAt, Direction: page.Descending}})
	if no := refusal.Find(err); no == nil || no.Code != page.TooBroad || !strings.Contains(no.Message, "order by") {
		t.Errorf("few of many in the order of changes: %v", err)
	}
}
