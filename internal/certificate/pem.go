package certificate

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
)

const (
	beginMark = "-----BEGIN "
	finalMark = "-----END "
	markEnd   = "-----"
)

// longestLabel bounds what stands between the dashes of a mark.
const longestLabel = 64

// text reads the blocks of a text, and passes over what stands between them.
func (f *scan) text(s *source) {
	for !f.stopped && s.seek('-') {
		at := place{offset: s.at, line: s.line}
		switch {
		case s.begins(beginMark):
			if label, ok := s.mark(beginMark); ok {
				f.block(s, at, label)
			} else {
				f.say(at, "this begins as a block of PEM does, and its first line is not whole")
			}
		case s.begins(finalMark):
			if label, ok := s.mark(finalMark); ok {
				f.say(at, fmt.Sprintf("a block of PEM, %.64q, ends here that has no beginning", label))
			}
		default:
			s.discard(1)
		}
	}
}

// begins reports whether the text goes on so.
func (s *source) begins(with string) bool { return bytes.Equal(s.peek(len(with)), []byte(with)) }

// mark reads the first or the last line of a block; it has passed over its first
// word at least.
func (s *source) mark(word string) (label string, ok bool) {
	s.discard(len(word))
	line := s.peek(longestLabel + len(markEnd))
	end := bytes.Index(line, []byte(markEnd))
	if end < 0 || bytes.ContainsAny(line[:end], "\r\n") || !ascii(line[:end]) {
		return "", false
	}
	label = string(line[:end])
	s.discard(end + len(markEnd))
	return strings.TrimSpace(label), true
}

// block reads a block from behind its first line to behind its last.
func (f *scan) block(s *source, at place, label string) {
	s.headers()
	body := &base64Body{s: s}
	switch label {
	case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
		der, err := body.decode()
		if err == nil || errors.Is(err, errUneven) { // it ends here; the better reason is that it should not
			err = cmp.Or(body.end(label), err)
		}
		switch {
		case err != nil:
			f.refuse(at, err)
		case isSignedData(der): // as some programs label it
			f.values(newSource(bytes.NewReader(der), len(der)), &at)
		case label == "TRUSTED CERTIFICATE":
			f.keep(at, withoutTrust(der))
		default:
			f.keep(at, der)
		}
	case "PKCS7", "PKCS #7 SIGNED DATA", "CMS":
		if f.values(body.source(), &at) {
			if err := body.end(label); err != nil {
				f.refuse(at, err)
			}
		}
	default:
		f.say(at, "this is "+labelled(label))
	}
	if !f.stopped {
		body.pass()
	}
}

// withoutTrust leaves out what openssl x509 -trustout writes behind a certificate:
// what the owner of a computer trusts it for.
func withoutTrust(der []byte) []byte {
	r := reader{all: der, end: len(der)}
	certificate, err := r.any("a certificate")
	if err != nil {
		return der
	}
	return certificate.whole
}

// headers passes over lines such as "Proc-Type: 4,ENCRYPTED" in front of a block's
// content (RFC 1421 section 4.4): base64 has no colon.
func (s *source) headers() {
	for {
		for b := s.peek(1); len(b) > 0 && isSpace(b[0]); b = s.peek(1) {
			s.discard(1)
		}
		line, _, whole := bytes.Cut(s.peek(1024), []byte("\n"))
		if !whole || !bytes.Contains(line, []byte(":")) || bytes.Contains(line, []byte(markEnd)) {
			return
		}
		s.discard(len(line) + 1)
	}
}

// base64Body is the content of a block: what stands there of base64, up to the
// dashes that end it, or the end of the file. Blanks and line breaks are nothing.
type base64Body struct {
	s      *source
	broken error // why it is no base64
	ended  bool
}

// Read hands out the base64.
func (b *base64Body) Read(p []byte) (int, error) {
	for {
		next := b.s.ready()
		if len(next) == 0 {
			return 0, io.EOF
		}
		n, seen := 0, 0
		for seen < len(next) && n < len(p) && (isBase64(next[seen]) || isSpace(next[seen])) {
			if !isSpace(next[seen]) {
				p[n] = next[seen]
				n++
			}
			seen++
		}
		b.s.discard(seen)
		if n > 0 {
			return n, nil
		}
		if seen == len(next) {
			continue
		}
		if b.s.begins(markEnd) {
			return 0, io.EOF
		}
		b.broken = fmt.Errorf("its base64 is broken: there is %q in line %d; copy it anew", b.s.peek(1), b.s.line)
		return 0, b.broken
	}
}

// source reads the content that the base64 stands for.
func (b *base64Body) source() *source {
	return newSource(base64.NewDecoder(base64.StdEncoding, b), b.s.r.Size())
}

// decode is the content of a block that holds one certificate.
func (b *base64Body) decode() ([]byte, error) {
	der, err := io.ReadAll(io.LimitReader(base64.NewDecoder(base64.StdEncoding, b), MaxSize+1))
	switch {
	case err != nil:
		return nil, unarmoured(err)
	case len(der) > MaxSize:
		return nil, fmt.Errorf("this has more than %d bytes; a certificate of up to as many is read", MaxSize)
	case len(der) == 0:
		return nil, errors.New("there is nothing between its first and its last line")
	}
	return der, nil
}

// errUneven is about base64 whose digits do not make whole bytes.
var errUneven = errors.New("its base64 is cut off or damaged: it does not come out even; copy it anew")

// unarmoured says in a sentence why a base64 could not be read on.
func unarmoured(err error) error {
	var corrupt base64.CorruptInputError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errUneven
	case errors.As(err, &corrupt):
		return errors.New("its base64 is broken: there is a = before its end")
	}
	return err
}

// end reads the last line of a block.
func (b *base64Body) end(label string) error {
	switch {
	case b.broken != nil:
		return b.broken
	case !b.s.begins(finalMark):
		return fmt.Errorf("this is cut off: its -----END %s----- is missing; copy it whole", label)
	}
	b.ended = true
	last, ok := b.s.mark(finalMark)
	switch {
	case !ok:
		return fmt.Errorf("this is cut off: its -----END %s----- is not whole; copy it whole", label)
	case last != label:
		return fmt.Errorf("this begins as %.64q and ends as %.64q", label, last)
	}
	return nil
}

// pass goes behind the last line of a block that could not be read whole, or to the
// first of the next.
func (b *base64Body) pass() {
	for !b.ended && b.s.seek('-') {
		switch {
		case b.s.begins(finalMark):
			_, _ = b.s.mark(finalMark)
			return
		case b.s.begins(beginMark):
			return
		}
		b.s.discard(1)
	}
}
