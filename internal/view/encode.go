package view

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"gatehouse/internal/filter"
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
		out[filter.Name(input.Type().Field(n).Name)] = written
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
