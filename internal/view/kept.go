package view

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"gatehouse/internal/filter"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// kept is a list as a row keeps it, and as a text for a URL does: with everything that
// was said, also what this version does not know.
type kept struct {
	list         lifecycle.List
	view, search string
	filter       object // empty for none
	order        object // empty for the view's own
	columns      []string
}

// keep is a list's input as it is kept. A saved view that the input names is no part
// of it.
func keep(s shape, input reflect.Value, columns []string) (k kept, err error) {
	k = kept{list: s.list, filter: object{}, order: object{}, columns: columns}
	if s.has("View") && !input.FieldByName("View").IsNil() {
		k.view = input.FieldByName("View").Elem().String()
	}
	if s.has("Search") && !input.FieldByName("Search").IsNil() {
		k.search = input.FieldByName("Search").Elem().String()
	}
	for _, part := range []struct {
		field string
		into  *object
	}{{"Filter", &k.filter}, {"OrderBy", &k.order}} {
		if given := input.FieldByName(part.field); !given.IsNil() {
			if *part.into, err = encode(given.Elem()); err != nil {
				return k, err
			}
		}
	}
	return k, nil
}

// read is what is kept as the list takes it, and what of it this version does not
// know. What it reads of a list with problems shows what is understood; nobody may act
// on it, since it may select more than was meant.
func (k kept) read() (s shape, input reflect.Value, problems []*ListProblem) {
	s, _ = shapeOf(k.list)
	input = reflect.New(s.input).Elem()
	if k.view != "" {
		if slices.ContainsFunc(s.views, func(v systemView) bool { return v.view == k.view }) {
			setText(input.FieldByName("View"), k.view)
		} else {
			problems = append(problems, &ListProblem{[]string{"systemView"}, quoted(k.view), "This version knows no view of this name."})
		}
	}
	if k.search != "" {
		if s.has("Search") {
			setText(input.FieldByName("Search"), k.search)
		} else {
			problems = append(problems, &ListProblem{[]string{"search"}, quoted(k.search), "There is no search of this list."})
		}
	}
	if len(k.filter) > 0 {
		narrows := reflect.New(input.FieldByName("Filter").Type().Elem())
		problems = append(problems, decode(narrows.Elem(), k.filter, "filter")...)
		input.FieldByName("Filter").Set(narrows)
	}
	if len(k.order) > 0 {
		order := newest(input.FieldByName("OrderBy").Type().Elem())
		wrong := decode(order.Elem(), k.order, "orderBy")
		if len(wrong) == 0 {
			input.FieldByName("OrderBy").Set(order)
		}
		problems = append(problems, wrong...)
	}
	return s, input, append(problems, k.malformed(s, input)...)
}

// malformed are the texts of an input that its list would refuse; it leaves them out.
func (k kept) malformed(s shape, input reflect.Value) (problems []*ListProblem) {
	for {
		no := s.check(input)
		if no == nil {
			return problems
		}
		problem := &ListProblem{Path: slices.Clone(no.Field[min(1, len(no.Field)):]), Message: no.Message}
		problems = append(problems, problem)
		field := k.blamed(input, problem)
		if !field.IsValid() || field.IsZero() { // its place is not told: none of it is to be trusted
			input.SetZero()
			return problems
		}
		field.SetZero()
	}
}

// blamed is the field of an input that a problem is about, whose value it fills in; the
// zero Value when it names none.
func (k kept) blamed(input reflect.Value, problem *ListProblem) reflect.Value {
	switch {
	case len(problem.Path) == 1 && problem.Path[0] == "search":
		problem.Value = quoted(k.search)
		return input.FieldByName("Search")
	case len(problem.Path) > 1 && problem.Path[0] == "filter":
		narrows := input.FieldByName("Filter").Elem()
		for n := range narrows.NumField() {
			if filter.Name(narrows.Type().Field(n).Name) == problem.Path[1] {
				problem.Value = blamedValue(k.filter[problem.Path[1]], narrows.Field(n), problem.Path[2:])
				return narrows.Field(n)
			}
		}
	}
	return reflect.Value{}
}

// blamedValue is what is written of a field, or the one value in it that a problem is
// about, unless others were left out of the field before.
func blamedValue(written json.RawMessage, field reflect.Value, index []string) json.RawMessage {
	var each []json.RawMessage
	if len(index) == 0 || json.Unmarshal(written, &each) != nil || len(each) != field.Len() {
		return written
	}
	n, err := strconv.Atoi(index[0])
	if err != nil || n < 0 || n >= len(each) {
		return written
	}
	return each[n]
}

// newest is a new order as the schema has it when nothing of it is said: a test holds
// it to the defaults of all four.
func newest(order reflect.Type) reflect.Value {
	o := reflect.New(order)
	o.Elem().FieldByName("Direction").SetString(string(page.Descending))
	if field := o.Elem().FieldByName("Field"); field.IsValid() {
		field.SetString("CREATED_AT")
	}
	return o
}

// setText sets a field that points to a text.
func setText(field reflect.Value, text string) {
	value := reflect.New(field.Type().Elem())
	value.Elem().SetString(text)
	field.Set(value)
}

// quoted is a text as JSON.
func quoted(text string) json.RawMessage {
	b, _ := json.Marshal(text) // a string is never refused
	return b
}
