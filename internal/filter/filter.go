// Package filter is the one way in which the values of a filter are treated,
// whichever list it narrows (docs/lists.md, "Values").
//
// A list takes up to MostValues ids or enum values, or MostTexts texts; what stands
// twice counts as once. A text loses the blanks around it and gets the form in which
// rows keep it. What no row can have is refused, and never looked for: an empty text,
// one that has not the form of its field, an id of something else, a span in which no
// time lies. It would find nothing for ever, and look like a house without such
// things. A filter that is left out does not narrow, nor does a field; an empty list
// matches nothing, and of what is left out (exclude…) it leaves out nothing.
package filter

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

// How many values one field of a filter takes.
const (
	MostTexts  = 100
	MostValues = 1000 // what the door lets a list have
)

// Rule is how the values of the filter F are treated. F is a struct whose fields are
// lists of ids, of texts and of enum values, and pointers to a text, to a bool and to
// an instant; XSince and XBefore are the ends of one span.
type Rule[F any] struct {
	fields []field
}

// field is a field of a filter: its place in the struct, the schema's name for it, and
// what its values are.
type field struct {
	at   int
	name string
	form Form
	// since is the field that the span begins with which this one ends; nil for none.
	since *field
}

// RuleFor is the rule of a filter, given what the values of each field of ids and of
// texts are, by the schema's names. It panics where one is not told, or is none of F: a
// field that is added later is treated like all others, or its package does not start.
func RuleFor[F any](forms Forms) Rule[F] {
	r, told := Rule[F]{}, 0
	of := reflect.TypeFor[F]()
	for n := range of.NumField() {
		f := field{at: n, name: Name(of.Field(n).Name)}
		form, is := forms[f.name]
		if is {
			told++
		}
		if needs := formOf(of.Field(n).Type); needs == unknown || is != (needs != noForm) || is && form.of != needs {
			panic(fmt.Sprintf("filter: the field %s of %s is %s, and its form does not tell what its values are", f.name, of, of.Field(n).Type))
		}
		f.form = form
		r.fields = append(r.fields, f)
	}
	for n, f := range r.fields {
		if begin, ends := sinceOf(f.name); ends {
			for _, other := range r.fields {
				if other.name == begin {
					r.fields[n].since = &other
				}
			}
		}
	}
	if told != len(forms) {
		panic(fmt.Sprintf("filter: %s has not all of the fields that forms are given of", of))
	}
	return r
}

// sinceOf is the name of the field that a span begins with, by that of its end; false
// for what is no end.
func sinceOf(name string) (string, bool) {
	if name == "before" {
		return "since", true
	}
	front, ends := strings.CutSuffix(name, "Before")
	return front + "Since", ends
}

// Tidied is the filter with its values as rows keep them, each once; of none, one that
// does not narrow. Refused: INVALID at filter, as the package says.
func (r Rule[F]) Tidied(given *F) (F, *refusal.Refusal) {
	var out F
	if given == nil {
		return out, nil
	}
	out = *given
	all := reflect.ValueOf(&out).Elem()
	for _, f := range r.fields {
		value := all.Field(f.at)
		if value.IsNil() {
			continue
		}
		var no *refusal.Refusal
		switch held := value.Interface().(type) {
		case *time.Time:
			no = f.forwards(all, *held)
		case *string:
			kept, wrong := f.form.read(*held)
			if wrong != "" {
				no = refusal.New(refusal.Invalid, "The filter's %s %s.", f.name, wrong).At("filter", f.name)
			}
			value.Set(reflect.ValueOf(&kept))
		default:
			if value.Kind() == reflect.Slice {
				no = f.list(value)
			}
		}
		if no != nil {
			return out, no
		}
	}
	return out, nil
}

// Empty reports whether some list of the filter is empty, so that nothing matches.
func (r Rule[F]) Empty(f F) bool {
	all := reflect.ValueOf(f)
	for _, field := range r.fields {
		value := all.Field(field.at)
		if value.Kind() == reflect.Slice && !value.IsNil() && value.Len() == 0 && !strings.HasPrefix(field.name, "exclude") {
			return true
		}
	}
	return false
}

// list tidies a list of values in place. The caller's own list stays as it is.
func (f field) list(value reflect.Value) *refusal.Refusal {
	most := MostValues
	if f.form.of == texts {
		most = MostTexts
	}
	if n := value.Len(); n > most {
		return refusal.New(refusal.Invalid, "The filter's %s has %d values; up to %d are looked up at once.", f.name, n, most).At("filter", f.name)
	}
	once := reflect.MakeSlice(value.Type(), 0, value.Len())
	seen := make(map[any]bool, value.Len())
	for n := range value.Len() {
		one, wrong := value.Index(n), ""
		switch held := one.Interface().(type) {
		case id.ID:
			wrong = f.form.names(held)
		case string:
			var kept string
			kept, wrong = f.form.read(held)
			one = reflect.ValueOf(kept)
		}
		if wrong != "" {
			return refusal.New(refusal.Invalid, "Value %d of the filter's %s %s.", n+1, f.name, wrong).At("filter", f.name, strconv.Itoa(n))
		}
		if key := one.Interface(); !seen[key] {
			seen[key], once = true, reflect.Append(once, one)
		}
	}
	value.Set(once)
	return nil
}

// forwards refuses a span that ends where it begins, or earlier: an empty list would
// hide that the two were mixed up.
func (f field) forwards(all reflect.Value, before time.Time) *refusal.Refusal {
	if f.since == nil || all.Field(f.since.at).IsNil() {
		return nil
	}
	since, _ := all.Field(f.since.at).Interface().(*time.Time)
	if since.Before(before) {
		return nil
	}
	return refusal.New(refusal.Invalid, "No time lies in the filter's span from %s to %s: %s must be earlier than %s.",
		since.UTC().Format(time.RFC3339Nano), before.UTC().Format(time.RFC3339Nano), f.since.name, f.name).At("filter", f.name)
}
