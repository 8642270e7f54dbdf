package export

import (
	"bufio"
	"io"

	"gatehouse/internal/lifecycle"
)

// lines writes things in a format, one per line. Nothing is written before the first
// of head, row and flush, so that what goes wrong before can still be told.
type lines interface {
	// head begins the file.
	head() error
	// row writes one thing's values, one per column.
	row(values []any) error
	// flush hands on what is buffered.
	flush() error
}

// newLines are lines of a format with these columns.
func newLines(format lifecycle.ExportFormat, columns []string, w io.Writer) lines {
	out := bufio.NewWriterSize(w, 32<<10)
	if format == lifecycle.NDJSON {
		return newNDJSON(columns, out)
	}
	return newCSV(columns, out)
}
