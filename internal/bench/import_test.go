//go:build unix

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/internal/seatfile"
)

// read is every seat of a file, in its order.
func read(t *testing.T, f seatsFile) (text string, seats []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seats.csv")
	if err := f.write(path); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := seatfile.NewReader(strings.NewReader(string(written)))
	for err == nil {
		var row seatfile.Row
		if row, err = r.Read(); err == nil {
			seats = append(seats, row.SeatID+" "+*row.Email)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return string(written), seats
}

func TestTheFileOfSeatsIsAFunctionOfItsNumbers(t *testing.T) {
	t.Parallel()
	f := seatsFile{from: 7, rows: 500}
	text, seats := read(t, f)
	if again, _ := read(t, f); again != text || f.text(0, f.rows) != text {
		t.Error("the same file is another one each time")
	}
	f.blank = true
	other, same := read(t, f)
	if other == text || strings.Join(same, "\n") != strings.Join(seats, "\n") {
		t.Error("the file with a blank line should be another one with the same seats")
	}
	different := map[string]bool{}
	for _, seat := range seats {
		different[seat] = true
	}
	if len(different) != 500 {
		t.Errorf("%d different seats of 500 rows", len(different))
	}
}

func TestAReportThatDoesNotAddUpIsRefused(t *testing.T) {
	t.Parallel()
	const columns = "row,seat_id,outcome,enrollment_code,reason\r\n"
	for name, test := range map[string]struct {
		text string
		says string
		want told
	}{
		"whole":         {columns + "2,a,CREATED,,\r\n3,b,CREATED,,done by an earlier call\r\n", "", told{rows: 2, before: 1}},
		"a row refused": {columns + "2,a,REFUSED,,NO_SEAT_LEFT: none\r\n", "", told{rows: 1}},
		"a row missing": {columns + "2,a,CREATED,,\r\n4,c,CREATED,,\r\n", "row 4 where row 3 comes next", told{}},
		"a row twice":   {columns + "2,a,CREATED,,\r\n2,a,CREATED,,\r\n", "row 2 where row 3 comes next", told{}},
		"cut off":       {columns + "2,a,CREATED,,\r\n3,b", "wrong number of fields", told{}},
		"empty":         {"", "reading a report", told{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := readTold(strings.NewReader(test.text))
			if test.says != "" {
				if err == nil || !strings.Contains(err.Error(), test.says) {
					t.Errorf("got %v", err)
				}
				return
			}
			if err != nil || got.rows != test.want.rows || got.before != test.want.before {
				t.Errorf("got %+v, %v", got, err)
			}
			if got.all(2, seatfile.Created) != (name == "whole") {
				t.Errorf("whether all were created: %+v", got)
			}
		})
	}
}

func TestAStateThatIsNotWholeIsRefused(t *testing.T) {
	t.Parallel()
	whole := unitState{seats: 10, versions: 10, created: 10, made: 10, ofSeats: 10, entries: 12, events: 12}
	if err := whole.whole(10); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*unitState){
		"seats": func(s *unitState) { s.seats++ }, "versions": func(s *unitState) { s.versions++ }, "licences": func(s *unitState) { s.created-- },
		"audit entries": func(s *unitState) { s.made++ }, "about": func(s *unitState) { s.ofSeats-- },
	} {
		s := whole
		spoil(&s)
		if err := s.whole(10); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheRowsOfAGrowingReportAreCounted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "report.csv")
	var c counting
	if got := c.count(path); got != 0 {
		t.Errorf("%d rows before there is a report", got)
	}
	text := ""
	for _, step := range []struct {
		more string
		rows int
	}{{"", 0}, {"row,seat_id\r\n", 0}, {"2,a\r\n3,", 1}, {"b\r\n", 2}, {"", 2}} {
		text += step.more
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := c.count(path); got != step.rows {
			t.Errorf("%d rows in %q", got, text)
		}
	}
}
