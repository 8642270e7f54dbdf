package store

import "database/sql"

// optional scans NULL as the zero value.
type optional[T any] struct{ into *T }

// Scan reads a value that may be NULL.
func (o optional[T]) Scan(v any) error {
	if value, is := v.(T); is { // as it mostly is: a text for a string
		*o.into = value
		return nil
	}
	var n sql.Null[T]
	if err := n.Scan(v); err != nil {
		return err
	}
	*o.into = n.V
	return nil
}

// Optional is a destination for a column that may be NULL, as those of a LEFT
// JOIN: NULL leaves the zero value.
func Optional[T any](into *T) sql.Scanner { return optional[T]{into} }
