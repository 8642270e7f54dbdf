//go:build unix

package main

import (
	"database/sql"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
)

// What is loaded is what the use cases could have made: every counter agrees with
// its rows, every status is there, and nothing is about to change by itself.
func TestTheLoadedDataAreSound(t *testing.T) {
	t.Parallel()
	db := loaded(t).Open(t)
	differences, err := licence.Verify(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Errorf("%s", d)
	}
	for _, s := range lifecycle.Statuses {
		if count(t, db, `SELECT count(*) FROM enrollments WHERE status = $1`, string(s)) == 0 {
			t.Errorf("no enrollment is %s", s)
		}
	}
	for name, want := range map[string]int{"enrollments": small.enrollments, "seats": small.seats, "business_units": small.units + 1} {
		if got := count(t, db, `SELECT count(*) FROM `+name); got != want {
			t.Errorf("%d %s, want %d", got, name, want)
		}
	}
	soon := time.Now().Add(10 * 365 * 24 * time.Hour)
	if n := count(t, db, `SELECT count(*) FROM enrollments WHERE status = ANY ('{CREATED,PENDING,PENDING_SECOND_APPROVAL,IN_PROGRESS,APPROVED}') AND expires_at < $1`, soon); n != 0 {
		t.Errorf("%d enrollments expire within ten years: a data folder would age", n)
	}
	if n := count(t, db, `SELECT count(DISTINCT created_at) FROM enrollments`); n < small.enrollments*99/100 {
		t.Errorf("only %d of %d enrollments have a time of their own", n, small.enrollments)
	}
}

// The API and the bare handler are measured against each other, so they must show
// the same page.
func TestTheAPIAndTheBareHandlerShowTheSame(t *testing.T) {
	t.Parallel()
	db := loaded(t)
	it, err := openAPI(t.Context(), db.AppURL, true, small.asked())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { it.store.Close() })
	answer, err := it.ask()
	if err != nil {
		t.Fatal(err)
	}
	api, err := readAnswer(answer)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Open(t).QueryRowContext(t.Context(), bareStatement, unitID(small.asked().unit)).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	bare, err := readAnswer(answer)
	if err != nil {
		t.Fatal(err)
	}
	for n := range api {
		if !api[n].same(bare[n]) {
			t.Errorf("enrollment %d is %+v to the API and %+v to the bare handler", n, api[n], bare[n])
		}
	}
}

// The program itself, from an empty folder to the printed tables, and a second
// time on the same data.
func TestARun(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the server and starts PostgreSQL twice")
	}
	binary := filepath.Join(t.TempDir(), "gatehouse")
	if output, err := command(t, "go", "build", "-buildvcs=false", "-o", binary, "gatehouse/server"); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	args := []string{"-enrollments", "2500", "-seats", "1000", "-units", "4", "-rounds", "1", "-round", "100ms", "-connections", "4", "-pgbench-clients", "2",
		"-usage-seats", "1000", "-import-rows", "4000", "-certificates", "200", "-bulk", "6000", "-bulk-pair", "500", "-pages", "10000", "-server", binary, "-dir", enterable(t)}
	for n, run := range []struct {
		part, says string
		prints     []string
	}{
		{partAll, "Loaded in", []string{
			"server", "bare", "SQL statements        1\n", " by enrollment", "one business unit, 10 seats", "all, 1000 seats", "(medians of 2 pairs; at most 1.3 is meant)",
			"the same seats by another file", "the server killed at 2000 and started again", "medians of 1 pairs of 400 rows", "gatehouse verify agrees",
			" 200 certificates ", "the same again", "EXPIRING_30_DAYS: ",
		}},
		{partList, "Measuring the data of an earlier run", []string{"server", "bare"}},
	} {
		var stdout, stderr strings.Builder
		if err := dispatch(t.Context(), append(args, "-part", run.part), &stdout, &stderr); err != nil {
			t.Fatalf("run %d: %v\n%s", n, err, stderr.String())
		}
		if !strings.Contains(stderr.String(), run.says) {
			t.Errorf("run %d does not say %q: %s", n, run.says, stderr.String())
		}
		for _, line := range run.prints {
			if !strings.Contains(stdout.String(), line) {
				t.Errorf("run %d prints no %q:\n%s", n, line, stdout.String())
			}
		}
	}
}

func TestSettingsThatCannotBeMeasuredAreRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, args, says string
	}{
		{"too few enrollments for a page", "-enrollments 1000 -seats 500 -units 10", "needs more than 50"},
		{"more seats than enrollments", "-enrollments 100000 -seats 200000", "an enrollment for each seat"},
		{"no rounds", "-rounds 0", "at least 1"},
		{"no such part", "-part everything", "list, usage, import, certificates, bulk, pages and all"},
		{"fewer seats than few", "-usage-seats 10", "more than 10"},
		{"a file too short to be interrupted", "-import-rows 100", "at least 4000"},
		{"too few certificates for all kinds", "-certificates 100", "at least 200"},
		{"a job too short to be killed", "-bulk 1000", "killed five times"},
		{"a job of less than a batch", "-bulk-pair 100", "no whole batch"},
		{"too few enrollments for a deep page", "-pages 1000", "from 10000 on"},
		{"the same size twice", "-pages 10000,10000", "another number"},
		{"a word", "quickly", `"quickly" is no setting`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := readSettings(strings.Fields(row.args), io.Discard)
			if err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, want %q", err, row.says)
			}
		})
	}
}

func TestAFullDiskIsToldBeforeLoading(t *testing.T) {
	t.Parallel()
	err := data{says: "too many enrollments", rows: 1 << 50}.checkRoom(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), dirVariable) {
		t.Errorf("got %v, want a sentence that names %s", err, dirVariable)
	}
}

func TestAServerThatEndsIsTold(t *testing.T) {
	t.Parallel()
	_, err := startServer(t.Context(), "/bin/false", "", t.TempDir(), "")
	if err == nil || !strings.Contains(err.Error(), "ended instead of serving") {
		t.Errorf("got %v", err)
	}
	if _, err = startServer(t.Context(), "/nowhere/gatehouse", "", t.TempDir(), ""); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v", err)
	}
}

func count(t *testing.T, db *sql.DB, statement string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), statement, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
