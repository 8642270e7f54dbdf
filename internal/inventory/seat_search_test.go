package inventory_test

import (
	"fmt"
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

// catalogue adds seats with names and addresses to look for, and one that looks
// like them in another business unit.
func catalogue(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, 50)
	other := w.newUnit("sales", 50)
	for unit, seats := range map[id.ID][]*inventory.NewSeat{
		w.unit: {
			{SeatID: "Ada-001", Name: ptr("Ada King Lovelace"), Email: ptr("ada@example.org")},
			{SeatID: "grace", Name: ptr("Grace Hopper"), Email: ptr("g.hopper@navy.example")},
			{SeatID: "lab pc 7", Name: ptr("Machine")},
			{SeatID: "lab pc 70"},
			{SeatID: "7-pc"},
			{SeatID: "100%_sure", Name: ptr(`C:\temp`)},
			{SeatID: "100 percent"},
			{SeatID: "u1", Name: ptr("Bj\u00f6rn \u00c5ngstr\u00f6m")},
			{SeatID: "u2", Name: ptr("Bjorn")},
			{SeatID: "u3", Name: ptr("\u738b\u5c0f\u660e")},
			{SeatID: "gone", Name: ptr("Ada Departed")},
		},
		other: {{SeatID: "ada-002", Name: ptr("Ada Elsewhere")}},
	} {
		p, err := w.Inventory.CreateSeats(w.as(boss), inventory.CreateSeatsInput{BusinessUnitID: unit, SeatType: lifecycle.User, Seats: seats})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		for _, r := range p.Results {
			granted(t, nil, r.UserErrors...)
		}
	}
	w.past(`UPDATE seats SET status = 'DELETED', deleted_at = $1 WHERE seat_key = 'gone'`, morning)
	return w
}

// search is a page of what somebody finds.
func (w *world) search(v viewer.Viewer, text string, args page.Args, view *inventory.SeatView, filter *inventory.SeatFilter) (*page.Connection[*inventory.Seat], error) {
	return w.Inventory.Seats(w.as(v), args, inventory.SeatListInput{View: view, Search: &text, Filter: filter, OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending}})
}

func TestWhatASearchFinds(t *testing.T) {
	t.Parallel()
	w := catalogue(t)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"the beginning of a seatId", "gr", []string{"grace"}},
		{"one character", "g", []string{"grace"}},
		{"the beginning of an address", "g.", []string{"grace"}},
		{"the second word of a name", "ki", []string{"Ada-001"}},
		{"the third word of a name", "lo", []string{"Ada-001"}},
		{"two characters from within", "op", nil},
		{"three characters from within", "opp", []string{"grace"}},
		{"the end of an address", "@navy.example", []string{"grace"}},
		{"a whole seatId", "ada-001", []string{"Ada-001"}},
		{"upper case", "GRACE", []string{"grace"}},
		{"spaces around it", " \u00a0grace\n", []string{"grace"}},
		{"two words of a name", "ada lovelace", []string{"Ada-001"}},
		{"their beginnings, the other way round", "lo  ad", []string{"Ada-001"}},
		{"a word of the seatId and one of the name", "001 king", []string{"Ada-001"}},
		{"a word that stands in none", "ada hopper", nil},
		{"a word twice", "ada ada king", []string{"Ada-001"}},
		{"a seatId with spaces", "lab pc 7", []string{"lab pc 7", "lab pc 70"}},
		{"a part of it", "pc 7", []string{"lab pc 7", "lab pc 70"}},
		{"its words in another order", "7 machine", nil}, // 7 begins neither the seatId nor a word of the name
		{"a percent sign", "100%", []string{"100%_sure"}},
		{"a word and a percent sign", "percent 100 %", nil},
		{"a word and a sign that begins nothing", "ada -", nil},
		{"an underscore", "0%_s", []string{"100%_sure"}},
		{"an underscore for any character", "gr_ce", nil},
		{"a backslash", `c:\t`, []string{"100%_sure"}},
		{"an umlaut, composed", "bj\u00f6", []string{"u1"}},
		{"an umlaut, decomposed", "BJO\u0308", []string{"u1"}},
		{"letters without the umlaut", "bjo", []string{"u2"}},
		{"a letter with a ring", "\u00e5n", []string{"u1"}},
		{"Chinese, one character", "\u738b", []string{"u3"}},
		{"Chinese, from within", "\u5c0f", nil},
		{"what would end the text in SQL", "o'brien'; --", nil},
	} {
		for _, by := range []viewer.Viewer{person("local", lifecycle.ViewOnly, "research"), person("wide", lifecycle.ViewOnly, "research", "default", "a", "b", "c", "d", "e")} {
			p, err := w.search(by, c.text, page.Args{}, nil, nil)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			n, err := p.TotalCount(w.as(by))
			granted(t, err)
			if got := sorted(namesOf(p.Nodes())); !slices.Equal(got, c.want) || n != len(c.want) {
				t.Errorf("%s: %q finds %q and counts %d; want %q", c.name, c.text, got, n, c.want)
			}
		}
	}
}

func TestASearchIsNarrowedByAllTheRest(t *testing.T) {
	t.Parallel()
	w := catalogue(t)
	deleted, all := inventory.SeatsDeleted, inventory.SeatsAll
	for _, c := range []struct {
		name   string
		by     viewer.Viewer
		view   *inventory.SeatView
		filter *inventory.SeatFilter
		want   []string
	}{
		{"everywhere", looker, nil, nil, []string{"Ada-001", "ada-002"}},
		{"in one business unit", person("local", lifecycle.ViewOnly, "sales"), nil, nil, []string{"ada-002"}},
		{"in none", person("nowhere", lifecycle.ViewOnly, "no-such-unit"), nil, nil, nil},
		{"by a filter", looker, nil, &inventory.SeatFilter{BusinessUnitIDs: []id.ID{w.unit}}, []string{"Ada-001"}},
		{"deleted", looker, &deleted, nil, []string{"gone"}},
		{"all", looker, &all, nil, []string{"Ada-001", "ada-002"}},
		{"in two statuses", looker, nil, &inventory.SeatFilter{Statuses: []lifecycle.SeatStatus{lifecycle.SeatDeleted, lifecycle.SeatCreated}}, []string{"Ada-001", "ada-002", "gone"}},
		{"of a type", looker, nil, &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device}}, nil},
		{"of seatIds", looker, nil, &inventory.SeatFilter{SeatIDs: []string{"ADA-002", "grace"}}, []string{"ada-002"}},
		{"of a time", looker, nil, &inventory.SeatFilter{CreatedSince: ptr(morning), UpdatedBefore: ptr(morning)}, nil},
	} {
		p, err := w.search(c.by, "ada", page.Args{}, c.view, c.filter)
		granted(t, err)
		n, err := p.TotalCount(w.as(c.by))
		granted(t, err)
		if got := namesOf(p.Nodes()); !slices.Equal(got, c.want) || n != len(c.want) {
			t.Errorf("%s: %q, counted %d; want %q", c.name, got, n, c.want)
		}
	}
}

func TestTheFormOfASearch(t *testing.T) {
	t.Parallel()
	w := catalogue(t)
	for _, c := range []struct{ name, text, says string }{
		{"nothing", "", "leave it out"},
		{"spaces", " \u3000\n", "leave it out"},
		{"256 characters", strings.Repeat("é", 256), "256 characters"},
		{"two lines", "a\nb", "control character"},
		{"a NUL", "a\x00b", "control character"},
		{"no UTF-8", "a\xffb", "UTF-8"},
		{"signs", `%_\`, "three letters or digits"},
		{"signs and spaces", "% - @@", "three letters or digits"},
		{"one letter within signs", "a@@", "three letters or digits"},
	} {
		_, err := w.search(looker, c.text, page.Args{}, nil, nil)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, c.says) || !strings.HasPrefix(no.Message, "The search ") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, text := range []string{strings.Repeat("é", 255), strings.TrimSpace(strings.Repeat("x ", 128))} {
		if p, err := w.search(looker, text, page.Args{}, nil, nil); err != nil || len(p.Edges) != 0 {
			t.Errorf("255 characters: %v", err)
		}
	}
}

func TestPagesOfASearchHoldTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	w.hosts(w.unit, 40, morning)
	w.past(`UPDATE seats SET created_at = $1 WHERE seat_key < 'host-00020'`, morning) // the id breaks the tie
	for _, order := range []inventory.SeatOrder{
		{Field: inventory.SeatOrderCreatedAt, Direction: page.Descending}, {Field: inventory.SeatOrderSeatID, Direction: page.Ascending}, {Field: inventory.SeatOrderUpdatedAt, Direction: page.Ascending},
	} {
		read := func(args page.Args, text string) (*page.Connection[*inventory.Seat], error) {
			return w.Inventory.Seats(w.as(looker), args, inventory.SeatListInput{Search: &text, OrderBy: &order})
		}
		whole, err := read(page.Args{First: ptr(100)}, "host")
		granted(t, err)
		want := namesOf(whole.Nodes())
		if len(want) != 40 {
			t.Fatalf("%d of 40 are found", len(want))
		}
		var forth, back []string
		args := page.Args{First: ptr(7)}
		for {
			p, err := read(args, "host")
			granted(t, err)
			forth = append(forth, namesOf(p.Nodes())...)
			if args.After = p.PageInfo.EndCursor; !p.PageInfo.HasNextPage {
				break
			}
		}
		args = page.Args{Last: ptr(7)}
		for {
			p, err := read(args, "host")
			granted(t, err)
			back = append(namesOf(p.Nodes()), back...)
			if args.Before = p.PageInfo.StartCursor; !p.PageInfo.HasPreviousPage {
				break
			}
		}
		if !slices.Equal(forth, want) || !slices.Equal(back, want) {
			t.Errorf("by %s:\nforwards  %v\nbackwards %v\nwant      %v", order.Field, forth, back, want)
		}
		cursor := whole.PageInfo.StartCursor
		if _, err := read(page.Args{After: cursor}, " HOST "); err != nil {
			t.Errorf("the cursor of the same search, written otherwise: %v", err)
		}
		if _, err := read(page.Args{After: cursor}, "hos"); refusal.Find(err) == nil {
			t.Errorf("the cursor of another search is taken: %v", err)
		}
		if _, err := w.Inventory.Seats(w.as(looker), page.Args{After: cursor}, inventory.SeatListInput{OrderBy: &order}); refusal.Find(err) == nil {
			t.Errorf("the cursor of a search is taken for the list: %v", err)
		}
		all := inventory.SeatsConsumed
		if _, err := w.Inventory.Seats(w.as(looker), page.Args{After: cursor}, inventory.SeatListInput{View: &all, Search: ptr("host"), OrderBy: &order}); refusal.Find(err) == nil {
			t.Errorf("the cursor of another view is taken: %v", err)
		}
	}
}

// hosts adds so many seats host-00001, host-00002, … past every use case.
func (w *world) hosts(unit id.ID, n int, from any) {
	w.t.Helper()
	w.past(`INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key, search_text)
SELECT gen_random_uuid(), $1::timestamptz + n * interval '1 second', $1::timestamptz - n * interval '1 second', $1, $2, 'SERVER', k, k, E'\n' || k || E'\n'
FROM (SELECT n, 'host-' || lpad(n::text, 5, '0') AS k FROM generate_series(1, $3::int) n) x`, from, unit.UUID, n)
}

func TestASearchThatFindsTooMuchIsRefusedAndTellsNothingOfOthers(t *testing.T) {
	t.Parallel()
	w := catalogue(t)
	w.hosts(w.unit, 5_001, morning)
	w.past(`UPDATE seats SET status = 'DELETED', deleted_at = $1 WHERE seat_key = 'host-00007'`, morning)
	var many []string
	for n := range 6 {
		many = append(many, fmt.Sprintf("unit-%d", n))
		w.newUnit(many[n], 0)
	}
	local, sales := person("local", lifecycle.ViewOnly, "research"), person("sales", lifecycle.ViewOnly, "sales")
	six := person("six", lifecycle.ViewOnly, append(many, "sales")...)
	deleted := inventory.SeatsDeleted
	for _, c := range []struct {
		name, text string
		by         viewer.Viewer
		view       *inventory.SeatView
		filter     *inventory.SeatFilter
		want       int // -1: refused
	}{
		{"5,001", "host", looker, nil, nil, -1},
		{"5,001 of one's own business unit", "host", local, nil, nil, -1},
		{"5,001 of a view that few of them are in", "host", looker, &deleted, nil, -1},
		{"5,001 of which the filter lets none pass", "host", looker, nil, &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Organization}}, -1},
		{"a thousand of which a filter lets ten pass", "host-04", looker, nil, &inventory.SeatFilter{CreatedSince: ptr(morning.Add(4_990 * time.Second))}, 10},
		{"few by more letters", "host-0499", looker, nil, nil, 10},
		{"few, one of them deleted", "host-0000", looker, nil, nil, 8},
		{"none in a business unit of one's own", "host", sales, nil, nil, 0},
		{"none in many business units of one's own", "host", six, nil, nil, 0},
		{"none in a business unit that is named", "host", looker, nil, &inventory.SeatFilter{BusinessUnitIDs: []id.ID{w.newUnit("empty", 0)}}, 0},
	} {
		p, err := w.search(c.by, c.text, page.Args{}, c.view, c.filter)
		if c.want < 0 {
			if no := refusal.Find(err); no == nil || no.Code != page.SearchTooBroad || !strings.Contains(no.Message, "Write more") {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if n, err := p.TotalCount(w.as(c.by)); err != nil || n != c.want || len(p.Edges) != c.want {
			t.Errorf("%s: %d shown, %d counted, %v; want %d", c.name, len(p.Edges), n, err, c.want)
		}
	}
	// Exactly as many as may be are shown.
	w.past(`DELETE FROM seats WHERE seat_key = 'host-00007'`)
	p, err := w.search(looker, "host", page.Args{First: ptr(100)}, nil, nil)
	granted(t, err)
	if n, err := p.TotalCount(w.as(looker)); err != nil || n != 5_000 || len(p.Edges) != 100 || !p.PageInfo.HasNextPage {
		t.Errorf("of 5,000 a page of %d is shown and %d are counted: %v", len(p.Edges), n, err)
	}
}
