package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/seatfile"
)

// csvLines is RFC 4180 in UTF-8: a line of column names, lines that end with CRLF,
// cells quoted where they have to be. What is missing is an empty cell; several
// values stand in one cell, a blank between them.
//
// A text that a spreadsheet would take for a formula gets an apostrophe in front,
// since whoever made a seat or a request chose it, and an administrator opens the
// file (OWASP, "CSV Injection"). NDJSON tells texts as they are.
type csvLines struct {
	columns []string
	out     *bufio.Writer
	csv     *csv.Writer
	cells   []string
}

func newCSV(columns []string, out *bufio.Writer) *csvLines {
	l := &csvLines{columns: columns, out: out, csv: csv.NewWriter(out), cells: make([]string, len(columns))}
	l.csv.UseCRLF = true
	return l
}

func (l *csvLines) head() error { return l.csv.Write(l.columns) }

func (l *csvLines) row(values []any) error {
	for n, v := range values {
		text, err := cell(v)
		if err != nil {
			return fmt.Errorf("write the column %s: %w", l.columns[n], err)
		}
		l.cells[n] = text
	}
	return l.csv.Write(l.cells)
}

func (l *csvLines) flush() error {
	l.csv.Flush()
	if err := l.csv.Error(); err != nil {
		return err
	}
	return l.out.Flush()
}

// cell is a value as a cell holds it.
func cell(v any) (string, error) {
	switch x := v.(type) {
	case nil:
		return "", nil
	case string:
		return seatfile.Guarded(x), nil
	case []string:
		return seatfile.Guarded(strings.Join(x, " ")), nil
	case json.RawMessage:
		return seatfile.Guarded(string(x)), nil
	case time.Time:
		return instant(x), nil
	case int:
		return strconv.Itoa(x), nil
	case bool:
		return strconv.FormatBool(x), nil
	}
	return "", fmt.Errorf("export: a value of type %T has no form", v)
}

// instant is a time as the API writes one: RFC 3339 in UTC.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
