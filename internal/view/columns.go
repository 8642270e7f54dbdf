package view

import (
	"context"
	"strconv"

	"gatehouse/internal/form"
	"gatehouse/internal/refusal"
)

// The limits of the columns of a list.
const (
	mostColumns   = 100
	longestColumn = 100
)

// checkColumns says whether the names have their form; what they mean is the
// frontend's.
func checkColumns(names []string) *refusal.Refusal {
	if len(names) > mostColumns {
		return refusal.New(refusal.Invalid, "There are %d columns; %d at most are allowed.", len(names), mostColumns).At("columns")
	}
	for n, name := range names {
		if no := form.Line(name, 1, longestColumn, "columns", strconv.Itoa(n)); no != nil {
			return no
		}
	}
	return nil
}

// Columns are those of the saved view that a list names; nil for none, and for a view
// that was saved without any. Refused: INVALID, NOT_FOUND (the saved view).
func (vs *Views) Columns(ctx context.Context, in ListInput) ([]string, error) {
	s, input, no := in.one()
	if no != nil {
		return nil, no
	}
	v, err := vs.named(ctx, s, input)
	if err != nil || v == nil || len(v.kept.columns) == 0 {
		return nil, err
	}
	return v.kept.columns, nil
}
