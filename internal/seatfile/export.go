package seatfile

import (
	"encoding/csv"
	"io"
	"time"
)

// Seat is a seat as an export shows it.
type Seat struct {
	SeatID, Name, Email, Phone string
	// Type and Status are the words of the API, BusinessUnit is the unit's key.
	Type, BusinessUnit, Status string
	// UnusedSince is the zero time for a seat that is in use.
	UnusedSince          time.Time
	CreatedAt, UpdatedAt time.Time
}

// exportColumns is what an export has, in its order: first what an import changes.
var exportColumns = append([]Column{SeatID, SeatName, Email, Phone}, readOnly...)

// Export writes seats as a file that an import reads again unchanged. Instants are
// RFC 3339 in UTC. Lines end in CRLF (RFC 4180), and a cell that a spreadsheet
// would take for a formula begins with an apostrophe, which an import takes off.
type Export struct {
	csv    *csv.Writer
	record []string
}

// NewExport writes the line with the columns' names, behind a byte order mark when
// mark is set: without one, Excel takes the file for the local code page.
func NewExport(w io.Writer, mark bool) (*Export, error) {
	e := &Export{csv: csv.NewWriter(w), record: make([]string, len(exportColumns))}
	e.csv.UseCRLF = true
	if mark {
		if _, err := w.Write(markUTF8); err != nil {
			return nil, err
		}
	}
	for n, c := range exportColumns {
		e.record[n] = string(c)
	}
	return e, e.csv.Write(e.record)
}

// Write writes one seat. The caller calls Flush in the end.
func (e *Export) Write(s Seat) error {
	e.record = append(e.record[:0], s.SeatID, s.Name, s.Email, s.Phone,
		s.Type, s.BusinessUnit, s.Status, instant(s.UnusedSince), instant(s.CreatedAt), instant(s.UpdatedAt))
	for n, cell := range e.record {
		e.record[n] = Guarded(cell)
	}
	return e.csv.Write(e.record)
}

// Flush writes what is buffered and tells the first error of any write.
func (e *Export) Flush() error {
	e.csv.Flush()
	return e.csv.Error()
}

// instant is a time in a cell; empty for the zero time.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
