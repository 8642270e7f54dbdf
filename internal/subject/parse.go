package subject

import (
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/form"
	"gatehouse/internal/refusal"
)

// escaped are the characters that a value writes with a backslash: those of
// RFC 4514 section 2.4, and the braces of placeholders.
const escaped = `,+"\<>;={} #`

// Parse reads a subject template such as "CN={seat.name}, O=Example": the
// string form of RFC 4514 with one attribute per comma, and placeholders. The
// refusal says what is wrong and where; what a seat will make of the
// placeholders (its name may be too long, say) shows when it is rendered.
func Parse(template string) (Template, *refusal.Refusal) {
	if no := form.Line(template, 0, form.MaxText, "subjectTemplate"); no != nil {
		return nil, no
	}
	if strings.TrimSpace(template) == "" {
		return nil, nil
	}
	var s Template
	p := parser{rest: template}
	for {
		a, no := p.attribute()
		if no != nil {
			return nil, no
		}
		if slices.ContainsFunc(s, func(b Attribute) bool { return b.Name == a.Name }) && !kindOf(a.Name).Repeats {
			return nil, refusal.New(refusal.Invalid, "%s stands twice in the subject template; once is enough.", a.Name)
		}
		s = append(s, a)
		if p.rest == "" {
			return s, nil
		}
		p.rest = p.rest[1:] // the comma at which the value ended
	}
}

// parser is what is left of a template.
type parser struct{ rest string }

// attribute reads up to the next comma or the end.
func (p *parser) attribute() (Attribute, *refusal.Refusal) {
	name, rest, ok := strings.Cut(p.rest, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return Attribute{}, refusal.New(refusal.Invalid, "The subject template has %q where an attribute such as CN={seat.name} belongs.", p.rest)
	}
	for _, known := range Kinds {
		if strings.EqualFold(known.Name, name) {
			p.rest = rest
			parts, no := p.value(known.Name)
			if no != nil {
				return Attribute{}, no
			}
			return Attribute{known.Name, parts}, bounds(known.Name, known.Most, parts)
		}
	}
	return Attribute{}, refusal.New(refusal.Invalid, "The subject template has the attribute %q; CN, O, OU, L, ST, C, emailAddress and serialNumber are allowed.", name)
}

// value reads literals and placeholders up to an unescaped comma or the end.
// Spaces around the value do not belong to it, unless they are escaped.
func (p *parser) value(attribute string) ([]Part, *refusal.Refusal) {
	var parts []Part
	var text strings.Builder
	kept := 0 // how much of text cannot be trimmed: up to its last character that is no bare space
	flush := func() {
		if text.Len() > 0 {
			parts = append(parts, Part{Text: text.String()})
			text.Reset()
			kept = 0
		}
	}
	p.rest = strings.TrimLeft(p.rest, " ")
	for p.rest != "" && p.rest[0] != ',' {
		r, size := utf8.DecodeRuneInString(p.rest)
		switch {
		case r == '\\':
			next, width := utf8.DecodeRuneInString(p.rest[size:])
			if width == 0 || !strings.ContainsRune(escaped, next) {
				return nil, refusal.New(refusal.Invalid, "A backslash in the subject template stands before one of %s only; write \\\\ for a backslash.", strings.TrimSpace(escaped))
			}
			text.WriteRune(next)
			kept, size = text.Len(), size+width
		case r == '{':
			placeholder, rest, ok := strings.Cut(p.rest[size:], "}")
			if !ok || !slices.Contains([]Placeholder{SeatID, SeatName, SeatEmail}, Placeholder(placeholder)) {
				return nil, refusal.New(refusal.Invalid, "The subject template has the placeholder {%s; {seat.id}, {seat.name} and {seat.email} are allowed, and \\{ is a brace.", placeholderShown(placeholder, ok))
			}
			flush()
			parts = append(parts, Part{Placeholder: Placeholder(placeholder)})
			p.rest, size = rest, 0
		case strings.ContainsRune(`+"<>;}`, r):
			return nil, refusal.New(refusal.Invalid, "The subject template has a bare %c in the value of %s; write \\%c.", r, attribute, r)
		default:
			text.WriteRune(r)
			if r != ' ' {
				kept = text.Len()
			}
		}
		p.rest = p.rest[size:]
	}
	if trimmed := text.String()[:kept]; trimmed != "" {
		parts = append(parts, Part{Text: trimmed})
	}
	if len(parts) == 0 {
		return nil, refusal.New(refusal.Invalid, "The attribute %s of the subject template has no value; leave it out.", attribute)
	}
	return parts, nil
}

// placeholderShown is a wrong placeholder as the sentence quotes it.
func placeholderShown(placeholder string, closed bool) string {
	if closed {
		return placeholder + "}"
	}
	return placeholder
}

// bounds holds the literal parts to what the attribute can hold.
func bounds(attribute string, most int, parts []Part) *refusal.Refusal {
	n, whole := 0, true
	for _, part := range parts {
		n += utf8.RuneCountInString(part.Text)
		whole = whole && part.Placeholder == ""
	}
	if attribute == "C" && !(whole && len(parts) == 1 && IsCountry(parts[0].Text)) {
		return refusal.New(refusal.Invalid, "C in the subject template is a country code of two letters (ISO 3166-1), such as C=DE.")
	}
	if n > most {
		return refusal.New(refusal.Invalid, "The value of %s in the subject template has %d characters; %d at most are allowed in a certificate.", attribute, n, most)
	}
	return nil
}
