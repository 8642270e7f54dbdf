package issuer

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/refusal"
	"gatehouse/internal/subject"
)

// RenderSubject is the distinguished name that a profile's subject template makes
// of a seat; an empty template makes a common name of its name, or where it has
// none of its id. A template is the string form of RFC 4514, which names the last
// attribute first: of "CN={seat.name},O=Example" the certificate has O before CN, and
// reads as the template does. It refuses (NAME_NOT_ALLOWED) what no certificate can
// hold: a placeholder with nothing in its place, a value too long or of other characters.
// The sentence names the attribute and what to change.
func RenderSubject(template, seatID, name, email string) ([]Attribute, *refusal.Refusal) {
	parsed, no := subject.Parse(template)
	if no != nil {
		return nil, refusal.New(refusal.NameNotAllowed, "%s", no.Message)
	}
	has := map[subject.Placeholder]string{subject.SeatID: seatID, subject.SeatName: name, subject.SeatEmail: email}
	if len(parsed) == 0 {
		from := subject.SeatName
		if strings.TrimSpace(name) == "" {
			from = subject.SeatID
		}
		parsed = subject.Template{{Name: "CN", Parts: []subject.Part{{Placeholder: from}}}}
	}
	all := make([]Attribute, 0, len(parsed))
	for _, a := range parsed {
		var value strings.Builder
		for _, part := range a.Parts {
			text := part.Text
			if part.Placeholder != "" {
				if text = strings.TrimSpace(has[part.Placeholder]); text == "" {
					return nil, refusal.New(refusal.NameNotAllowed, "The certificate's %s takes the seat's %s, and the seat has none. Give it one, or change the profile's subject template.", a.Name, called[part.Placeholder])
				}
			}
			value.WriteString(text)
		}
		all = append(all, Attribute{Name: a.Name, Value: value.String()})
	}
	slices.Reverse(all)
	return all, checkSubject(all)
}

// called is what the sentences call what a placeholder takes.
var called = map[subject.Placeholder]string{subject.SeatID: "id", subject.SeatName: "name", subject.SeatEmail: "e-mail address"}

// ParseName reads a distinguished name in DER, as a CSR has it (its RawSubject):
// attribute by attribute in the order of the CSR. Several of one kind in one part,
// as some programs write them, become parts of their own. It refuses
// (NAME_NOT_ALLOWED) attributes that are never issued here, several kinds in one
// part, and values that no certificate can hold.
func ParseName(der []byte) ([]Attribute, *refusal.Refusal) {
	var parts pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) > 0 {
		return nil, refusal.New(refusal.NameNotAllowed, "The subject of the certificate request cannot be read; make the request anew, as openssl req -new does.")
	}
	all := make([]Attribute, 0, len(parts))
	for _, part := range parts {
		for _, pair := range part {
			if !pair.Type.Equal(part[0].Type) {
				return nil, refusal.New(refusal.NameNotAllowed, "The subject of the certificate request has several attributes joined by + in one part; give each a part of its own.")
			}
			n := slices.IndexFunc(subject.Kinds, func(k subject.Kind) bool { return k.OID == pair.Type.String() })
			if n < 0 {
				return nil, refusal.New(refusal.NameNotAllowed, "The subject of the certificate request has the attribute %s, which is never issued here; CN, O, OU, L, ST, C, emailAddress and serialNumber are known. Make a request without it.", pair.Type)
			}
			value, ok := pair.Value.(string)
			if !ok {
				return nil, refusal.New(refusal.NameNotAllowed, "The %s in the subject of the certificate request is no text; make the request anew.", subject.Kinds[n].Name)
			}
			all = append(all, Attribute{Name: subject.Kinds[n].Name, Value: value})
		}
	}
	return all, checkSubject(all)
}

// checkSubject holds each attribute to what a certificate can hold (RFC 5280
// section 4.1.2.4 and appendix A.1).
func checkSubject(all []Attribute) *refusal.Refusal {
	seen := map[string]bool{}
	for _, a := range all {
		n := slices.IndexFunc(subject.Kinds, func(k subject.Kind) bool { return k.Name == a.Name })
		if n < 0 {
			return refusal.New(refusal.NameNotAllowed, "The subject has the attribute %.100q; CN, O, OU, L, ST, C, emailAddress and serialNumber are allowed.", a.Name)
		}
		kind := subject.Kinds[n]
		no := func(format string, args ...any) *refusal.Refusal {
			return refusal.New(refusal.NameNotAllowed, "The "+a.Name+" of the certificate's subject would be %.100q; "+format, append([]any{a.Value}, args...)...)
		}
		switch count := utf8.RuneCountInString(a.Value); {
		case seen[a.Name] && !kind.Repeats:
			return no("it stands there twice, and once is all that a subject has. Leave one out.")
		case strings.TrimSpace(a.Value) == "":
			return no("an attribute without a value is none. Leave it out, or give it one.")
		case count > kind.Most:
			return no("it has %d characters, and a certificate has room for %d. Shorten it, or change the profile's subject template.", count, kind.Most)
		case !utf8.ValidString(a.Value) || strings.ContainsFunc(a.Value, unprintable):
			return no("it has characters that a reader does not see, or that are no UTF-8. Leave them out.")
		case kind.Name == "C" && !subject.IsCountry(a.Value):
			return no("a country is a code of two capital letters (ISO 3166-1), such as DE.")
		case kind.Name == "emailAddress" && strings.ContainsFunc(a.Value, beyondASCII):
			return no("an address in a subject has ASCII characters only (RFC 5280 section 4.1.2.6). Take another address, or leave it out of the subject.")
		case kind.Name == "serialNumber" && strings.ContainsFunc(a.Value, beyondPrintable):
			return no("it has letters, digits, spaces and '()+,-./:=? only. Take another value, or leave it out of the subject.")
		}
		seen[a.Name] = true
	}
	return nil
}

// unprintable are control characters, and marks that make a name read as another.
func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func beyondASCII(r rune) bool { return r >= utf8.RuneSelf }

// beyondPrintable are the characters that a PrintableString does not have.
func beyondPrintable(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(" '()+,-./:=?", r))
}
