package seatfile

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Reader reads a file of seats, one row at a time.
//
// It understands what spreadsheets write: a byte order mark, CRLF, semicolons or
// tabs instead of commas, quoted cells with line breaks in them. Blank lines, and
// rows whose cells are all empty, are passed over and counted. An apostrophe that
// an export put in front of a formula is taken off.
//
// What it cannot read, it refuses with a *Mistake: the whole file, in words. Any
// other error is the file's own, such as a disk that failed.
type Reader struct {
	source  *source
	csv     *csv.Reader
	columns []Column
	// extra is how many lines of the file were line breaks inside cells: what the
	// parser's line is ahead of the spreadsheet's row.
	extra int
	rows  int
	last  int // the number of the row that was read last
}

// NewReader reads the line with the columns' names.
func NewReader(file io.Reader) (*Reader, error) {
	text, separator, err := opened(file)
	if err != nil {
		return nil, err
	}
	r := &Reader{source: &source{file: text}}
	r.csv = csv.NewReader(r.source)
	r.csv.Comma = separator
	r.csv.FieldsPerRecord = -1 // said in our own words, with the row
	r.csv.ReuseRecord = true
	header, number, err := r.record()
	if err != nil {
		return nil, err
	}
	r.columns, err = columnsOf(number, header)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Columns are the file's columns that an import reads, in the file's order.
func (r *Reader) Columns() []Column {
	var out []Column
	for _, c := range r.columns {
		if c == SeatID || new(Row).cell(c) != nil {
			out = append(out, c)
		}
	}
	return out
}

// Read returns the next seat, and io.EOF behind the last. A file that names its
// columns and has no seat is refused: whoever sent it meant something else.
func (r *Reader) Read() (Row, error) {
	for {
		record, number, err := r.record()
		if errors.Is(err, io.EOF) && r.rows == 0 {
			return Row{}, mistake(0, "it names its columns and has no row below them, so there is nothing to do; each line below the first is a seat")
		}
		if err != nil {
			return Row{}, err
		}
		if isBlank(record) {
			continue
		}
		if len(record) != len(r.columns) {
			return Row{}, mistake(number, "it has %s and the first line has %d; write an empty cell for what is missing, and put a cell that has the separator %s in it into double quotes",
				cells(len(record)), len(r.columns), r.separator())
		}
		r.rows++
		return r.row(number, record), nil
	}
}

// record is the next line of cells and its number, after the checks that hold for
// each of them. The slice is good until the next call.
func (r *Reader) record() ([]string, int, error) {
	r.source.next()
	record, err := r.csv.Read()
	if err != nil {
		return nil, 0, r.refused(err)
	}
	line, _ := r.csv.FieldPos(0)
	number := line - r.extra
	r.last = number
	for n, cell := range record {
		r.extra += strings.Count(cell, "\n")
		switch {
		case len(unguarded(cell)) > LongestCell:
			return nil, 0, mistake(number, "cell %d holds %d bytes and may hold %d; shorten it, or look for a double quote in it that closes too late", n+1, len(cell), LongestCell)
		case strings.IndexByte(cell, 0) >= 0:
			return nil, 0, mistake(number, "cell %d has a zero byte in it, as in a file that is UTF-16 or no text at all; save it as CSV in UTF-8", n+1)
		case !utf8.ValidString(cell):
			return nil, 0, mistake(number, "cell %d is not in UTF-8; in a spreadsheet choose “CSV UTF-8” when saving", n+1)
		}
	}
	return record, number, nil
}

// row makes a seat of a line of cells. The values share one allocation.
func (r *Reader) row(number int, record []string) Row {
	row := Row{Number: number}
	values := make([]string, 0, len(Columns))
	for n, c := range r.columns {
		value := unguarded(record[n])
		switch c {
		case SeatID:
			row.SeatID = value
		case SeatTypeColumn:
			row.SeatType = strings.TrimSpace(value)
		case UnitColumn:
			row.BusinessUnit = strings.TrimSpace(value)
		default:
			if cell := row.cell(c); cell != nil {
				values = append(values, value)
				*cell = &values[len(values)-1]
			}
		}
	}
	return row
}

// refused turns the parser's error into a Mistake that says the row.
func (r *Reader) refused(err error) error {
	if r.source.failed != nil {
		return r.source.failed
	}
	if errors.Is(err, errEndless) {
		return mistake(r.last+1, "it has no end within %d bytes; look for a double quote that is opened there and never closed", longestRecord)
	}
	var at *csv.ParseError
	if !errors.As(err, &at) {
		return err // io.EOF
	}
	number := at.StartLine - r.extra
	if errors.Is(at.Err, csv.ErrBareQuote) {
		return mistake(number, `a double quote stands inside a cell that is not quoted; put the whole cell into double quotes and write each one in it twice, such as "the ""old"" server"`)
	}
	return mistake(number, `a quoted cell is not closed, or goes on behind its closing quote; end it with one double quote, and write each one in it twice, such as "the ""old"" server"`)
}

// separator is what separates the cells, in a sentence.
func (r *Reader) separator() string {
	if r.csv.Comma == '\t' {
		return "(a tab)"
	}
	return "(" + string(r.csv.Comma) + ")"
}

// cells is a number of cells, in a sentence.
func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return itoa(n) + " cells"
}

// isBlank reports whether a line has nothing in any cell, as spreadsheets write
// below the last row.
func isBlank(record []string) bool {
	for _, cell := range record {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}
