package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/client"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// file is a file of so many seats, with a name that depends on version.
func file(seats int, version string) string {
	var b strings.Builder
	b.WriteString("\ufeffseat_name;seat_id\r\n")
	for n := range seats {
		fmt.Fprintf(&b, "\"No. %d;\r\n%s\";seat-%06d\r\n", n, version, n)
	}
	return b.String()
}

// transfer sends a text as `gatehouse seats import` does a file.
func transfer(t *testing.T, f *fake, what client.Import, text string) (client.Tally, []seatfile.Line, error) {
	t.Helper()
	return transferUntil(t, f, what, text, func(int) bool { return false })
}

// transferUntil stops gently when stop says so of the number of lines so far.
func transferUntil(t *testing.T, f *fake, what client.Import, text string, stop func(lines int) bool) (client.Tally, []seatfile.Line, error) {
	t.Helper()
	what.Unit, what.SeatType = berlin, "USER"
	if what.Operation == "" {
		what.Operation = seatfile.CreateOrUpdate
	}
	survey, err := what.Survey(t.Context(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	gently, cancel := context.WithCancel(t.Context())
	defer cancel()
	var lines []seatfile.Line
	run := client.Transfer{
		Client: f.client(), Import: what, Survey: survey, Waiting: func(error, time.Duration) {},
		Report: func(part []seatfile.Line) error {
			if lines = append(lines, part...); stop(len(lines)) {
				cancel()
			}
			return nil
		},
	}
	tally, err := run.Run(t.Context(), gently, strings.NewReader(text))
	return tally, lines, err
}

func TestAFileIsSentInPartsAndReportedByItsOwnRows(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	text := file(2500, "a") + "\r\n;\r\nagain; SEAT-000007 \r\nnobody;\r\nlast;last\r\n"
	tally, lines, err := transfer(t, f, client.Import{}, text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1000 rows", "1000 rows", "502 rows"}, f.calls); diff != "" {
		t.Errorf("the parts (-want +got)\n%s", diff)
	}
	want := client.Tally{
		Rows: 2503, LastRow: 2506,
		Outcomes: map[seatfile.Outcome]int{seatfile.Created: 2501, seatfile.Refused: 2},
		Refusals: map[refusal.Code]int{refusal.Duplicate: 1, refusal.Invalid: 1},
	}
	if diff := cmp.Diff(want, tally); diff != "" {
		t.Errorf("the tally (-want +got)\n%s", diff)
	}
	for n, line := range lines[:2500] {
		if line != (seatfile.Line{Row: n + 2, SeatID: fmt.Sprintf("seat-%06d", n), Outcome: seatfile.Created, Code: fmt.Sprintf("code of seat-%06d", n)}) {
			t.Fatalf("line %d is %+v", n, line)
		}
	}
	if diff := cmp.Diff([]seatfile.Line{
		{Row: 2504, SeatID: " SEAT-000007 ", Outcome: seatfile.Refused, Reason: "DUPLICATE: Row 9 has the same seat_id; a file names each seat once."},
		{Row: 2505, SeatID: "", Outcome: seatfile.Refused, Reason: "INVALID: A seat has a seatId."},
		{Row: 2506, SeatID: "last", Outcome: seatfile.Created, Code: "code of last"},
	}, lines[2500:]); diff != "" {
		t.Errorf("the last lines (-want +got)\n%s", diff)
	}
	if f.seats["seat-000007"] != "No. 7;\na" {
		t.Errorf("a seat is %q", f.seats["seat-000007"])
	}
}

func TestASecondRunDoesNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	if _, _, err := transfer(t, f, client.Import{}, file(1500, "a")); err != nil {
		t.Fatal(err)
	}
	tally, lines, err := transfer(t, f, client.Import{}, file(1500, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1000 rows", "500 rows", "replayed", "replayed"}, f.calls); diff != "" {
		t.Errorf("the calls (-want +got)\n%s", diff)
	}
	if tally.Before != 1500 || len(lines) != 1500 || lines[0].Reason != "done by an earlier call" {
		t.Errorf("%+v, first %+v", tally, lines[0])
	}
	if tally, _, err = transfer(t, f, client.Import{}, file(1500, "b")); err != nil || tally.Outcomes[seatfile.Updated] != 1500 {
		t.Errorf("another file: %+v, %v", tally, err)
	}
}

// TestARunThatWasCutOffIsGoneOnWith: at every place where it can be cut, with the
// answer lost too, the second run comes to the same end as one run would.
func TestARunThatWasCutOffIsGoneOnWith(t *testing.T) {
	t.Parallel()
	for call := range 4 {
		for _, lost := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d, its answer lost: %v", call, lost), func(t *testing.T) {
				t.Parallel()
				f := newFake(t)
				cut := func(n int, w http.ResponseWriter) bool { return n == call && told(w, 500, "INTERNAL", "Cut off.") }
				if f.before = cut; lost {
					f.before, f.after = nil, cut
				}
				tally, lines, err := transfer(t, f, client.Import{}, file(3500, "a"))
				if err == nil || tally.Rows != call*1000 || len(lines) != tally.Rows {
					t.Fatalf("the first run: %+v, %d lines, %v", tally, len(lines), err)
				}
				f.before, f.after = nil, nil
				tally, _, err = transfer(t, f, client.Import{}, file(3500, "a"))
				if err != nil || tally.Rows != 3500 || tally.Outcomes[seatfile.Created] != 3500 || len(f.seats) != 3500 {
					t.Errorf("the second run: %+v, %d seats, %v", tally, len(f.seats), err)
				}
			})
		}
	}
}

// TestWhatWasRefusedIsTriedAgain: whoever bought licences runs the same command.
func TestWhatWasRefusedIsTriedAgain(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.licences = 1200
	for run, want := range []map[seatfile.Outcome]int{
		{seatfile.Created: 1200, seatfile.Refused: 300},
		{seatfile.Created: 1000, seatfile.Unchanged: 200, seatfile.Refused: 300},
		{seatfile.Created: 1300, seatfile.Unchanged: 200},
		{seatfile.Created: 1300, seatfile.Unchanged: 200},
	} {
		if run == 2 {
			f.licences = 500
		}
		tally, _, err := transfer(t, f, client.Import{}, file(1500, "a"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, tally.Outcomes); diff != "" {
			t.Errorf("run %d (-want +got)\n%s", run+1, diff)
		}
		if tally.Refusals[refusal.NoSeatLeft] != want[seatfile.Refused] {
			t.Errorf("run %d: %v", run+1, tally.Refusals)
		}
	}
	if len(f.seats) != 1500 {
		t.Errorf("%d seats", len(f.seats))
	}
}

func TestPassingFailuresAreWaitedOut(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(w http.ResponseWriter) bool{
		"UNAVAILABLE":     func(w http.ResponseWriter) bool { return told(w, 200, "UNAVAILABLE", "The database is away.") },
		"OUTCOME_UNKNOWN": func(w http.ResponseWriter) bool { return told(w, 200, "OUTCOME_UNKNOWN", "Perhaps.") },
		"RATE_LIMITED":    func(w http.ResponseWriter) bool { return told(w, 429, "RATE_LIMITED", "Slowly.") },
		"a proxy":         func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadGateway); return true },
		"a connection":    func(http.ResponseWriter) bool { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, done := range []bool{false, true} { // before the work, or behind it, so that the answer is lost
				f, failures := newFake(t), 0
				twice := func(call int, w http.ResponseWriter) bool {
					if call == 0 || failures == 2 {
						return false
					}
					failures++
					return fail(w)
				}
				if f.before = twice; done {
					f.before, f.after = nil, twice
				}
				tally, lines, err := transfer(t, f, client.Import{}, file(3000, "a"))
				f.Close() // whatever was cut off has ended
				if err != nil || tally.Outcomes[seatfile.Created] != 3000 || failures != 2 || len(lines) != 3000 {
					t.Errorf("done before it failed: %v: %+v, %d failures, %v", done, tally, failures, err)
				}
			}
		})
	}
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = func(_ int, w http.ResponseWriter) bool { return told(w, 200, "UNAVAILABLE", "The database is away.") }
	hasty, err := client.New(f.URL, "a-token", client.Patience{First: time.Millisecond, Most: time.Millisecond, Total: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	what := client.Import{Unit: berlin, SeatType: "USER", Operation: seatfile.CreateOrUpdate}
	survey, err := what.Survey(t.Context(), strings.NewReader(file(1, "a")))
	if err != nil {
		t.Fatal(err)
	}
	run := client.Transfer{Client: hasty, Import: what, Survey: survey, Report: func([]seatfile.Line) error { return errors.New("reported") }, Waiting: func(error, time.Duration) {}}
	_, err = run.Run(t.Context(), t.Context(), strings.NewReader(file(1, "a")))
	var failed *client.Failure
	if !errors.As(err, &failed) || !failed.Passing || failed.Sentence != "The database is away" {
		t.Errorf("got %v", err)
	}
}

func TestAFileThatIsRefusedAsAWholeEndsTheRun(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = func(_ int, w http.ResponseWriter) bool {
		answer(w, map[string]any{"importSeats": map[string]any{"rows": []any{}, "replayed": false,
			"userErrors": []any{map[string]any{"code": "FORBIDDEN", "message": "You need MANAGE_SEATS.", "field": []any{}}}}})
		return true
	}
	tally, lines, err := transfer(t, f, client.Import{}, file(1500, "a"))
	var failed *client.Failure
	if !errors.As(err, &failed) || failed.Code != "FORBIDDEN" || failed.Sentence != "You need MANAGE_SEATS" || tally.Rows != 0 || len(lines) > 0 || len(f.calls) != 1 {
		t.Errorf("%+v, %d lines, %d calls, %v", tally, len(lines), len(f.calls), err)
	}
}

func TestItStopsBetweenTwoParts(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	tally, lines, err := transferUntil(t, f, client.Import{}, file(3500, "a"), func(lines int) bool { return lines == 2000 })
	if !errors.Is(err, client.ErrStopped) || tally.Rows != 2000 || tally.LastRow != 2001 || len(lines) != 2000 || len(f.seats) != 2000 {
		t.Errorf("%+v, %d lines, %d seats, %v", tally, len(lines), len(f.seats), err)
	}
}

func TestItStopsWhileItWaits(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	gently, cancel := context.WithCancel(t.Context())
	f.before = func(_ int, w http.ResponseWriter) bool {
		cancel()
		w.Header().Set("Retry-After", "60")
		return told(w, 429, "RATE_LIMITED", "Slowly.")
	}
	what := client.Import{Unit: berlin, SeatType: "USER", Operation: seatfile.CreateOrUpdate}
	survey, err := what.Survey(t.Context(), strings.NewReader(file(1, "a")))
	if err != nil {
		t.Fatal(err)
	}
	run := client.Transfer{Client: f.client(), Import: what, Survey: survey, Report: func([]seatfile.Line) error { return nil }, Waiting: func(error, time.Duration) {}}
	if _, err := run.Run(t.Context(), gently, strings.NewReader(file(1, "a"))); !errors.Is(err, client.ErrStopped) {
		t.Errorf("got %v", err)
	}
}

// TestADryRunLeavesNothing: no seat, and no key that would answer for the real run.
func TestADryRunLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	tally, _, err := transfer(t, f, client.Import{DryRun: true}, file(1500, "a"))
	if err != nil || tally.Outcomes[seatfile.Created] != 1500 || len(f.seats) != 0 || len(f.known) != 0 {
		t.Errorf("%+v, %d seats, %d keys, %v", tally, len(f.seats), len(f.known), err)
	}
}

func TestSeatsAreDeletedByFile(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.seats["ada"], f.seats["bob"] = "", ""
	tally, _, err := transfer(t, f, client.Import{Operation: seatfile.Delete}, "seat_id\nADA\nnobody\n")
	want := map[seatfile.Outcome]int{seatfile.Deleted: 1, seatfile.Refused: 1}
	if diff := cmp.Diff(want, tally.Outcomes); err != nil || diff != "" || len(f.seats) != 1 {
		t.Errorf("%v, %d seats (-want +got)\n%s", err, len(f.seats), diff)
	}
}

// TestNoBodyIsTooLarge sends rows of the longest cells, of characters that grow when
// they are written as CSV and as JSON.
func TestNoBodyIsTooLarge(t *testing.T) {
	t.Parallel()
	for name, cell := range map[string]string{
		"quotes": strings.Repeat(`""`, seatfile.LongestCell), "controls": strings.Repeat("\x01", seatfile.LongestCell), "wide separators": strings.Repeat("\u2028", seatfile.LongestCell/3),
		"less-than": strings.Repeat("<", seatfile.LongestCell), "line breaks": strings.Repeat("\n", seatfile.LongestCell), "backslashes": strings.Repeat(`\`, seatfile.LongestCell),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			var text strings.Builder
			text.WriteString("seat_id,seat_name,email,phone\n")
			for n := range 100 {
				fmt.Fprintf(&text, "%d,\"%s\",\"%s\",\"%s\"\n", n, cell, cell, cell)
			}
			tally, _, err := transfer(t, f, client.Import{}, text.String())
			if err != nil || tally.Outcomes[seatfile.Created] != 100 {
				t.Fatalf("%+v, %v", tally, err)
			}
			if largest := slices.Max(f.bodies); largest > 1<<20-1<<10 || largest < 1<<19 {
				t.Errorf("the largest body has %d bytes", largest)
			}
			if _, _, err := transfer(t, f, client.Import{}, text.String()); err != nil || !slices.Contains(f.calls, "replayed") {
				t.Errorf("the parts of a second run: %v, %v", f.calls, err)
			}
		})
	}
}

func TestAFileThatChangedMeanwhileIsNoticed(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	what := client.Import{Unit: berlin, SeatType: "USER", Operation: seatfile.CreateOrUpdate}
	survey, err := what.Survey(t.Context(), strings.NewReader(file(10, "a")))
	if err != nil {
		t.Fatal(err)
	}
	run := client.Transfer{Client: f.client(), Import: what, Survey: survey, Report: func([]seatfile.Line) error { return nil }, Waiting: func(error, time.Duration) {}}
	if _, err := run.Run(t.Context(), t.Context(), strings.NewReader(file(10, "b"))); err == nil || !strings.Contains(err.Error(), "was changed while") || len(f.seats) > 0 {
		t.Errorf("%d seats, %v", len(f.seats), err)
	}
}

// TestAKeyIsOfOneImport: whatever the outcome depends on is in it.
func TestAKeyIsOfOneImport(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	until := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, what := range []client.Import{{}, {ProfileID: "prof_1"}, {ProfileID: "prof_1", ExpiresAt: until}, {Operation: seatfile.Delete}} {
		if _, _, err := transfer(t, f, what, "seat_id\nada\n"); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.known) != 4 {
		t.Errorf("%d keys of 4 imports", len(f.known))
	}
}
