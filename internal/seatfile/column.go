package seatfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Column is the name of a column, as it stands in a file's first line.
type Column string

// The columns that an import reads.
const (
	SeatID    Column = "seat_id"
	SeatName  Column = "seat_name"
	Email     Column = "email"
	Phone     Column = "phone"
	Code      Column = "enrollment_code"
	CodeEmail Column = "enrollment_email"
)

// Columns lists the columns that an import reads.
var Columns = []Column{SeatID, SeatName, Email, Phone, Code, CodeEmail}

// The columns that an export has beside seat_id, seat_name, email and phone. An
// import knows them, so that an exported file can be imported again as it is, and
// changes nothing by them: of the seat's type and business unit it is told, so that
// a file of other seats can be refused; the rest is passed over.
const (
	SeatTypeColumn Column = "seat_type"
	UnitColumn     Column = "business_unit"
	StatusColumn   Column = "status"
	UnusedSince    Column = "unused_since"
	CreatedAt      Column = "created_at"
	UpdatedAt      Column = "updated_at"
)

// readOnly lists the columns that an export has beside what an import changes.
var readOnly = []Column{SeatTypeColumn, UnitColumn, StatusColumn, UnusedSince, CreatedAt, UpdatedAt}

// columnsOf reads the first line, which is at the given row. It refuses unknown and doubled columns and a
// missing seat_id, all of them at once, so that a file is put right in one go.
func columnsOf(row int, header []string) ([]Column, error) {
	columns := make([]Column, len(header))
	var unknown, doubled []string
	for n, cell := range header {
		c := Column(strings.ToLower(strings.TrimSpace(cell)))
		switch {
		case !slices.Contains(Columns, c) && !slices.Contains(readOnly, c):
			unknown = append(unknown, named(c, n))
		case slices.Contains(columns[:n], c) && !slices.Contains(doubled, string(c)):
			doubled = append(doubled, string(c))
		}
		columns[n] = c
	}
	var wrong []string
	if len(unknown) > 0 {
		wrong = append(wrong, "does not know "+enumerated(unknown))
	}
	if len(doubled) > 0 {
		wrong = append(wrong, "has "+enumerated(doubled)+" more than once")
	}
	if !slices.Contains(columns, SeatID) {
		wrong = append(wrong, "lacks seat_id")
	}
	if len(wrong) == 0 {
		return columns, nil
	}
	known := make([]string, len(Columns))
	for n, c := range Columns {
		known[n] = string(c)
	}
	return nil, mistake(row, "the first line names the columns, and it %s; the columns are %s, of which seat_id must be there",
		strings.Join(wrong, ", and "), enumerated(known))
}

// named is an unknown column in a sentence, with the known one that it nearly is.
func named(c Column, n int) string {
	if c == "" {
		return fmt.Sprintf("column %d without a name", n+1)
	}
	given := []rune(c)
	if len(given) > 40 {
		return fmt.Sprintf("%q", string(given[:40])+"…")
	}
	// Spaces and hyphens are what people write for an underscore.
	spelled := strings.NewReplacer(" ", "_", "-", "_").Replace(string(c))
	for _, known := range Columns {
		if levenshtein.ComputeDistance(spelled, string(known)) <= max(1, len(known)/4) || strings.ReplaceAll(string(known), "_", "") == spelled {
			return fmt.Sprintf("%q (did you mean %s?)", c, known)
		}
	}
	return fmt.Sprintf("%q", c)
}

// enumerated is a list in a sentence.
func enumerated(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " and " + items[last]
}
