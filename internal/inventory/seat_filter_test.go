package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// benches is a world of seats that differ in everything a filter asks about, three of
// each instant, looked at 100 days after the first.
type benches struct {
	*world
	units []id.ID
	// rows are the seats as the database has them.
	rows []bench
}

// bench is a row of seats.
type bench struct {
	name, email, called     string
	kind                    lifecycle.SeatType
	status                  lifecycle.SeatStatus
	unit                    uuid.UUID
	created, updated, since time.Time
}

func newBenches(t *testing.T) *benches {
	t.Helper()
	w := newWorld(t, 0)
	b := &benches{world: w, units: []id.ID{w.unit, w.newUnit("sales", 0), w.newUnit("legal", 0)}}
	kinds := []lifecycle.SeatType{lifecycle.User, lifecycle.Device, lifecycle.Server, lifecycle.Organization}
	for n := range 240 {
		row := bench{
			name: fmt.Sprintf("Seat-%03d", n), kind: kinds[n*7%4], status: lifecycle.SeatStatuses[n*5/3%4], unit: b.units[n/2%3].UUID,
			created: morning.Add(time.Duration(n/3) * 24 * time.Hour), updated: morning.Add(time.Duration(n*11%240) * 24 * time.Hour), since: morning.Add(time.Duration(n/3+n%5) * 24 * time.Hour),
		}
		if n%3 > 0 {
			row.email = fmt.Sprintf("Person-%d@Example.org", n%9)
		}
		if n%4 > 1 {
			row.called = fmt.Sprintf("person-%d@example.org", n%9) // a name that looks like an address is none
		}
		b.rows = append(b.rows, row)
		b.past(`INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key, name, email, search_text, status, consumed, active_enrollments, deleted_at)
SELECT gen_random_uuid(), $1, $2, $3, $4, $5, $6::text, lower($6), $7::text, $8::text, E'\n' || lower($6) || E'\n' || lower($8) || E'\n' || lower($7), $9::text, $9 = 'CONSUMED', CASE WHEN $9 = 'ENROLLED' THEN 1 ELSE 0 END, CASE WHEN $9 = 'DELETED' THEN $2::timestamptz END`,
			row.created, row.updated, row.since, row.unit, string(row.kind), row.name, row.called, row.email, string(row.status))
	}
	w.set(morning.Add(150 * day))
	return b
}

// TestAListOfSeatsIsWhatItsFilterSays: each filter, alone and with each other, in each
// view and order, lists those seats that a loop over all of them finds, as a page, as a
// whole and as a count.
func TestAListOfSeatsIsWhatItsFilterSays(t *testing.T) {
	t.Parallel()
	b := newBenches(t)
	type filter = inventory.SeatFilter
	at := func(days int) *time.Time { return ptr(morning.Add(time.Duration(days) * 24 * time.Hour)) }
	filters := []struct {
		name, field string
		put         func(*filter)
		fits        func(bench) bool
	}{
		{"a business unit", "", func(f *filter) { f.BusinessUnitIDs = b.units[1:2] }, func(r bench) bool { return r.unit == b.units[1].UUID }},
		{"two types", "", func(f *filter) {
			f.SeatTypes = []lifecycle.SeatType{lifecycle.Server, lifecycle.User, lifecycle.Server}
		}, func(r bench) bool { return r.kind == lifecycle.Server || r.kind == lifecycle.User }},
		{"statuses", "", func(f *filter) { f.Statuses = []lifecycle.SeatStatus{lifecycle.SeatCreated, lifecycle.SeatDeleted} }, func(r bench) bool { return r.status == lifecycle.SeatCreated || r.status == lifecycle.SeatDeleted }},
		{"seatIds", "", func(f *filter) { f.SeatIDs = []string{"SEAT-001", "seat-100", "seat-101", "seat-102", "seat-103"} }, func(r bench) bool {
			return slices.Contains([]string{"Seat-001", "Seat-100", "Seat-101", "Seat-102", "Seat-103"}, r.name)
		}},
		{"addresses", "", func(f *filter) {
			f.Emails = []string{" PERSON-1@example.org", "person-5@example.org", "nobody@example.org"}
		}, func(r bench) bool { return r.email == "Person-1@Example.org" || r.email == "Person-5@Example.org" }},
		{"an address", "", func(f *filter) { f.HasEmail = ptr(true) }, func(r bench) bool { return r.email != "" }},
		{"no address", "an address", func(f *filter) { f.HasEmail = ptr(false) }, func(r bench) bool { return r.email == "" }},
		{"a name", "", func(f *filter) { f.HasName = ptr(true) }, func(r bench) bool { return r.called != "" }},
		{"no name", "a name", func(f *filter) { f.HasName = ptr(false) }, func(r bench) bool { return r.called == "" }},
		{"unused", "", func(f *filter) { f.UnusedBefore = at(50) }, func(r bench) bool { return r.status == lifecycle.SeatCreated && r.since.Before(*at(50)) }},
		{"no such types", "", func(f *filter) { f.ExcludeSeatTypes = []lifecycle.SeatType{lifecycle.Device, lifecycle.User} }, func(r bench) bool { return r.kind != lifecycle.Device && r.kind != lifecycle.User }},
		{"no such statuses", "", func(f *filter) { f.ExcludeStatuses = []lifecycle.SeatStatus{lifecycle.SeatConsumed} }, func(r bench) bool { return r.status != lifecycle.SeatConsumed }},
		{"no such business unit", "", func(f *filter) { f.ExcludeBusinessUnitIDs = b.units[:1] }, func(r bench) bool { return r.unit != b.units[0].UUID }},
		{"created", "", func(f *filter) { f.CreatedSince, f.CreatedBefore = at(20), at(60) }, func(r bench) bool { return !r.created.Before(*at(20)) && r.created.Before(*at(60)) }},
		{"updated", "", func(f *filter) { f.UpdatedSince, f.UpdatedBefore = at(20), at(200) }, func(r bench) bool { return !r.updated.Before(*at(20)) && r.updated.Before(*at(200)) }},
	}
	views := map[inventory.SeatView]func(bench) bool{
		"":                         func(r bench) bool { return r.status != lifecycle.SeatDeleted },
		inventory.SeatsEnrolled:    func(r bench) bool { return r.status == lifecycle.SeatEnrolled },
		inventory.SeatsUnused:      func(r bench) bool { return r.status == lifecycle.SeatCreated && !r.since.After(morning.Add(60*day)) },
		inventory.SeatsDeleted:     func(r bench) bool { return r.status == lifecycle.SeatDeleted },
		inventory.SeatsAll:         func(r bench) bool { return r.status != lifecycle.SeatDeleted },
		inventory.SeatsConsumed:    func(r bench) bool { return r.status == lifecycle.SeatConsumed },
		inventory.SeatsNotEnrolled: func(r bench) bool { return r.status == lifecycle.SeatCreated },
	}
	orders := []inventory.SeatOrder{
		{Field: inventory.SeatOrderCreatedAt, Direction: page.Ascending}, {Field: inventory.SeatOrderUpdatedAt, Direction: page.Descending}, {Field: inventory.SeatOrderSeatID, Direction: page.Ascending},
		{Field: inventory.SeatOrderSeatID, Direction: page.Descending}, {Field: inventory.SeatOrderCreatedAt, Direction: page.Descending}, {Field: inventory.SeatOrderUpdatedAt, Direction: page.Ascending},
	}
	turn := 0
	for n, one := range filters {
		for _, other := range filters[n:] {
			if other.field == one.name {
				continue // they set the same field
			}
			for view, shows := range views {
				turn++
				v, seen := looker, b.units
				if turn%3 == 0 {
					v, seen = person("local", lifecycle.ViewOnly, "research", "sales"), b.units[:2]
				}
				var f filter
				one.put(&f)
				other.put(&f)
				in := inventory.SeatListInput{Filter: &f, OrderBy: &orders[turn%len(orders)]}
				if view != "" {
					in.View = &view
				} else if f.Statuses != nil {
					shows = func(bench) bool { return true }
				}
				var want []bench
				for _, r := range b.rows {
					if shows(r) && one.fits(r) && other.fits(r) && slices.ContainsFunc(seen, func(u id.ID) bool { return u.UUID == r.unit }) {
						want = append(want, r)
					}
				}
				b.lists(v, in, want, fmt.Sprintf("%q with %s and %s by %v for %s", view, one.name, other.name, *in.OrderBy, v.Subject))
			}
		}
	}
}

// lists checks that a list shows these, in its order; in full and by pages.
func (b *benches) lists(v viewer.Viewer, in inventory.SeatListInput, want []bench, what string) {
	b.t.Helper()
	ctx := b.as(v)
	var whole []*inventory.Seat
	granted(b.t, b.Inventory.EachSeat(ctx, in, func(some []*inventory.Seat) error {
		whole = append(whole, some...)
		return nil
	}))
	var names []string
	for _, r := range want {
		names = append(names, r.name)
	}
	if got := sorted(namesOf(whole)); !slices.Equal(got, sorted(names)) {
		b.t.Errorf("%s:\n got %v\nwant %v", what, got, sorted(names))
		return
	}
	if !slices.IsSortedFunc(whole, func(x, y *inventory.Seat) int {
		order := map[inventory.SeatOrderField]int{
			inventory.SeatOrderCreatedAt: x.CreatedAt.Compare(y.CreatedAt), inventory.SeatOrderUpdatedAt: x.UpdatedAt.Compare(y.UpdatedAt),
			inventory.SeatOrderSeatID: strings.Compare(strings.ToLower(x.SeatID), strings.ToLower(y.SeatID)),
		}[in.OrderBy.Field]
		if order == 0 {
			order = slices.Compare(x.ID.UUID[:], y.ID.UUID[:])
		}
		if in.OrderBy.Direction == page.Descending {
			return -order
		}
		return order
	}) {
		b.t.Errorf("%s: out of order: %v", what, namesOf(whole))
	}
	var paged []string
	for args := (page.Args{First: ptr(37)}); ; {
		p, err := b.Inventory.Seats(ctx, args, in)
		granted(b.t, err)
		paged = append(paged, namesOf(p.Nodes())...)
		if args.After == nil {
			if n, err := p.TotalCount(ctx); err != nil || n != len(want) {
				b.t.Errorf("%s: %d are counted, %v; want %d", what, n, err, len(want))
			}
		}
		if !p.PageInfo.HasNextPage {
			break
		}
		args.After = p.PageInfo.EndCursor
	}
	if !slices.Equal(paged, namesOf(whole)) {
		b.t.Errorf("%s: pages make\n%v, the whole list is\n%v", what, paged, namesOf(whole))
	}
	ids, err := b.Inventory.SeatIDs(ctx, in, 5)
	if granted(b.t, err); len(ids) != min(6, len(want)) || len(ids) > 0 && ids[len(ids)-1] != whole[len(ids)-1].ID.UUID {
		b.t.Errorf("%s: %d ids of five and one more, the last %v", what, len(ids), ids)
	}
	if n, capped, err := b.Inventory.CountSeats(ctx, in); err != nil || capped || n != len(want) {
		b.t.Errorf("%s: counted %d, capped %v, %v; want %d", what, n, capped, err, len(want))
	}
}

func TestTheFormOfAFilterOfSeats(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	many := make([]string, 101)
	for n := range many {
		many[n] = fmt.Sprintf("person-%d@example.org", n)
	}
	for _, c := range []struct {
		name, says, field string
		of                inventory.SeatFilter
	}{
		{"no address", `Value 2 of the filter's emails is no e-mail address`, "input.filter.emails.1", inventory.SeatFilter{Emails: []string{"ada@example.org", "ada at example.org"}}},
		{"an empty address", "is empty", "input.filter.emails.0", inventory.SeatFilter{Emails: []string{" "}}},
		{"an address with a NUL", "control character U+0000", "input.filter.emails.0", inventory.SeatFilter{Emails: []string{"a\x00@example.org"}}},
		{"a seatId of two lines", "control character U+000A", "input.filter.seatIds.1", inventory.SeatFilter{SeatIDs: []string{"a", "a\nb"}}},
		{"101 addresses", "has 101 values; up to 100", "input.filter.emails", inventory.SeatFilter{Emails: many}},
		{"created backwards", "createdSince must be earlier than createdBefore", "input.filter.createdBefore", inventory.SeatFilter{CreatedSince: ptr(morning.Add(day)), CreatedBefore: ptr(morning)}},
		{"updated at no moment", "updatedSince must be earlier than updatedBefore", "input.filter.updatedBefore", inventory.SeatFilter{UpdatedSince: ptr(morning), UpdatedBefore: ptr(morning)}},
	} {
		in := inventory.SeatListInput{Filter: &c.of}
		_, err := w.Inventory.Seats(w.as(looker), page.Args{}, in)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, c.says) || strings.Join(no.Field, ".") != c.field {
			t.Errorf("%s: %v", c.name, err)
		}
		if no := in.Form(); no == nil || no.Code != refusal.Invalid {
			t.Errorf("%s: its form is taken", c.name)
		}
	}
	if _, err := w.Inventory.Seats(w.as(looker), page.Args{}, inventory.SeatListInput{Filter: &inventory.SeatFilter{Emails: many[:100]}}); err != nil {
		t.Errorf("100 addresses: %v", err)
	}
}

// TestFewUnusedSeatsOfManyAreFoundInEveryOrder: a page that cannot be filled from
// 10,000 seats in its own order is made of the unused ones, and only where these are as
// many it is refused.
func TestFewUnusedSeatsOfManyAreFoundInEveryOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	// Three that nobody has used for long, in the middle of 10,040 that were used lately.
	w.past(`INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key)
SELECT gen_random_uuid(), $1::timestamptz + n * interval '1 second', $1::timestamptz + n * interval '1 second', CASE WHEN n BETWEEN 10020 AND 10022 THEN $1::timestamptz ELSE $1::timestamptz + interval '95 days' END,
  $2, 'SERVER', 'host-' || lpad(n::text, 5, '0'), 'host-' || lpad(n::text, 5, '0') FROM generate_series(1, 10040) n`, morning, w.unit.UUID)
	w.set(morning.Add(100 * day))
	view := inventory.SeatsUnused
	for _, field := range []inventory.SeatOrderField{inventory.SeatOrderCreatedAt, inventory.SeatOrderUpdatedAt, inventory.SeatOrderSeatID} {
		for _, v := range []viewer.Viewer{looker, person("local", lifecycle.ViewOnly, "research")} {
			in := inventory.SeatListInput{View: &view, OrderBy: &inventory.SeatOrder{Field: field, Direction: page.Ascending}}
			p, err := w.Inventory.Seats(w.as(v), page.Args{First: ptr(2)}, in)
			granted(t, err)
			if got := namesOf(p.Nodes()); !slices.Equal(got, []string{"host-10020", "host-10021"}) || !p.PageInfo.HasNextPage {
				t.Errorf("by %s for %s: %v", field, v.Subject, got)
			}
			p, err = w.Inventory.Seats(w.as(v), page.Args{First: ptr(2), After: p.PageInfo.EndCursor}, in)
			granted(t, err)
			if got := namesOf(p.Nodes()); !slices.Equal(got, []string{"host-10022"}) || p.PageInfo.HasNextPage {
				t.Errorf("by %s for %s, then: %v", field, v.Subject, got)
			}
			if n, _, err := w.Inventory.CountSeats(w.as(v), in); err != nil || n != 3 {
				t.Errorf("by %s for %s: %d are counted, %v", field, v.Subject, n, err)
			}
		}
	}
	// With a condition that no index answers, of more unused ones than are looked through.
	filter := &inventory.SeatFilter{HasEmail: ptr(true), UnusedBefore: ptr(morning.Add(99 * day))}
	if _, err := w.Inventory.Seats(w.as(looker), page.Args{}, inventory.SeatListInput{Filter: filter}); refusal.Find(err) == nil || refusal.Find(err).Code != page.TooBroad {
		t.Errorf("10,040 unused ones of which none has an address: %v", err)
	}
}
