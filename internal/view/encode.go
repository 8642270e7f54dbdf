package view

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gatehouse/internal/refusal"
)

// object is a JSON object by its fields.
type object map[string]json.RawMessage

// encode writes an input of the schema, a filter or an order, as its argument is
// written: fields by the schema's names, ids as text, enum values by name, instants as
// RFC 3339 in UTC. What is left out stays left out; a list that is there and empty is
// written, since it matches nothing where a missing one does not narrow.
func encode(input reflect.Value) (object, error) {
	out := object{}
	for n := range input.NumField() {
		value := input.Field(n)
		if k := value.Kind(); (k == reflect.Slice || k == reflect.Pointer) && value.IsNil() {
			continue
		}
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		}
		plain := value.Interface()
		if at, ok := plain.(time.Time); ok {
			plain = at.UTC().Format(time.RFC3339Nano)
		}
		written, err := json.Marshal(plain)
		if err != nil {
			return nil, fmt.Errorf("write the field %s: %w", input.Type().Field(n).Name, err)
		}
		out[schemaName(input.Type().Field(n).Name)] = written
	}
	return out, nil
}

// raw is the object as text, its fields in alphabetical order; what is alike is so to
// the byte, however the database or a caller ordered it.
func (o object) raw() (json.RawMessage, error) {
	written, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write a JSON object: %w", err)
	}
	return written, nil
}

// schemaName is what the schema calls a field of a bound struct: SeatIDs is seatIds.
func schemaName(field string) string {
	runes := []rune(strings.NewReplacer("IDs", "Ids", "ID", "Id").Replace(field))
	runes[0] = unicode.ToLower(runes[0])
	return string(runes)
}

// texts asks each about every text of an input that somebody chose freely; enum
// values and ids have a form of their own.
func texts(input reflect.Value, each func(text string, path ...string) *refusal.Refusal) *refusal.Refusal {
	for n := range input.NumField() {
		name := schemaName(input.Type().Field(n).Name)
		switch value := input.Field(n).Interface().(type) {
		case []string:
			for i, text := range value {
				if no := each(text, name, strconv.Itoa(i)); no != nil {
					return no
				}
			}
		case *string:
			if value == nil {
				continue
			}
			if no := each(*value, name); no != nil {
				return no
			}
		}
	}
	return nil
}
