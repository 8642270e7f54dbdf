// Package subject knows the distinguished names that certificates here can have:
// their attributes, and the templates by which profiles make them of seats.
package subject

// Template is a parsed subject template: the attributes of the distinguished
// name, in the order in which the template writes them. An empty one takes the
// common name from the seat.
type Template []Attribute

// Attribute is one attribute and the parts of its value.
type Attribute struct {
	// Name is as the schema spells it, such as "CN".
	Name  string
	Parts []Part
}

// Part is a literal text or, when Placeholder is not empty, what the seat has in
// its place.
type Part struct {
	Text        string
	Placeholder Placeholder
}

// Placeholder is what a template takes from the seat.
type Placeholder string

// The placeholders, as they stand between braces.
const (
	SeatID    Placeholder = "seat.id"
	SeatName  Placeholder = "seat.name"
	SeatEmail Placeholder = "seat.email"
)

// Kind is a kind of attribute.
type Kind struct {
	// Name is as the schema spells it.
	Name string
	// OID is its object identifier.
	OID string
	// Most is the upper bound of RFC 5280 appendix A.1, in characters.
	Most int
	// Repeats: it may stand several times.
	Repeats bool
}

// Kinds are the attributes that a name may have.
var Kinds = []Kind{
	{"CN", "2.5.4.3", 64, false},
	{"O", "2.5.4.10", 64, true},
	{"OU", "2.5.4.11", 64, true},
	{"L", "2.5.4.7", 128, false},
	{"ST", "2.5.4.8", 128, false},
	{"C", "2.5.4.6", 2, false},
	{"emailAddress", "1.2.840.113549.1.9.1", 255, false},
	{"serialNumber", "2.5.4.5", 64, false},
}

// kindOf is the kind of that name; the zero Kind when there is none.
func kindOf(name string) Kind {
	for _, k := range Kinds {
		if k.Name == name {
			return k
		}
	}
	return Kind{}
}

// IsCountry reports whether a text has the form of a country code (ISO 3166-1).
func IsCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
