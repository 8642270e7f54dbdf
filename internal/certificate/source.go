package certificate

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// source is a file that is read once, from its beginning to its end, and knows where
// it is.
type source struct {
	r      *bufio.Reader
	at     int64
	line   int
	failed error // why there is no more, unless it is the end
}

// readAhead is how much of a file is held, of one that has more.
const readAhead = 16 << 10

// newSource reads r, which has up to most bytes: a call with a thousand small
// certificates holds no more than these.
func newSource(r io.Reader, most int) *source {
	return &source{r: bufio.NewReaderSize(r, min(most, readAhead)), line: 1}
}

// peek is the next n bytes, or the fewer that are left.
func (s *source) peek(n int) []byte {
	b, err := s.r.Peek(n)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) && len(b) < n {
		s.failed = err
	}
	return b
}

// ready is what has been read ahead; nothing at the end.
func (s *source) ready() []byte {
	if len(s.peek(1)) == 0 {
		return nil
	}
	return s.peek(s.r.Buffered())
}

// discard passes over what peek or ready has shown.
func (s *source) discard(n int) {
	b := s.peek(n)
	s.line += bytes.Count(b, []byte("\n"))
	s.at += int64(len(b))
	_, _ = s.r.Discard(len(b)) // they have been shown
}

// skip passes over n bytes; false when there are fewer.
func (s *source) skip(n int64) bool {
	for n > 0 {
		b := s.ready()
		if len(b) == 0 {
			return false
		}
		step := min(n, int64(len(b)))
		s.discard(int(step))
		n -= step
	}
	return true
}

// seek passes over everything before the next c; false when there is none.
func (s *source) seek(c byte) bool {
	for {
		b := s.ready()
		if len(b) == 0 {
			return false
		}
		if n := bytes.IndexByte(b, c); n >= 0 {
			s.discard(n)
			return true
		}
		s.discard(len(b))
	}
}

// take appends the next n bytes to b; false when there are fewer.
func (s *source) take(b []byte, n int) ([]byte, bool) {
	for n > 0 {
		next := s.ready()
		if len(next) == 0 {
			return b, false
		}
		next = next[:min(n, len(next))]
		b = append(b, next...)
		n -= len(next)
		s.discard(len(next))
	}
	return b, true
}
