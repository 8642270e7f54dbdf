package view

import (
	"context"
	"reflect"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// through is a list with the saved view that it names put into it, so that what is seen
// through a view can be saved as another one, which stays what it was when the first is
// changed. What is refused is told apart from a fault, for an attempt that is audited.
func (vs *Views) through(ctx context.Context, in ListInput) (ListInput, *refusal.Refusal, error) {
	s, given, no := in.one()
	if no != nil || given.FieldByName("ViewID").IsNil() {
		return in, nil, nil // keepable tells what is wrong with it
	}
	input := reflect.New(s.input).Elem()
	input.Set(given)
	err := vs.withSaved(ctx, s, input)
	if no := refusal.Find(err); no != nil {
		return in, s.within(no), nil
	}
	return s.put(input), nil, err
}

// keepable is a list as a saved view keeps it; through was at work before. Refused:
// FORBIDDEN for a list that the viewer may not see, INVALID unless it is one list, in
// the form that the list asks for, and small enough for a URL.
func keepable(v viewer.Viewer, in ListInput, columns []string) (kept, error) {
	s, input, no := in.one()
	switch {
	case no != nil:
		return kept{}, no.At("list")
	case !v.Permissions.HasAny(s.needs...):
		return kept{}, refusal.New(refusal.Forbidden, "%s", lifecycle.Lacking("to see "+s.what, v.Permissions, s.needs...)).At("list", s.name)
	}
	if no := s.check(input); no != nil {
		return kept{}, s.within(no)
	}
	if no := checkColumns(columns); no != nil {
		return kept{}, no
	}
	k, err := keep(s, input, columns)
	if err != nil {
		return kept{}, err
	}
	no, err = k.fits()
	if err == nil && no != nil {
		no = no.At("list")
	}
	return k, errorOf(no, err)
}

// row is what is kept as the columns of a saved view that a new list replaces.
func (k kept) row() store.Row {
	columns := k.columns
	if columns == nil {
		columns = []string{}
	}
	return store.Row{"system_view": k.view, "search": k.search, "filter": k.filter, "order_by": k.order, "columns": columns}
}
