package export

import (
	"context"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
)

// column is one of what can be written of a thing: its name, which is that of the
// schema's field or of the path to it in one word, and its value: a string, bool,
// int, time.Time, []string or json.RawMessage, and nil where there is none for the
// viewer.
type column[T any] struct {
	name  string
	value func(context.Context, *T) (any, error)
}

// plain is a column whose value stands on the thing itself.
func plain[T any](name string, value func(*T) any) column[T] {
	return column[T]{name, func(_ context.Context, thing *T) (any, error) { return value(thing), nil }}
}

// names are those of columns.
func names[T any](columns []column[T]) []string {
	all := make([]string, len(columns))
	for n, c := range columns {
		all[n] = c.name
	}
	return all
}

// pick is the columns with these names, in their order; those that are known.
func pick[T any](columns []column[T], wanted []string) []column[T] {
	picked := make([]column[T], 0, len(wanted))
	for _, name := range wanted {
		for _, c := range columns {
			if c.name == name {
				picked = append(picked, c)
			}
		}
	}
	return picked
}

// unit are the columns of a thing's business unit, all empty without
// VIEW_BUSINESS_UNITS. The business units of a page are read by one statement.
func unit[T any](of func(context.Context, *T) (*businessunit.BusinessUnit, error), wanted ...column[businessunit.BusinessUnit]) []column[T] {
	columns := make([]column[T], len(wanted))
	for n, c := range wanted {
		columns[n] = column[T]{c.name, func(ctx context.Context, thing *T) (any, error) {
			u, err := of(ctx, thing)
			if err != nil || u == nil {
				return nil, err
			}
			return c.value(ctx, u)
		}}
	}
	return columns
}

// What is written of a business unit.
var (
	unitID   = plain("businessUnitId", func(u *businessunit.BusinessUnit) any { return u.ID.String() })
	unitKey  = plain("businessUnitKey", func(u *businessunit.BusinessUnit) any { return u.Key })
	unitName = plain("businessUnitName", func(u *businessunit.BusinessUnit) any { return u.Name })
)

// orNil is the value behind a pointer; nil for none.
func orNil[V any](value *V) any {
	if value == nil {
		return nil
	}
	return *value
}

// wordOrNil is the word behind a pointer to an enum's value; nil for none.
func wordOrNil[V ~string](value *V) any {
	if value == nil {
		return nil
	}
	return string(*value)
}

// idOrNil is the text of an id; nil for none.
func idOrNil(one *id.ID) any {
	if one == nil {
		return nil
	}
	return one.String()
}

// words are the values of an enum as texts.
func words[V ~string](values []V) []string {
	texts := make([]string, len(values))
	for n, v := range values {
		texts[n] = string(v)
	}
	return texts
}
