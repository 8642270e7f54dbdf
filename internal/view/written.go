package view

import (
	"encoding/json"
	"reflect"

	"gatehouse/internal/lifecycle"
)

// Written is a list as JSON, as the schema's arguments are written: nil for what is
// left out.
type Written struct {
	List       lifecycle.List
	SystemView *string
	Search     *string
	Filter     json.RawMessage
	OrderBy    json.RawMessage
}

// Encode writes a list. A saved view that it names is not looked up. Refused:
// INVALID, unless exactly one list is given.
func Encode(in ListInput) (*Written, error) {
	s, input, no := in.one()
	if no != nil {
		return nil, no
	}
	return written(s.list, input)
}

// Decode reads a list that is written; what is empty, null or {} is left out. It tells
// what this version cannot use: nobody may act on the rest of such a list.
func Decode(list lifecycle.List, systemView, search *string, filter, orderBy json.RawMessage) (ListInput, []*ListProblem) {
	s, known := shapeOf(list)
	if !known {
		return ListInput{}, []*ListProblem{{[]string{"list"}, quoted(string(list)), "This version knows no list of this name."}}
	}
	k := kept{list: list}
	if systemView != nil {
		k.view = *systemView
	}
	if search != nil {
		k.search = *search
	}
	var problems []*ListProblem
	for _, part := range []struct {
		name    string
		written json.RawMessage
		into    *object
	}{{"filter", filter, &k.filter}, {"orderBy", orderBy, &k.order}} {
		if len(part.written) > 0 && json.Unmarshal(part.written, part.into) != nil {
			problems = append(problems, &ListProblem{[]string{part.name}, valid(part.written), "A JSON object belongs here."})
		}
	}
	_, input, more := k.read()
	return s.put(input), append(problems, more...)
}

// valid is what somebody wrote as JSON: as it is, or else as a text.
func valid(written json.RawMessage) json.RawMessage {
	if json.Valid(written) {
		return written
	}
	return quoted(string(written))
}

// written writes an input of a list.
func written(list lifecycle.List, input reflect.Value) (*Written, error) {
	s, _ := shapeOf(list)
	k, err := keep(s, input, nil)
	if err != nil {
		return nil, err
	}
	w := &Written{List: list}
	if k.view != "" {
		w.SystemView = &k.view
	}
	if k.search != "" {
		w.Search = &k.search
	}
	if !input.FieldByName("Filter").IsNil() {
		if w.Filter, err = k.filter.raw(); err != nil {
			return nil, err
		}
	}
	if !input.FieldByName("OrderBy").IsNil() {
		if w.OrderBy, err = k.order.raw(); err != nil {
			return nil, err
		}
	}
	return w, nil
}
