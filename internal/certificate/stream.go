package certificate

import (
	"bytes"
	"errors"
	"fmt"
	"math"
)

// errTooLarge is about a value that is passed over, since nothing of its size is a
// certificate.
var errTooLarge = fmt.Errorf("this has more than %d bytes; a certificate of up to as many is read", MaxSize)

// level is a value whose values are read one by one.
type level struct {
	end    int64 // none of them goes beyond
	marked bool  // two zero bytes end it
}

// everything is the file.
var everything = level{end: math.MaxInt64}

// in is the level of a value that stands in l and begins here.
func (s *source) in(l level, h header) level {
	if h.length < 0 {
		return level{end: l.end, marked: true}
	}
	return level{end: s.at + int64(h.length)}
}

// why is the reason for which there is no more.
func (s *source) why(otherwise string) error {
	if s.failed == nil {
		return errors.New(otherwise)
	}
	return unarmoured(s.failed)
}

// cutOff is about a value that is not there to its end.
func (s *source) cutOff() error {
	return s.why(fmt.Sprintf("it is cut off at byte %d; copy it whole", s.at))
}

// header reads the header of the next value, and refuses one that is longer than
// what it stands in.
func (s *source) header(in level) (header, error) {
	head := s.peek(maxHeader)
	h, whole, ok := readHeader(head)
	switch {
	case !ok && !whole:
		s.discard(len(head))
		return h, s.cutOff()
	case !ok:
		return h, fmt.Errorf("no value of DER begins at byte %d", s.at)
	case s.at+int64(h.size)+int64(max(h.length, 0)) > in.end:
		return h, fmt.Errorf("the value at byte %d is longer than what it stands in", s.at)
	}
	return h, nil
}

// enter goes into the next value.
func (s *source) enter(in level, tag byte, what string) (level, error) {
	h, err := s.header(in)
	if err != nil {
		return level{}, err
	}
	if h.tag != tag {
		return level{}, fmt.Errorf("at byte %d, there should be %s, which is %s, and there is %s", s.at, what, tagName(tag), tagName(h.tag))
	}
	s.discard(h.size)
	return s.in(in, h), nil
}

// more reports whether another value follows.
func (s *source) more(in level) bool {
	next := s.peek(2)
	return s.at < in.end && len(next) > 0 && !(in.marked && len(next) == 2 && next[0] == 0 && next[1] == 0)
}

// leave goes behind a value whose values have all been read.
func (s *source) leave(l level) error {
	switch {
	case l.marked && s.at+2 <= l.end && bytes.Equal(s.peek(2), []byte{0, 0}):
		s.discard(2)
	case !l.marked && s.at == l.end:
	case len(s.peek(1)) == 0:
		return s.cutOff()
	default:
		return fmt.Errorf("at byte %d, there is a value too many", s.at)
	}
	return nil
}

// pass goes behind the next value, whatever its size.
func (s *source) pass(in level, depth int) error {
	h, err := s.header(in)
	if err != nil {
		return err
	}
	s.discard(h.size)
	if h.length >= 0 {
		if !s.skip(int64(h.length)) {
			return s.cutOff()
		}
		return nil
	}
	if depth == maxDepth {
		return s.tooDeep()
	}
	inside := s.in(in, h)
	for s.more(inside) {
		if err := s.pass(inside, depth+1); err != nil {
			return err
		}
	}
	return s.leave(inside)
}

func (s *source) tooDeep() error {
	return fmt.Errorf("at byte %d, values without a length stand in each other more than %d deep", s.at, maxDepth)
}

// value reads the next value whole. One that is too large to be a certificate is
// passed over, and errTooLarge.
func (s *source) value(in level) ([]byte, error) {
	b, err := s.collect(nil, in, 0)
	if err != nil {
		return nil, err
	}
	if len(b) > MaxSize {
		return nil, errTooLarge
	}
	return b, nil
}

// collect appends the next value to b, or passes over it where they become larger
// than a certificate.
func (s *source) collect(b []byte, in level, depth int) ([]byte, error) {
	h, err := s.header(in)
	if err != nil {
		return nil, err
	}
	if h.length > MaxSize {
		if err := s.pass(in, depth); err != nil {
			return nil, err
		}
		return make([]byte, MaxSize+1), nil
	}
	if b == nil {
		b = make([]byte, 0, h.size+max(h.length, 512))
	}
	b, ok := s.take(b, h.size+max(h.length, 0))
	switch {
	case !ok:
		return nil, s.cutOff()
	case h.length >= 0:
		return b, nil
	case depth == maxDepth:
		return nil, s.tooDeep()
	}
	inside := level{end: in.end, marked: true}
	for s.more(inside) {
		if b, err = s.collect(b, inside, depth+1); err != nil {
			return nil, err
		}
		b = b[:min(len(b), MaxSize+1)] // larger than a certificate is large enough
	}
	if err := s.leave(inside); err != nil {
		return nil, err
	}
	return append(b, 0, 0), nil
}
