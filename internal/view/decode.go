package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/filter"
	"gatehouse/internal/id"
)

// ListProblem is a part of a view that this version cannot use.
type ListProblem struct {
	// Path is where it stands, from the outside in, such as ["filter", "colour"].
	Path    []string
	Value   json.RawMessage
	Message string
}

// Reason is the problem within a sentence: its place and what is wrong there, such as
// "filter.colour: this version knows no field of this name".
func (p *ListProblem) Reason() string {
	first, size := utf8.DecodeRuneInString(p.Message)
	return strings.Join(p.Path, ".") + ": " + string(unicode.ToLower(first)) + strings.TrimSuffix(p.Message[size:], ".")
}

// decode reads an object into an input of the schema, as encode has written it. What
// it does not know, or what has another type, is told and left out of the input: a
// value of a list alone, anything else as the whole field. null is what is left out.
func decode(into reflect.Value, from object, path ...string) (problems []*ListProblem) {
	fields := map[string]int{}
	for n := range into.NumField() {
		fields[filter.Name(into.Type().Field(n).Name)] = n
	}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		written, at := from[name], append(slices.Clone(path), name)
		n, known := fields[name]
		switch {
		case !known:
			problems = append(problems, &ListProblem{at, written, "This version knows no field of this name."})
		case isNull(written):
		default:
			problems = append(problems, decodeField(into.Field(n), written, at)...)
		}
	}
	return problems
}

func isNull(written json.RawMessage) bool { return string(bytes.TrimSpace(written)) == "null" }

// decodeField reads one field: a list, one that may be left out, or one that may not.
func decodeField(into reflect.Value, written json.RawMessage, path []string) (problems []*ListProblem) {
	switch into.Kind() {
	case reflect.Slice:
		var each []json.RawMessage
		if json.Unmarshal(written, &each) != nil {
			return []*ListProblem{{path, written, "A list belongs here."}}
		}
		list := reflect.MakeSlice(into.Type(), 0, len(each))
		for n, one := range each {
			value := reflect.New(into.Type().Elem()).Elem()
			if wrong := decodeValue(value, one); wrong != "" {
				problems = append(problems, &ListProblem{append(slices.Clone(path), strconv.Itoa(n)), one, wrong})
				continue
			}
			list = reflect.Append(list, value)
		}
		into.Set(list)
		return problems
	case reflect.Pointer:
		value := reflect.New(into.Type().Elem())
		if wrong := decodeValue(value.Elem(), written); wrong != "" {
			return []*ListProblem{{path, written, wrong}}
		}
		into.Set(value)
		return nil
	}
	if wrong := decodeValue(into, written); wrong != "" {
		return []*ListProblem{{path, written, wrong}}
	}
	return nil
}

// word is an enum value of the schema.
type word interface{ UnmarshalGQL(any) error }

// decodeValue reads one value; it says what is wrong with it.
func decodeValue(into reflect.Value, written json.RawMessage) (wrong string) {
	if into.Kind() == reflect.Bool {
		if json.Unmarshal(written, into.Addr().Interface()) != nil || isNull(written) {
			return "true or false belongs here."
		}
		return ""
	}
	var text string
	if json.Unmarshal(written, &text) != nil || isNull(written) {
		return "A text belongs here."
	}
	switch value := into.Addr().Interface().(type) {
	case *id.ID:
		parsed, err := id.Parse(text)
		if err != nil {
			return fmt.Sprintf("%.60q is not an id; an id looks like enr_01h455vb4pex5vsknk084sn02q.", text)
		}
		*value = parsed
	case *time.Time:
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return fmt.Sprintf("%.60q is not an instant; an instant looks like 2026-11-22T09:30:00Z.", text)
		}
		*value = at.UTC().Truncate(time.Microsecond)
	case word:
		if value.UnmarshalGQL(text) != nil {
			return fmt.Sprintf("This version knows no value %.60q here.", text)
		}
	default:
		if strings.ContainsRune(text, 0) {
			return "A text belongs here that has no zero character in it."
		}
		into.SetString(text)
	}
	return ""
}
