package client_test

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/graph"
	"gatehouse/internal/client"
	"gatehouse/internal/door"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// patience waits out what a test breaks, however slow the machine is.
var patience = client.Patience{First: time.Millisecond, Most: 4 * time.Millisecond, Total: time.Minute}

// serving is the API over a world's database, as the server has it, for a person.
// The requests that lose names are worked on, and their answers lost.
func serving(t *testing.T, w *world.World, who viewer.Viewer, lose func(request int) bool) *client.Client {
	t.Helper()
	api := &graph.API{Units: w.Units, Licences: w.Licences, Profiles: w.Profiles, Inventory: w.Inventory, Log: w.Log,
		Views: w.Views, Jobs: w.Jobs, Exports: w.Exports, Webhooks: w.Webhooks, Feed: w.Feed}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	d, err := door.New(door.Options{Schema: api.Schema(), Limits: door.DefaultLimits(), Present: graph.Presenter(log), Log: log, Extension: graph.Session{Pin: w.Store.Pin}})
	if err != nil {
		t.Fatal(err)
	}
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		r = r.WithContext(viewer.WithRequest(viewer.With(r.Context(), who), viewer.Request{ID: rand.Text(), Address: "192.0.2.1"}))
		if lose(int(requests.Add(1))) {
			d.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		d.ServeHTTP(out, r)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(server.URL, "a-token", patience)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// imported sends a text into a real house.
func imported(t *testing.T, c *client.Client, what client.Import, text string) (client.Tally, []seatfile.Line) {
	t.Helper()
	survey, err := what.Survey(t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var lines []seatfile.Line
	run := client.Transfer{Client: c, Import: what, Survey: survey, Waiting: func(error, time.Duration) {}, Report: func(part []seatfile.Line) error {
		lines = append(lines, part...)
		return nil
	}}
	tally, err := run.Run(t.Context(), t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return tally, lines
}

// TestAFileThroughTheHouse takes a file all the way: through the API and into the
// database, with answers lost on the way, too few licences at first, codes, an
// export that is imported again, and deletion.
func TestAFileThroughTheHouse(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	unit := w.Unit("berlin")
	w.Purchase(lifecycle.User)
	w.Allocate(unit.ID, lifecycle.User, 1000)
	under := w.Profile(unit.ID, "by code", func(in *profile.CreateCertificateProfileInput) {
		in.AuthenticationMethod, in.EnrollmentMethod, in.AllowedSans = lifecycle.EnrollmentCode, lifecycle.CSR, nil
	})
	c := serving(t, w, world.Person("importer", lifecycle.EnrollmentManager), func(request int) bool { return request == 5 })
	units, err := c.Units(t.Context(), []string{"berlin", unit.ID.String()})
	if err != nil || units[0] != units[1] || units[0].ID != unit.ID.String() {
		t.Fatalf("%v, %v", units, err)
	}
	what := client.Import{Unit: units[0], SeatType: "USER", Operation: seatfile.CreateOrUpdate}
	text := strings.ReplaceAll(file(1100, "a"), "\r\na\"", " a\"") + "again;SEAT-000007\r\n=1;+7\r\n"

	dry := what
	dry.DryRun = true
	if tally, _ := imported(t, c, dry, text); tally.Outcomes[seatfile.Created] != 1101 || tally.Refusals[refusal.Duplicate] != 1 {
		t.Errorf("a dry run: %+v", tally)
	}
	if free, known := c.Available(t.Context(), units[0], "USER"); !known || free != 1000 {
		t.Errorf("after the dry run %d are free, %v", free, known)
	}
	tally, lines := imported(t, c, what, text)
	if diff := cmp.Diff(map[seatfile.Outcome]int{seatfile.Created: 1000, seatfile.Refused: 102}, tally.Outcomes); diff != "" || tally.Refusals[refusal.NoSeatLeft] != 101 {
		t.Errorf("too few licences: %v (-want +got)\n%s", tally.Refusals, diff)
	}
	if last := lines[1101]; last.Row != 1103 || last.SeatID != "+7" || !strings.HasPrefix(last.Reason, "NO_SEAT_LEFT: ") {
		t.Errorf("the last line is %+v", last)
	}
	w.Allocate(unit.ID, lifecycle.User, 2000)
	for range 2 { // the second run is answered from the keys
		tally, _ = imported(t, c, what, text)
		if diff := cmp.Diff(map[seatfile.Outcome]int{seatfile.Created: 1101, seatfile.Refused: 1}, tally.Outcomes); diff != "" {
			t.Errorf("enough licences (-want +got)\n%s", diff)
		}
	}
	if tally.Before != 1101 {
		t.Errorf("the last run did something: %+v", tally)
	}

	enroll := what
	for _, name := range []string{under.ID.String(), "by code"} {
		if enroll.ProfileID, err = c.Profile(t.Context(), what.Unit, what.SeatType, name); err != nil || enroll.ProfileID != under.ID.String() {
			t.Fatalf("the profile %s: %q, %v", name, enroll.ProfileID, err)
		}
	}
	if _, err := c.Profile(t.Context(), what.Unit, what.SeatType, "By code"); err == nil || !strings.Contains(err.Error(), `no certificate profile "By code"`) || !strings.Contains(err.Error(), `it has "by code"`) {
		t.Errorf("a profile that is none: %v", err)
	}
	if _, err := c.Profile(t.Context(), what.Unit, "DEVICE", "by code"); err == nil || !strings.Contains(err.Error(), "no certificate profile with enrollment codes for DEVICE seats") {
		t.Errorf("a profile for another type: %v", err)
	}
	tally, lines = imported(t, c, enroll, "seat_id\nseat-000001\nseat-000002\nanew\n")
	if tally.Outcomes[seatfile.Enrolled] != 2 || tally.Outcomes[seatfile.Created] != 1 || lines[0].Code == "" || lines[0].Code == lines[2].Code {
		t.Errorf("enrolled: %+v %+v", tally, lines)
	}

	var out strings.Builder
	export, err := seatfile.NewExport(&out, false)
	if err != nil {
		t.Fatal(err)
	}
	selection := client.Selection{View: "ALL", Units: units, Types: []string{"USER"}, OrderField: "SEAT_ID", OrderDirection: "ASC"}
	err = c.Export(t.Context(), selection, func(error, time.Duration) {}, func(seats []seatfile.Seat) error {
		for _, seat := range seats {
			if err := export.Write(seat); err != nil {
				return err
			}
		}
		return export.Flush()
	})
	if err != nil || strings.Count(out.String(), "\nseat-") != 1100 || !strings.Contains(out.String(), "\n'+7,'=1,") {
		t.Fatalf("exported %d bytes, %v", out.Len(), err)
	}
	if tally, _ = imported(t, c, what, out.String()); tally.Outcomes[seatfile.Unchanged] != 1102 {
		t.Errorf("the export, imported: %+v", tally)
	}

	w.Clock.Pass(25 * time.Hour) // keys are forgotten, and the file does no harm
	if tally, _ = imported(t, c, what, text); tally.Outcomes[seatfile.Unchanged] != 1101 || tally.Before != 0 {
		t.Errorf("a day later: %+v", tally)
	}
	what.Operation = seatfile.Delete
	if tally, _ = imported(t, c, what, out.String()); tally.Outcomes[seatfile.Deleted] != 1102 {
		t.Errorf("deleted: %+v", tally)
	}
	if free, _ := c.Available(t.Context(), units[0], "USER"); free != 2000 {
		t.Errorf("%d are free in the end", free)
	}
}

// TestWhatTheHouseRefuses reads as a sentence in the terminal too.
func TestWhatTheHouseRefuses(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	unit := w.Unit("berlin")
	known := client.Unit{ID: unit.ID.String(), Key: "berlin"}
	never := func(int) bool { return false }
	viewerOnly, other := serving(t, w, world.Person("eve", lifecycle.ViewOnly), never), serving(t, w, world.In(world.Person("mallory", lifecycle.SeatManager), "paris"), never)
	for name, test := range map[string]struct {
		by   *client.Client
		what client.Import
		says string
	}{
		"without the permission":      {viewerOnly, client.Import{Unit: known, SeatType: "USER", Operation: seatfile.CreateOrUpdate}, "MANAGE_SEATS"},
		"into another's unit":         {other, client.Import{Unit: known, SeatType: "USER", Operation: seatfile.CreateOrUpdate}, "There is no business unit"},
		"under what is no profile":    {viewerOnly, client.Import{Unit: known, SeatType: "USER", Operation: seatfile.CreateOrUpdate, ProfileID: "x"}, `"x" is not an id`},
		"of seats that are no seats":  {viewerOnly, client.Import{Unit: known, SeatType: "CHAIR", Operation: seatfile.CreateOrUpdate}, "is no SeatType: one of USER, "},
		"until a time that has gone":  {viewerOnly, client.Import{Unit: known, SeatType: "USER", Operation: seatfile.CreateOrUpdate, ExpiresAt: w.Clock.Now()}, "MANAGE_SEATS"},
		"a file that deletes, barred": {viewerOnly, client.Import{Unit: known, SeatType: "USER", Operation: seatfile.Delete}, "MANAGE_SEATS"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "seat_id\nada\n"
			survey, err := test.what.Survey(t.Context(), strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			run := client.Transfer{Client: test.by, Import: test.what, Survey: survey, Waiting: func(error, time.Duration) {}, Report: func(part []seatfile.Line) error { return fmt.Errorf("reported %v", part) }}
			if _, err = run.Run(t.Context(), t.Context(), strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := other.Units(t.Context(), []string{"berlin"}); err == nil || !strings.Contains(err.Error(), `no business unit "berlin" for your token`) {
		t.Errorf("got %v", err)
	}
}
