package seatfile

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"gatehouse/internal/refusal"
)

// Line is what became of one row.
type Line struct {
	Row     int
	SeatID  string
	Outcome Outcome
	// Code is the enrollment code, where one was made or given and may be shown.
	Code string
	// Reason says why the row was refused; empty when it was not.
	Reason string
}

// Report writes what became of each row: row, seat_id, outcome, enrollment_code,
// reason. Lines end in CRLF (RFC 4180), and a cell that a spreadsheet would take
// for a formula begins with an apostrophe.
type Report struct{ csv *csv.Writer }

// NewReport writes the line with the columns' names.
func NewReport(w io.Writer) (*Report, error) {
	r := &Report{csv.NewWriter(w)}
	r.csv.UseCRLF = true
	return r, r.csv.Write([]string{"row", "seat_id", "outcome", "enrollment_code", "reason"})
}

// Write writes one line. The caller calls Flush in the end, and whenever the lines
// so far must not be lost.
func (r *Report) Write(l Line) error {
	return r.csv.Write([]string{itoa(l.Row), Guarded(l.SeatID), string(l.Outcome), Guarded(l.Code), Guarded(l.Reason)})
}

// Flush writes what is buffered and tells the first error of any write.
func (r *Report) Flush() error {
	r.csv.Flush()
	return r.csv.Error()
}

// Reason puts the refusals of a row into one cell: each with its code for programs
// and its sentence for people.
func Reason(why []*refusal.Refusal) string {
	sentences := make([]string, len(why))
	for n, no := range why {
		sentences[n] = string(no.Code) + ": " + no.Message
	}
	return strings.Join(sentences, " ")
}

// itoa is a number in a cell.
func itoa(n int) string { return strconv.Itoa(n) }
