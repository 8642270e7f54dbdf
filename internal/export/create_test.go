package export_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/auditlog"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestALinkIsShownOnce: its secret stands in the answer and nowhere else, and a repeat
// finds the link without it.
func TestALinkIsShownOnce(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	looker := world.Person("looker", lifecycle.ViewOnly)
	in := export.CreateExportInput{List: &allSeats, Columns: []string{"seatId", "status"}, Format: new(lifecycle.NDJSON), IdempotencyKey: new("one")}
	made, err := p.Exports.Create(p.As(looker), in)
	if err != nil || len(made.UserErrors) > 0 {
		t.Fatal(err, made.UserErrors)
	}
	_, secret := parts(t, *made.Export.URL)
	if e := made.Export; e.Format != lifecycle.NDJSON || !slices.Equal(e.Columns, in.Columns) || !e.ExpiresAt.Equal(e.CreatedAt.Add(10*time.Minute)) || made.Replayed {
		t.Errorf("%+v, replayed %v", e, made.Replayed)
	}
	again, err := p.Exports.Create(p.As(looker), in)
	if err != nil || !again.Replayed || again.Export == nil || again.Export.URL != nil || !again.Export.CreatedAt.Equal(made.Export.CreatedAt) {
		t.Errorf("a repeat: %+v, %v", again, err)
	}
	another, err := p.Exports.Create(p.As(world.Person("other", lifecycle.ViewOnly)), in)
	if err != nil || another.Replayed || another.Export.URL == nil {
		t.Errorf("another's with the same key is no repeat: %+v, %v", another, err)
	}
	var found int
	row := p.DB.Admin(t).QueryRow(`SELECT count(*) FROM (
  SELECT row_to_json(x)::text AS row FROM exports x UNION ALL SELECT row_to_json(a)::text FROM audit_entries a
  UNION ALL SELECT row_to_json(e)::text FROM events e UNION ALL SELECT row_to_json(k)::text FROM idempotency_keys k) AS kept WHERE row LIKE '%' || $1 || '%'`, secret)
	if err := row.Scan(&found); err != nil || found != 0 {
		t.Errorf("the secret stands in %d rows, %v", found, err)
	}
}

// TestWhatMakesNoLink is each refusal, and that it is audited.
func TestWhatMakesNoLink(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	looker, nowhere := world.Person("looker", lifecycle.ViewOnly), id.New(id.View)
	seatsNamed := view.ListInput{Seats: &inventory.SeatListInput{ViewID: &nowhere}}
	both := view.ListInput{Seats: &inventory.SeatListInput{}, Enrollments: &inventory.EnrollmentListInput{}}
	job, short := id.New(id.Job), " "
	backwards := view.ListInput{Seats: &inventory.SeatListInput{Filter: &inventory.SeatFilter{CreatedSince: new(p.Clock.Now()), CreatedBefore: new(p.Clock.Now().Add(-time.Hour))}}}
	for _, row := range []struct {
		name string
		by   viewer.Viewer
		in   export.CreateExportInput
		want string
	}{
		{"who may see nothing", world.Person("import", "NOBODY"), export.CreateExportInput{List: &allSeats}, "FORBIDDEN"},
		{"a requester's seats", world.Person("rita", lifecycle.Requester), export.CreateExportInput{List: &allSeats}, "FORBIDDEN"},
		{"a viewer's audit entries", looker, export.CreateExportInput{List: &allEntries}, "FORBIDDEN"},
		{"nothing", looker, export.CreateExportInput{}, "INVALID"},
		{"a list and a job", looker, export.CreateExportInput{List: &allSeats, Job: &job}, "INVALID"},
		{"no list", looker, export.CreateExportInput{List: &view.ListInput{}}, "INVALID input.list"},
		{"two lists", looker, export.CreateExportInput{List: &both}, "INVALID input.list"},
		{"an unknown column", looker, export.CreateExportInput{List: &allSeats, Columns: []string{"seatId", "colour"}}, "INVALID input.columns.1"},
		{"another list's column", looker, export.CreateExportInput{List: &allSeats, Columns: []string{"serialNumber"}}, "INVALID input.columns.0"},
		{"a column twice", looker, export.CreateExportInput{List: &allSeats, Columns: []string{"id", "seatId", "id"}}, "INVALID input.columns.2"},
		{"no column", looker, export.CreateExportInput{List: &allSeats, Columns: []string{}}, "INVALID input.columns"},
		{"a saved view that is not there", looker, export.CreateExportInput{List: &seatsNamed}, "NOT_FOUND input.list.seats.viewId"},
		{"a job that is not there", looker, export.CreateExportInput{Job: &job}, "NOT_FOUND input.job"},
		{"a search for nothing", looker, export.CreateExportInput{List: &view.ListInput{Seats: &inventory.SeatListInput{Search: &short}}}, "INVALID input.list.seats.search"},
		{"a range that ends before it begins", looker, export.CreateExportInput{List: &backwards}, "INVALID input.list.seats.filter.createdBefore"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			made, err := p.Exports.Create(p.As(row.by), row.in)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if len(made.UserErrors) > 0 {
				got = refused(t, made.UserErrors[0])
			}
			if got != row.want || (made.Export == nil) != (row.want != "") {
				t.Errorf("%q (%v), want %q", got, made.UserErrors, row.want)
			}
		})
	}
}

// TestMakingALinkIsAudited: with what it is of, and when it is refused, too.
func TestMakingALinkIsAudited(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	looker := world.Person("looker", lifecycle.ViewOnly)
	list := view.ListInput{Seats: &inventory.SeatListInput{Search: new("sales"), Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.User}}}}
	one, _ := p.link(looker, export.CreateExportInput{List: &list, Columns: []string{"id"}})
	if _, err := p.Exports.Create(p.As(looker), export.CreateExportInput{List: &allEntries}); err != nil {
		t.Fatal(err)
	}
	entries, err := p.Log.List(p.As(world.Boss()), page.Args{}, auditlog.ListInput{Filter: &auditlog.Filter{Actions: []audit.Action{audit.CreateExport}}})
	if err != nil || len(entries.Edges) != 2 {
		t.Fatal(entries, err)
	}
	no, yes := entries.Edges[0].Node, entries.Edges[1].Node
	if no.Outcome != audit.Refused || *no.Code != refusal.Forbidden || no.ResourceID != nil {
		t.Errorf("the refused one is told as %+v", no)
	}
	told := map[string]string{}
	for _, c := range yes.Changes {
		told[c.Field] = *c.After
	}
	if yes.Outcome != audit.Success || yes.ResourceID == nil || *yes.ResourceID != one || yes.Actor.Subject != "looker" ||
		told["list"] != "SEATS" || told["search"] != "sales" || !strings.Contains(told["filter"], `"USER"`) || told["columns"] != "id" || told["format"] != "CSV" {
		t.Errorf("told as %+v, %v", yes, told)
	}
}
