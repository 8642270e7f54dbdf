package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
)

// TestValuesInBothFormats is how each kind of value is written.
func TestValuesInBothFormats(t *testing.T) {
	t.Parallel()
	half := time.Date(2026, 11, 22, 10, 30, 0, 500_000_000, time.FixedZone("CET", 3600))
	for _, row := range []struct {
		name   string
		value  any
		csv    string
		ndjson string
	}{
		{"nothing", nil, ``, `null`},
		{"a text", "Anna", `Anna`, `"Anna"`},
		{"an empty text", "", ``, `""`},
		{"a comma", "Doe, Anna", `"Doe, Anna"`, `"Doe, Anna"`},
		{"quotes", `the "boss"`, `"the ""boss"""`, `"the \"boss\""`},
		{"a line break", "one\ntwo", "\"one\r\ntwo\"", `"one\ntwo"`},
		{"signs of HTML", "a<b>&c", `a<b>&c`, `"a<b>&c"`},
		{"letters beyond ASCII", "Zoë 漢", `Zoë 漢`, `"Zoë 漢"`},
		{"a number", 7, `7`, `7`},
		{"yes", true, `true`, `true`},
		{"no", false, `false`, `false`},
		{"an instant, in UTC", half, `2026-11-22T09:30:00.5Z`, `"2026-11-22T09:30:00.5Z"`},
		{"a list", []string{"a.example", "b.example"}, `a.example b.example`, `["a.example","b.example"]`},
		{"no list", []string(nil), ``, `[]`},
		{"JSON", json.RawMessage(`[{"field":"name"}]`), `"[{""field"":""name""}]"`, `[{"field":"name"}]`},
		{"a formula", "=1+1", `'=1+1`, `"=1+1"`},
		{"a telephone number", "+49 30", `'+49 30`, `"+49 30"`},
		{"a minus", "-1", `'-1`, `"-1"`},
		{"a command", "@SUM(A1)", `'@SUM(A1)`, `"@SUM(A1)"`},
		{"a tabulator", "\t=1", "'\t=1", `"\t=1"`},
		{"a carriage return", "\r=1", "\"'=1\"", `"\r=1"`},
		{"a formula behind a blank", " =1", `' =1`, `" =1"`},
		{"a formula in a list", []string{"=1", "2"}, `'=1 2`, `["=1","2"]`},
		{"a negative number is none", -1, `-1`, `-1`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := written(t, lifecycle.CSV, []string{"a", "b"}, row.value, "end"); got != "a,b\r\n"+row.csv+",end\r\n" {
				t.Errorf("as CSV %q, want the cell %q", got, row.csv)
			}
			if got := written(t, lifecycle.NDJSON, []string{"a", "b"}, row.value, "end"); got != `{"a":`+row.ndjson+`,"b":"end"}`+"\n" {
				t.Errorf("as NDJSON %q, want the value %s", got, row.ndjson)
			}
		})
	}
	t.Run("a value of no known type", func(t *testing.T) {
		t.Parallel()
		if err := newLines(lifecycle.CSV, []string{"a"}, &bytes.Buffer{}).row([]any{3.5}); err == nil || !strings.Contains(err.Error(), "column a") {
			t.Errorf("%v, want an error that names the column", err)
		}
	})
}

// written is a file with one line.
func written(t *testing.T, format lifecycle.ExportFormat, columns []string, values ...any) string {
	t.Helper()
	var out bytes.Buffer
	l := newLines(format, columns, &out)
	if err := errors.Join(l.head(), l.row(values), l.flush()); err != nil {
		t.Fatal(err)
	}
	if format == lifecycle.CSV {
		if rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll(); err != nil || len(rows) != 2 {
			t.Errorf("no CSV of two lines: %v, %v", rows, err)
		}
	}
	return out.String()
}

// TestAPageIsWrittenBeforeTheNextIsRead, so that no more than one is held.
func TestAPageIsWrittenBeforeTheNextIsRead(t *testing.T) {
	t.Parallel()
	for _, format := range lifecycle.ExportFormats {
		var out bytes.Buffer
		number := plain("number", func(n *int) any { return *n })
		pages := 0
		err := stream(t.Context(), newLines(format, []string{"number"}, &out), []column[int]{number}, 3, func(_ context.Context, most int, each func([]*int) error) error {
			if out.Len() > 0 {
				t.Errorf("%s: %q was written before anything was read", format, out.String())
			}
			for n := range most {
				if err := each([]*int{new(10 * n), new(10*n + 1)}); err != nil {
					return err
				}
				pages++
				if got := strings.Count(out.String(), "\n"); got != 2*pages+headLines(format) {
					t.Errorf("%s: %d lines are written after %d pages", format, got, pages)
				}
			}
			return nil
		})
		if err != nil || pages != 3 {
			t.Errorf("%s: %d pages, %v", format, pages, err)
		}
	}
}

func headLines(format lifecycle.ExportFormat) int {
	if format == lifecycle.CSV {
		return 1
	}
	return 0
}

// TestNothingHasItsHeadAlone: an empty list is a file with a line of names, or an empty one.
func TestNothingHasItsHeadAlone(t *testing.T) {
	t.Parallel()
	for format, want := range map[lifecycle.ExportFormat]string{lifecycle.CSV: "number\r\n", lifecycle.NDJSON: ""} {
		for name, walk := range map[string]func(context.Context, int, func([]*int) error) error{
			"no page":       func(context.Context, int, func([]*int) error) error { return nil },
			"an empty page": func(_ context.Context, _ int, each func([]*int) error) error { return each(nil) },
		} {
			var out bytes.Buffer
			if err := stream(t.Context(), newLines(format, []string{"number"}, &out), nil, 0, walk); err != nil || out.String() != want {
				t.Errorf("%s of %s: %q, %v, want %q", format, name, out.String(), err, want)
			}
		}
	}
}

// TestAFailingWalkWritesNothingMore: what cannot be read is not written as if it were nothing.
func TestAFailingWalkWritesNothingMore(t *testing.T) {
	t.Parallel()
	broken := errors.New("the database went away")
	var out bytes.Buffer
	err := stream(t.Context(), newLines(lifecycle.CSV, []string{"number"}, &out), nil, 0, func(context.Context, int, func([]*int) error) error { return broken })
	if !errors.Is(err, broken) || out.Len() != 0 {
		t.Errorf("%v, and %q is written", err, out.String())
	}
}
