package seatfile_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/seatfile"
)

// FuzzRead: whatever is in a file, it is read or refused in one line of text; and
// what was read is, written and read again, the same.
func FuzzRead(f *testing.F) {
	for _, file := range []string{
		"seat_id,seat_name\nada,\"Ada, \"\"Countess\"\"\"\n", "\ufeffseat_id;email\r\n'=1;\"a\r\nb\"\r\n", "seat_id\n''+x\n\n'\n", "\xff\xfe", "seat_id\n\"", "seat_id\na\rb\n",
	} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file string) {
		first, err := rows(strings.NewReader(file))
		if err != nil {
			var no *seatfile.Mistake
			if !errors.As(err, &no) || no.Row < 0 || strings.Contains(no.Error(), "\n") || !utf8.ValidString(no.Error()) {
				t.Fatalf("refused with %q", err)
			}
			return
		}
		r, err := seatfile.NewReader(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		w, err := seatfile.NewWriter(&out, r.Columns())
		if err != nil {
			t.Fatal(err)
		}
		last := 1
		for n, row := range first {
			if row.Number <= last || !utf8.ValidString(row.SeatID) {
				t.Fatalf("row %d is behind row %d: %q", row.Number, last, row.SeatID)
			}
			last = row.Number
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
			first[n] = read(n, row)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		again, err := rows(strings.NewReader(out.String()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v\n%q", err, out.String())
		}
		for n, row := range again {
			again[n] = read(n, row)
		}
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("it came back as another (-first +again)\n%s", diff)
		}
	})
}

// read is a row as one more reading leaves it: numbered by its place, without what
// Writer does not write, and with each CRLF in a cell a LF, as encoding/csv reads it.
func read(n int, row seatfile.Row) seatfile.Row {
	row.Number, row.SeatType, row.BusinessUnit = n, "", ""
	row.SeatID = strings.ReplaceAll(row.SeatID, "\r\n", "\n")
	for _, cell := range []**string{&row.Name, &row.Email, &row.Phone, &row.Code, &row.CodeEmail} {
		if *cell != nil {
			value := strings.ReplaceAll(**cell, "\r\n", "\n")
			*cell = &value
		}
	}
	return row
}
