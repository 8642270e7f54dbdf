package seatfile

import (
	"encoding/csv"
	"io"
)

// Writer writes seats as a file that Reader reads back: the same columns in the
// same order, so that a part of a file is again a file. It ends lines with LF and
// buffers nothing that Flush does not write.
type Writer struct {
	csv     *csv.Writer
	columns []Column
	record  []string
}

// NewWriter writes the line with the columns' names. It writes those of Columns,
// and seat_id among them.
func NewWriter(w io.Writer, columns []Column) (*Writer, error) {
	out := &Writer{csv: csv.NewWriter(w), columns: columns, record: make([]string, len(columns))}
	for n, c := range columns {
		out.record[n] = string(c)
	}
	return out, out.csv.Write(out.record)
}

// Write writes one seat. The caller calls Flush in the end.
func (w *Writer) Write(row Row) error {
	for n, c := range w.columns {
		w.record[n] = ""
		if c == SeatID {
			w.record[n] = Guarded(row.SeatID)
		} else if cell := row.cell(c); cell != nil && *cell != nil {
			w.record[n] = Guarded(**cell)
		}
	}
	return w.csv.Write(w.record)
}

// Flush writes what is buffered and tells the first error of any write.
func (w *Writer) Flush() error {
	w.csv.Flush()
	return w.csv.Error()
}
