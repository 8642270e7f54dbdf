package view

import (
	"encoding/json"

	"gatehouse/internal/lifecycle"
)

// ListState is what a list shows, in a form for a URL.
type ListState struct {
	List       lifecycle.List
	SystemView *string
	Search     *string
	Filter     json.RawMessage
	OrderBy    json.RawMessage
	Columns    []string
	Problems   []*ListProblem
	State      string
}

// shown is what is kept as its readers see it: what this version knows as the list's
// arguments take it, what it does not know as problems, and all of it as the state.
func (k kept) shown() (ListState, error) {
	_, input, problems := k.read()
	out := ListState{List: k.list, Columns: k.columns, Problems: problems}
	if out.Columns == nil {
		out.Columns = []string{}
	}
	if out.Problems == nil {
		out.Problems = []*ListProblem{}
	}
	w, err := written(k.list, input)
	if err != nil {
		return ListState{}, err
	}
	out.SystemView, out.Search, out.Filter, out.OrderBy = w.SystemView, w.Search, w.Filter, w.OrderBy
	if out.Filter == nil {
		out.Filter = json.RawMessage("{}")
	}
	out.State, err = k.state()
	return out, err
}
