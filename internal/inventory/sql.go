package inventory

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// querier is what can read: a reader, or a transaction with its locks.
type querier interface {
	Query(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
}

// readAll reads every row of a statement into a T by the columns picked, with
// further destinations in front.
func readAll[T any](ctx context.Context, q querier, statement string, args []any, columns []column[T], front func(*T) []any) ([]*T, error) {
	found, err := q.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var all []*T
	var into []any // of one row at a time
	for found.Next() {
		t := new(T)
		into = into[:0]
		if front != nil {
			into = append(into, front(t)...)
		}
		for _, c := range columns {
			into = append(into, c.into(t))
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, found.Err()
}

// placeholders numbers each $? of a condition, beginning after the given number.
func placeholders(statement string, after int) string {
	for strings.Contains(statement, "$?") {
		after++
		statement = strings.Replace(statement, "$?", fmt.Sprintf("$%d", after), 1)
	}
	return statement
}
