package view

import (
	"context"
	"strconv"
	"strings"

	"gatehouse/internal/form"
	"gatehouse/internal/refusal"
)

// The limits of the columns of a list.
const (
	mostColumns   = 100
	longestColumn = 100
)

// checkColumns says whether the names have their form, each once; what they mean is the
// frontend's.
func checkColumns(names []string) *refusal.Refusal {
	if len(names) > mostColumns {
		return refusal.New(refusal.Invalid, "There are %d columns; %d at most are allowed.", len(names), mostColumns).At("columns")
	}
	first := make(map[string]int, len(names))
	for n, name := range names {
		at := []string{"columns", strconv.Itoa(n)}
		if strings.TrimSpace(name) == "" {
			return refusal.New(refusal.Invalid, "Column %d is empty; write its name, of 1 to %d characters, or leave it out.", n+1, longestColumn).At(at...)
		}
		if no := form.Line(name, 1, longestColumn, at...); no != nil {
			return refusal.New(refusal.Invalid, "Column %d%s", n+1, strings.TrimPrefix(no.Message, "The columns")).At(at...)
		}
		if before, twice := first[name]; twice {
			return refusal.New(refusal.Invalid, "The column %q stands twice, in places %d and %d; name it once.", name, before+1, n+1).At(at...)
		}
		first[name] = n
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
