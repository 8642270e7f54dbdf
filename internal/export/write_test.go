package export_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/export"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestEachListFromEachUnit: an export holds what the list shows its reader, and no more.
func TestEachListFromEachUnit(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for _, list := range []struct {
		name   string
		in     view.ListInput
		column string
		of     map[string]string // what is there of each unit
	}{
		{"enrollments", allEnrollments, "seatId", map[string]string{"sales": "sales-request", "legal": "legal-request"}},
		{"seats", allSeats, "seatId", map[string]string{"sales": "sales-seat", "legal": "legal-seat"}},
		{"certificates", allCertificates, "commonName", map[string]string{"sales": "sales.example.com", "legal": "legal.example.com"}},
		{"audit entries", allEntries, "businessUnitKey", map[string]string{"sales": "sales", "legal": "legal"}},
	} {
		for _, reader := range []struct {
			name  string
			by    viewer.Viewer
			sees  []string
			other []string
		}{
			{"all units", world.Boss(), []string{"sales", "legal"}, nil},
			{"one unit", world.In(world.Boss(), "sales"), []string{"sales"}, []string{"legal"}},
			{"the other, by its id", world.In(world.Boss(), p.legal.String()), []string{"legal"}, []string{"sales"}},
			{"a unit that is not there", world.In(world.Boss(), "marketing"), nil, []string{"sales", "legal"}},
			{"no unit", world.In(world.Boss()), nil, []string{"sales", "legal"}},
		} {
			t.Run(list.name+" for "+reader.name, func(t *testing.T) {
				t.Parallel()
				got := column(p.file(t, reader.by, export.Content{List: &list.in}), list.column)
				for _, unit := range reader.sees {
					if !strings.Contains(got, list.of[unit]) {
						t.Errorf("%s of %s is missing: %s", list.of[unit], unit, got)
					}
				}
				for _, unit := range reader.other {
					if strings.Contains(got, list.of[unit]) {
						t.Errorf("%s of %s is there: %s", list.of[unit], unit, got)
					}
				}
			})
		}
	}
}

// TestWhatTheReaderMayNotSee is empty, as in the API: a requester sees enrollments of
// their own, and of the things around them names alone.
func TestWhatTheReaderMayNotSee(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	rita, boss := world.In(world.Person("rita", lifecycle.Requester), "sales"), world.In(world.Boss(), "sales")
	for _, row := range []struct {
		name                                     string
		by                                       viewer.Viewer
		profileID, unitID, unitKey, name0, unit0 bool
	}{
		{"a requester", rita, false, false, false, true, true},
		{"an administrator", boss, true, true, true, true, true},
	} {
		got := p.file(t, row.by, export.Content{List: &allEnrollments})
		if len(got) != 1 {
			t.Fatalf("%s: %v", row.name, got)
		}
		for column, there := range map[string]bool{"profileId": row.profileID, "businessUnitId": row.unitID, "businessUnitKey": row.unitKey, "profileName": row.name0, "businessUnitName": row.unit0} {
			value, named := got[0][column]
			if !named || (value != nil) != there {
				t.Errorf("%s: %s is %v", row.name, column, value)
			}
		}
	}
	if got := p.file(t, world.In(world.Person("other", lifecycle.Requester), "sales"), export.Content{List: &allEnrollments}); len(got) != 0 {
		t.Errorf("another requester sees %v", got)
	}
	_, err := p.Exports.Begin(p.As(rita), export.Content{List: &allSeats, Format: lifecycle.CSV}, nil)
	if got := refused(t, err); got != "FORBIDDEN" {
		t.Errorf("a requester's seats: %q", got)
	}
}

// TestEveryColumnOfEveryList is written, by its name and once, in the order asked.
func TestEveryColumnOfEveryList(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	for list, in := range map[lifecycle.List]view.ListInput{lifecycle.Enrollments: allEnrollments, lifecycle.Seats: allSeats, lifecycle.Certificates: allCertificates, lifecycle.AuditEntries: allEntries} {
		columns := export.Columns(list)
		if len(columns) < 10 || len(slices.Compact(slices.Sorted(slices.Values(columns)))) != len(columns) {
			t.Errorf("%s has the columns %v", list, columns)
		}
		rows := table(t, p.text(p.As(world.Boss()), t, export.Content{List: &in, Format: lifecycle.CSV}))
		if len(rows) < 2 || !slices.Equal(rows[0], columns) {
			t.Errorf("%s: %v, want the columns %v", list, rows, columns)
		}
		slices.Reverse(columns)
		if rows := table(t, p.text(p.As(world.Boss()), t, export.Content{List: &in, Format: lifecycle.CSV, Columns: columns[:3]})); !slices.Equal(rows[0], columns[:3]) {
			t.Errorf("%s: %v, want the columns %v", list, rows[0], columns[:3])
		}
	}
	seat := p.file(t, world.In(world.Boss(), "sales"), export.Content{List: &allSeats, Columns: []string{"seatId", "name", "email", "seatType", "status", "businessUnitKey", "createdAt", "version", "deletedAt"}})
	want := fmt.Sprint(map[string]any{"seatId": "sales-seat", "name": "Name of sales-seat", "email": "sales-seat@seats.example.com", "seatType": "USER", "status": "CREATED", "businessUnitKey": "sales",
		"createdAt": "2026-11-22T09:00:00Z", "version": 1.0, "deletedAt": nil})
	if i := slices.IndexFunc(seat, func(s map[string]any) bool { return s["seatId"] == "sales-seat" }); i < 0 || fmt.Sprint(seat[i]) != want {
		t.Errorf("%v, want %s", seat, want)
	}
}

// TestAnExportIsNarrowedAsItsList, and ordered.
func TestAnExportIsNarrowedAsItsList(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Seats(p.sales, lifecycle.User, "zoe", "anna", "bob")
	order := inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending}
	for _, row := range []struct {
		name string
		in   inventory.SeatListInput
		want string
	}{
		{"a filter", inventory.SeatListInput{Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.User}}}, "anna bob legal-seat sales-seat zoe"},
		{"an empty list of a filter", inventory.SeatListInput{Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{}}}, ""},
		{"a search", inventory.SeatListInput{Search: new("ann")}, "anna"},
		{"a view", inventory.SeatListInput{View: new(inventory.SeatsDeleted)}, ""},
	} {
		row.in.OrderBy = &order
		if got := column(p.file(t, world.Boss(), export.Content{List: &view.ListInput{Seats: &row.in}}), "seatId"); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// TestASavedViewIsExported, with its columns; of a private one nobody else gets
// anything.
func TestASavedViewIsExported(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	looker := world.Person("looker", lifecycle.ViewOnly)
	saved, err := p.Views.Save(p.As(looker), view.SaveViewInput{Name: "mine", Columns: []string{"status", "a column of the page's own", "seatId"},
		List: view.ListInput{Seats: &inventory.SeatListInput{Search: new("sales")}}})
	if err != nil || len(saved.UserErrors) > 0 {
		t.Fatal(err, saved)
	}
	named := view.ListInput{Seats: &inventory.SeatListInput{ViewID: &saved.View.ID, Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.User}}}}
	rows := table(t, p.text(p.As(looker), t, export.Content{List: &named, Format: lifecycle.CSV}))
	if fmt.Sprint(rows) != "[[status seatId] [CREATED sales-seat]]" {
		t.Errorf("%v", rows)
	}
	one, secret := p.link(looker, export.CreateExportInput{List: &named})
	if gone, err := p.Views.Delete(p.As(looker), view.DeleteViewInput{ID: saved.View.ID}); err != nil || len(gone.UserErrors) > 0 {
		t.Fatal(err, gone)
	}
	ctx, c, err := p.Exports.Open(t.Context(), one, secret)
	if err != nil {
		t.Fatal(err)
	}
	if rows := table(t, p.text(ctx, t, c)); fmt.Sprint(rows) != "[[status seatId] [CREATED sales-seat]]" {
		t.Errorf("a link made before the view went leads to %v", rows)
	}
	_, err = p.Exports.Begin(p.As(world.Person("other", lifecycle.ViewOnly)), export.Content{List: &named, Format: lifecycle.CSV}, nil)
	if got := refused(t, err); got != "NOT_FOUND input.list.seats.viewId" {
		t.Errorf("somebody else's view: %q", got)
	}
}

// between is a writer that does something once, after the first part.
type between struct {
	bytes.Buffer
	do func()
}

func (b *between) Write(p []byte) (int, error) {
	if b.do != nil {
		b.do()
		b.do = nil
	}
	return b.Buffer.Write(p)
}

// TestAnExportIsOfOneInstant: what changes while it is read does not show, neither a
// row that another has taken the place of, nor one that is new or gone.
func TestAnExportIsOfOneInstant(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	names := make([]string, 1200)
	for n := range names {
		names[n] = fmt.Sprintf("many-%04d", n)
	}
	first := p.Seats(p.sales, lifecycle.User, names[:600]...)
	last := p.Seats(p.sales, lifecycle.User, names[600:]...)
	ctx := p.As(world.Boss())
	// By the time of the last change: what is changed meanwhile would come again at the end.
	list := view.ListInput{Seats: &inventory.SeatListInput{OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderUpdatedAt, Direction: page.Ascending}}}
	content := export.Content{List: &list, Columns: []string{"seatId", "name", "status", "updatedAt"}, Format: lifecycle.NDJSON}
	before := p.text(ctx, t, content)
	out := &between{do: func() {
		p.Clock.Pass(time.Minute)
		renamed, err := p.Inventory.UpdateSeat(ctx, inventory.UpdateSeatInput{ID: last[599].ID, Name: new("renamed meanwhile")})
		mustDo(t, err, renamed.UserErrors)
		gone, err := p.Inventory.DeleteSeat(ctx, inventory.DeleteSeatInput{ID: last[598].ID})
		mustDo(t, err, gone.UserErrors)
		moved, err := p.Inventory.UpdateSeat(ctx, inventory.UpdateSeatInput{ID: first[0].ID, Name: new("moved meanwhile")})
		mustDo(t, err, moved.UserErrors)
		p.Seats(p.sales, lifecycle.User, "new-meanwhile", "zz-new-meanwhile")
	}}
	c, err := p.Exports.Begin(ctx, content, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Exports.Write(ctx, c, out); err != nil {
		t.Fatal(err)
	}
	if out.do != nil {
		t.Fatal("nothing was changed meanwhile")
	}
	if got := out.String(); got != before {
		t.Errorf("%d seats, not the %d of the beginning", strings.Count(got, "\n"), strings.Count(before, "\n"))
	}
	if after := p.text(ctx, t, content); strings.Count(after, "meanwhile") != 6 {
		t.Errorf("afterwards the changes are not there")
	}
}

func mustDo(t *testing.T, err error, refusals []*refusal.Refusal) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range refusals {
		t.Fatal(no)
	}
}
