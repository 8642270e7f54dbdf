package certificate

import (
	"fmt"
	"strings"
)

// The identifier octets that certificates and the files around them are made of.
const (
	tagBoolean     = 0x01
	tagInteger     = 0x02
	tagBitString   = 0x03
	tagOctetString = 0x04
	tagObjectID    = 0x06
	tagUTCTime     = 0x17
	tagGeneralTime = 0x18
	tagSequence    = 0x30
	tagSet         = 0x31

	tagVersion    = 0xa0 // of the TBSCertificate
	tagIssuerID   = 0x81
	tagSubjectID  = 0x82
	tagExtensions = 0xa3

	// tagNone stands for the end: no value of a certificate has this one.
	tagNone = 0x00
)

// tagNames are how identifiers are called in sentences.
var tagNames = map[byte]string{
	tagBoolean: "a BOOLEAN", tagInteger: "an INTEGER", tagBitString: "a BIT STRING", tagOctetString: "an OCTET STRING", 0x05: "a NULL", tagObjectID: "an OBJECT IDENTIFIER",
	0x0a: "an ENUMERATED", 0x0c: "a UTF8String", 0x13: "a PrintableString", 0x16: "an IA5String", tagUTCTime: "a UTCTime", tagGeneralTime: "a GeneralizedTime",
	tagSequence: "a SEQUENCE", tagSet: "a SET", tagVersion: "a [0]", 0xa1: "a [1]", 0xa2: "a [2]", tagExtensions: "a [3]", tagIssuerID: "a [1]", tagSubjectID: "a [2]",
}

func tagName(tag byte) string {
	if name, ok := tagNames[tag]; ok {
		return name
	}
	return fmt.Sprintf("a value of type 0x%02x", tag)
}

// maxDepth bounds how deep values of indefinite length stand in each other.
const maxDepth = 16

// misread says where the bytes are no certificate's, and why.
type misread struct {
	at  int
	why string
}

func (m *misread) Error() string { return fmt.Sprintf("at byte %d, %s", m.at, m.why) }

func malformed(at int, format string, args ...any) error {
	return &misread{at: at, why: fmt.Sprintf(format, args...)}
}

// header is how a value begins (X.690 section 8.1): its identifier, the length of
// what follows, and how many bytes say so.
type header struct {
	tag    byte
	length int // of the content; -1 when it ends with two zero bytes (indefinite)
	size   int
}

// maxHeader is how many bytes of a value are looked at to read its header.
const maxHeader = 16

// readHeader reads a header, in any of the forms that BER allows. ok is false when
// there is none; whole, when more bytes could have made one.
func readHeader(b []byte) (h header, whole, ok bool) {
	if len(b) < 2 {
		return h, false, false
	}
	h.tag, h.size = b[0], 1
	if h.tag&0x1f == 0x1f { // a number above 30, which nothing here has: it is passed over
		for more := true; more; h.size++ {
			if h.size == len(b) || h.size == 6 {
				return h, h.size == 6, false
			}
			more = b[h.size] >= 0x80
		}
	}
	if h.size == len(b) {
		return h, false, false
	}
	first := b[h.size]
	h.size++
	switch count := int(first & 0x7f); {
	case first < 0x80:
		h.length = int(first)
	case count == 0:
		h.length = -1
		if h.tag&0x20 == 0 { // only what is made of values can end with a mark
			return h, true, false
		}
	case count > 8:
		return h, true, false
	default:
		for range count {
			if h.size == len(b) {
				return h, false, false
			}
			if h.length >= 1<<38 { // longer than any file
				return h, true, false
			}
			h.length = h.length<<8 | int(b[h.size])
			h.size++
		}
	}
	return h, true, true
}

// element is one value, with where it stands.
type element struct {
	tag   byte
	whole []byte // header and end mark included
	body  reader
}

func (e element) inside() reader { return e.body }
func (e element) bytes() []byte  { return e.body.all[e.body.at:e.body.end] }
func (e element) at() int        { return e.body.at } // of the content

// reader reads values one after the other. It is a value: a copy reads again.
type reader struct {
	all     []byte
	at, end int
	depth   int
}

// next is the identifier of the value that is read next; tagNone at the end.
func (r reader) next() byte {
	if r.at >= r.end {
		return tagNone
	}
	return r.all[r.at]
}

func (r reader) empty() bool { return r.at >= r.end }

// any reads a value of whatever type.
func (r *reader) any(what string) (element, error) {
	if r.empty() {
		return element{}, malformed(r.at, "%s is missing", what)
	}
	h, _, ok := readHeader(r.all[r.at:r.end])
	if !ok {
		return element{}, malformed(r.at, "there should be %s, and no value begins there", what)
	}
	from, left := r.at+h.size, r.end-r.at-h.size
	if h.length > left {
		return element{}, malformed(r.at, "%s says that it has %d bytes, and there are %d", what, h.length, left)
	}
	e := element{tag: h.tag, body: reader{all: r.all, at: from, end: from + h.length, depth: r.depth}}
	after := e.body.end
	if h.length < 0 {
		e.body.depth++
		mark, err := endMark(reader{all: r.all, at: from, end: r.end, depth: e.body.depth}, what)
		if err != nil {
			return element{}, err
		}
		e.body.end, after = mark, mark+2
	}
	e.whole = r.all[r.at:after]
	r.at = after
	return e, nil
}

// endMark finds the two zero bytes behind the values that r is at.
func endMark(r reader, what string) (int, error) {
	if r.depth > maxDepth {
		return 0, malformed(r.at, "values without a length stand in each other more than %d deep", maxDepth)
	}
	for {
		if r.end-r.at >= 2 && r.all[r.at] == 0 && r.all[r.at+1] == 0 {
			return r.at, nil
		}
		if r.empty() {
			return 0, malformed(r.at, "the end of %s is missing", what)
		}
		if _, err := r.any("a value of " + strings.TrimPrefix(what, "a value of ")); err != nil {
			return 0, err
		}
	}
}

// want reads the value that has to stand here.
func (r *reader) want(tag byte, what string) (element, error) {
	if found := r.next(); !r.empty() && found != tag {
		return element{}, malformed(r.at, "there should be %s, which is %s, and there is %s", what, tagName(tag), tagName(found))
	}
	return r.any(what)
}

// done refuses what stands behind the last value.
func (r reader) done(what string) error {
	if r.empty() {
		return nil
	}
	return malformed(r.at, "%d bytes too many stand in %s", r.end-r.at, what)
}
