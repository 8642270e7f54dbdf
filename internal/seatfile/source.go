package seatfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// LongestCell is how many bytes one cell may hold. It is far more than any column
// allows, and little enough that a stray quote is noticed before it has swallowed
// the file.
const LongestCell = 4096

// longestRecord is how many bytes are read for one row: every column of an export
// at its longest, each of its characters a quote and so doubled.
const longestRecord = 16 * 2 * LongestCell

// errEndless is what source answers when a row does not end.
var errEndless = errors.New("a row without an end")

// source hands a file to the CSV parser, and no more than longestRecord bytes for
// one row: a quote that is never closed would otherwise be read to the end of
// the file, however much memory that takes.
type source struct {
	file   io.Reader
	left   int
	failed error
}

// next begins another row.
func (s *source) next() { s.left = longestRecord }

// Read implements io.Reader. It keeps the file's own fault, so that a broken disk
// is not told as a broken file.
func (s *source) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, errEndless
	}
	n, err := s.file.Read(p[:min(len(p), s.left)])
	s.left -= n
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = fmt.Errorf("read the file: %w", err)
	}
	return n, err
}

// The byte order marks of the encodings that spreadsheets save in.
var (
	markUTF8    = []byte{0xEF, 0xBB, 0xBF}
	markUTF16LE = []byte{0xFF, 0xFE}
	markUTF16BE = []byte{0xFE, 0xFF}
)

// opened looks at a file's beginning: it takes off the byte order mark and finds
// what separates the cells. It refuses a file that is empty, in UTF-16, or without line ends of today.
func opened(file io.Reader) (_ io.Reader, separator rune, _ error) {
	text := bufio.NewReaderSize(file, longestRecord)
	begin, err := text.Peek(longestRecord)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, 0, fmt.Errorf("read the file: %w", err)
	}
	if bytes.HasPrefix(begin, markUTF16LE) || bytes.HasPrefix(begin, markUTF16BE) {
		return nil, 0, mistake(0, "it is in UTF-16, which some spreadsheets call Unicode text; save it as CSV in UTF-8")
	}
	if bytes.HasPrefix(begin, markUTF8) {
		begin = begin[len(markUTF8):]
		if _, err := text.Discard(len(markUTF8)); err != nil {
			return nil, 0, fmt.Errorf("read the file: %w", err)
		}
	}
	if len(bytes.TrimSpace(begin)) == 0 {
		return nil, 0, mistake(0, "it is empty; its first line names the columns, such as seat_id,seat_name,email, and each line below is a seat")
	}
	if bytes.IndexByte(begin, '\n') < 0 && bytes.IndexByte(begin, '\r') >= 0 {
		return nil, 0, mistake(0, "its lines end in a carriage return alone, as on old Macs; save it as CSV in UTF-8")
	}
	return text, separatorOf(begin), nil
}

// separatorOf is the comma, semicolon or tab that stands most often outside quotes
// in the first line that is not blank; a comma when there is none.
func separatorOf(begin []byte) rune {
	counts := map[byte]int{}
	quoted := false
	for _, b := range bytes.TrimLeft(begin, "\r\n") {
		switch {
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '\n':
			return most(counts)
		default:
			counts[b]++
		}
	}
	return most(counts)
}

// most is the separator that was counted most often.
func most(counts map[byte]int) rune {
	best := byte(',')
	for _, b := range []byte{';', '\t'} {
		if counts[b] > counts[best] {
			best = b
		}
	}
	return rune(best)
}
