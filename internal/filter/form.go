package filter

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/form"
	"gatehouse/internal/id"
)

// Forms are what the values of a filter's fields are, by the schema's names.
type Forms map[string]Form

// Form is what the values of one field are: ids of a kind, or texts.
type Form struct {
	of   sort
	kind id.Kind // empty for any
	tidy Tidy
}

// Tidy gives a text that is not empty the form in which rows keep it, or says what is
// wrong with it, in words that go on after its name: "is no e-mail address".
type Tidy func(given string) (kept, wrong string)

// sort is which sort of values a field has.
type sort int

const (
	unknown sort = iota
	noForm       // enum values, bools and instants, whose types say all
	ids
	texts
)

// formOf is which sort of values a field of a type has.
func formOf(t reflect.Type) sort {
	switch t {
	case reflect.TypeFor[[]id.ID]():
		return ids
	case reflect.TypeFor[[]string](), reflect.TypeFor[*string]():
		return texts
	case reflect.TypeFor[*bool](), reflect.TypeFor[*time.Time]():
		return noForm
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String {
		return noForm
	}
	return unknown
}

// IDs are the ids of one kind of things.
func IDs(kind id.Kind) Form { return Form{of: ids, kind: kind} }

// AnyIDs are the ids of things of any kind.
func AnyIDs() Form { return Form{of: ids} }

// Texts are texts that a function of the field's own reads.
func Texts(tidy Tidy) Form { return Form{of: texts, tidy: tidy} }

// Lines are texts of one line, compared as they are written, of 1 to most characters.
func Lines(most int) Form {
	return Texts(func(given string) (string, string) { return given, lacks(given, 1, most) })
}

// Folded are texts of one line, compared without regard to case, of fewest to most
// characters.
func Folded(fewest, most int) Form {
	return Texts(func(given string) (string, string) {
		return strings.ToLower(norm.NFC.String(given)), lacks(given, fewest, most)
	})
}

// Addresses are e-mail addresses, compared without regard to case.
func Addresses() Form {
	return Texts(func(given string) (string, string) {
		if form.Address(given) != nil {
			return "", "is no e-mail address; write the address alone, such as ada@example.com"
		}
		return strings.ToLower(given), ""
	})
}

// longest is more characters than any field's form allows: no field reads more.
const longest = 4096

// read is a text as rows keep it, or what is wrong with it.
func (f Form) read(given string) (kept, wrong string) {
	given = strings.TrimSpace(given)
	if given == "" {
		return "", "is empty; write what to look for, or leave it out"
	}
	if wrong = lacks(given, 1, longest); wrong != "" {
		return "", wrong
	}
	return f.tidy(given)
}

// lacks says what keeps a text from being a line of fewest to most characters; nothing
// when it is one.
func lacks(text string, fewest, most int) string {
	no := form.Line(norm.NFC.String(text), fewest, most, "text")
	if no == nil {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(no.Message, "The text "), ".")
}

// names says what is wrong with an id in the field; nothing when it may name a row.
func (f Form) names(one id.ID) (wrong string) {
	if f.kind == "" || one.Kind == f.kind {
		return ""
	}
	return fmt.Sprintf("is the id of something else; an id begins with %s_ here", f.kind)
}

// Name is what the schema calls a field of a bound struct: SeatIDs is seatIds.
func Name(field string) string {
	runes := []rune(strings.NewReplacer("IDs", "Ids", "ID", "Id").Replace(field))
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}
