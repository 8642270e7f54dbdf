package certificate

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// Item is one thing that stands in a file where certificates are looked for.
type Item struct {
	// Position counts the items of the file, from 0.
	Position int
	// Offset is the byte at which it begins: with -----BEGIN, for what stands in PEM;
	// Line its line there, from 1, and 0 in a file that is not text.
	Offset int64
	Line   int
	// DER is what stands where a certificate should, and is not known to be something
	// else; Read tells whether it is one.
	DER []byte
	// Err says, in a sentence without a capital and a full stop, why there is no DER.
	Err error
}

// Where says where the item stands, for people: "line 12", or "byte 4096".
func (i Item) Where() string {
	if i.Line > 0 {
		return fmt.Sprintf("line %d", i.Line)
	}
	return fmt.Sprintf("byte %d", i.Offset)
}

// Scan reads a file of certificates of any size, and holds no more of it than one:
//
//   - PEM (RFC 7468) with any number of blocks, and whatever text between them; the
//     content of a block may be one certificate, also one with openssl's trust behind
//     it, or PKCS#7;
//   - DER, one certificate after the other;
//   - PKCS#7 (RFC 5652 SignedData) with whatever signers, in DER or BER;
//   - the base64 of these two without anything around it.
//
// What else stands there is an item with its reason, and so is a file without any:
// there is always one item at least. A broken block does not keep the next ones from
// being read; what follows a broken value of a binary file cannot be found, and is
// one item. Scan stops when r fails; the last item has the error.
func Scan(r io.Reader) iter.Seq[Item] { return scanned(r, readAhead) }

func scanned(r io.Reader, most int) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		f := &scan{yield: yield}
		s := newSource(r, most)
		f.file(s)
		if s.failed != nil {
			f.refuse(place{offset: s.at}, fmt.Errorf("reading stopped here: %w", s.failed))
		}
	}
}

// FromContent reads what a caller sends as text: PEM as it is, or the base64 of DER
// or PKCS#7.
func FromContent(content string) iter.Seq[Item] {
	return scanned(strings.NewReader(content), len(content))
}

// place is where an item begins.
type place struct {
	offset int64
	line   int
}

// scan is one pass over a file.
type scan struct {
	yield    func(Item) bool
	position int
	stopped  bool // the caller has seen enough
}

func (f *scan) found(at place, der []byte, err error) {
	if f.stopped {
		return
	}
	f.stopped = !f.yield(Item{Position: f.position, Offset: at.offset, Line: at.line, DER: der, Err: err})
	f.position++
}

func (f *scan) refuse(at place, why error)    { f.found(at, nil, why) }
func (f *scan) say(at place, sentence string) { f.refuse(at, errors.New(sentence)) }

// keep hands on what stands where a certificate should, unless it is known to be
// something else: a private key goes no further.
func (f *scan) keep(at place, der []byte) {
	if other := otherThing(der); other != "" {
		f.say(at, "this is "+other)
		return
	}
	f.found(at, der, nil)
}

// file tells from the first bytes what a file is.
func (f *scan) file(s *source) {
	if head := s.peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) { // a byte order mark
		s.discard(3)
	}
	head := s.peek(2)
	switch {
	case len(head) == 0:
		if s.failed == nil {
			f.say(place{line: 1}, "there is nothing in it")
		}
	case bytes.Equal(head, []byte("\xff\xfe")), bytes.Equal(head, []byte("\xfe\xff")):
		f.say(place{line: 1}, "this is text in UTF-16; save it in UTF-8")
	case head[0] == tagSequence && (len(head) == 2 && head[1] >= 0x80 || otherThing(s.peek(mostHead)) != ""): // which is 0 in a text, too
		f.values(s, nil)
	case isKeyStore(s.peek(4)):
		f.say(place{}, "this is "+keyStore)
	case bareBase64(s.peek(mostHead)):
		at := place{offset: s.at, line: s.line}
		content := &base64Body{s: s}
		f.values(content.source(), &at)
		if rest := s.peek(1); len(rest) > 0 { // what could not be read, and maybe blocks
			f.text(s)
		}
	default:
		f.text(s)
		if f.position == 0 && !f.stopped && s.failed == nil {
			f.say(place{line: 1}, "there is no certificate in it: neither PEM, which begins with -----BEGIN CERTIFICATE----- and is sent as it is, nor DER or PKCS#7, as they are or in base64")
		}
	}
}

// bareBase64 reports whether a text begins with the base64 of a SEQUENCE whose length
// takes more than a byte, and in which a value stands that a certificate, PKCS#7 or
// what is taken for one begins with. A text in words does not.
func bareBase64(head []byte) bool {
	var digits []byte
	for _, c := range head {
		if isSpace(c) {
			continue
		}
		if !isBase64(c) || len(digits) == 32 {
			break
		}
		digits = append(digits, c)
	}
	der, err := base64.StdEncoding.DecodeString(string(digits))
	h, _, ok := readHeader(der)
	if err != nil || !ok || h.tag != tagSequence || der[1] < 0x80 || h.size >= len(der) {
		return false
	}
	first := der[h.size]
	return first == tagSequence || first == tagObjectID || first == tagInteger
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func isBase64(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '='
}
