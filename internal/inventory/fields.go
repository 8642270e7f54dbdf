package inventory

import "strings"

// Fields says which fields of an object a reader wants, as the schema names
// them, those of a seat behind a dot as well ("seat", "seat.email"). A read
// selects only the columns that these need. Nil means all.
type Fields map[string]bool

// Has reports whether any of the named fields is wanted.
func (f Fields) Has(names ...string) bool {
	if f == nil {
		return true
	}
	for _, n := range names {
		if f[n] {
			return true
		}
	}
	return false
}

// Under is which fields of an edge are wanted; all when all of everything are.
func (f Fields) Under(edge string) Fields {
	if f == nil {
		return nil
	}
	under := Fields{}
	for name := range f {
		if field, ok := strings.CutPrefix(name, edge+"."); ok {
			under[field] = true
		}
	}
	return under
}

// column is one selected expression, where its value goes, and which fields
// need it; of an empty need, every reader does.
type column[T any] struct {
	sql  string
	into func(*T) any
	need string
}

// pick is the columns that the wanted fields need.
func pick[T any](all []column[T], want Fields) []column[T] {
	picked := make([]column[T], 0, len(all))
	for _, c := range all {
		if c.need == "" || want.Has(strings.Fields(c.need)...) {
			picked = append(picked, c)
		}
	}
	return picked
}

// expressions is what a SELECT lists.
func expressions[T any](cs []column[T]) []string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = c.sql
	}
	return out
}
