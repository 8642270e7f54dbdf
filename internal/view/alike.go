package view

import (
	"reflect"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldings say when two texts of a field's list name the same: as the list compares
// them. A test finds a word here for every list of texts there is.
var foldings = map[string]func(string) string{
	"SeatIDs": folded, "Emails": folded, "Names": folded,
	"SerialNumbers": serial, "Sha256": hex, "KeySha256": hex, "AuthorityKeyIDs": hex,
	"KeyAlgorithms": exact, "SignatureAlgorithms": exact, "Requesters": exact, "ActorSubjects": exact, "ExcludeActorSubjects": exact,
}

// alike is what two values of a field have in common when they name the same.
func alike(field string) func(reflect.Value) any {
	return func(v reflect.Value) any {
		text, is := v.Interface().(string)
		if fold := foldings[field]; is && fold != nil {
			return fold(text)
		}
		return v.Interface()
	}
}

func exact(text string) string { return text }

// folded is a text without regard to case and to the blanks around it.
func folded(text string) string { return strings.ToLower(norm.NFC.String(strings.TrimSpace(text))) }

// hex is hexadecimal digits without what programs write between them.
func hex(text string) string {
	return strings.Map(func(r rune) rune {
		if r == ':' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// serial is hex without zeros in front.
func serial(text string) string {
	digits, negative := strings.CutPrefix(strings.TrimSpace(text), "-")
	digits = strings.TrimLeft(hex(digits), "0")
	if negative {
		return "-" + digits
	}
	return digits
}
