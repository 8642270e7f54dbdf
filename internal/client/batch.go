package client

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

// What one call takes: the rows that the issue names, and a text that, written as
// JSON, stays well below the 1 MiB of a request's body.
const (
	batchRows  = 1000
	batchBytes = 768 << 10
)

// batch is a part of a file. Where it begins and ends depends on the file alone, so
// that a second run cuts the same parts and its keys mean the same.
type batch struct {
	columns []seatfile.Column
	text    bytes.Buffer
	writer  *seatfile.Writer
	size    int // of text, as JSON
	// lines has one for each row of the part, sent or not; sent are the places in
	// lines of those that are in text, in the order of its rows.
	lines []seatfile.Line
	sent  []int
}

// empty begins the next part.
func (b *batch) empty() error {
	b.text.Reset()
	b.lines, b.sent = b.lines[:0], b.sent[:0]
	var err error
	if b.writer, err = seatfile.NewWriter(&b.text, b.columns); err == nil {
		err = b.writer.Flush()
	}
	b.size = encoded(b.text.Bytes())
	return err
}

// add puts a row into the part. It answers false, and changes nothing, when the
// part is full.
func (b *batch) add(row seatfile.Row) (bool, error) {
	if len(b.lines) == batchRows {
		return false, nil
	}
	before := b.text.Len()
	if err := b.writer.Write(row); err != nil {
		return false, err
	}
	if err := b.writer.Flush(); err != nil {
		return false, err
	}
	more := encoded(b.text.Bytes()[before:])
	if b.size+more > batchBytes && len(b.lines) > 0 {
		b.text.Truncate(before)
		return false, nil
	}
	b.size += more
	b.sent = append(b.sent, len(b.lines))
	b.lines = append(b.lines, seatfile.Line{Row: row.Number, SeatID: row.SeatID})
	return true, nil
}

// refuse keeps a row that is not sent, since an earlier one names the same seat. It
// answers false when the part is full.
func (b *batch) refuse(row seatfile.Row, first int) bool {
	if len(b.lines) == batchRows {
		return false
	}
	why := refusal.New(refusal.Duplicate, "Row %d has the same seat_id; a file names each seat once.", first)
	b.lines = append(b.lines, seatfile.Line{Row: row.Number, SeatID: row.SeatID, Outcome: seatfile.Refused, Reason: seatfile.Reason([]*refusal.Refusal{why})})
	return true
}

// rows says which rows of the file the part has.
func (b *batch) rows() string {
	return fmt.Sprintf("%d-%d", b.lines[0].Row, b.lines[len(b.lines)-1].Row)
}

// encoded is how many bytes a text takes inside a JSON string.
func encoded(text []byte) int {
	size := len(text)
	for n := range text {
		switch c := text[n]; {
		case c == '"', c == '\\', c == '\n', c == '\r', c == '\t':
			size++
		case c < ' ':
			size += len(`\u001f`) - 1
		case c == 0xE2 && n+2 < len(text):
			if r, _ := utf8.DecodeRune(text[n:]); r == '\u2028' || r == '\u2029' {
				size += len(`\u2028`) - 3
			}
		}
	}
	return size
}
