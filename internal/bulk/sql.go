package bulk

import (
	"context"
	"database/sql"
	"errors"
)

// errNoRow is the error of one when there is none.
var errNoRow = sql.ErrNoRows

// querier is what can read: a reader, or a transaction with its locks.
type querier interface {
	Query(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
}

// one reads the one row of a statement.
func one(ctx context.Context, q querier, statement string, args []any, into ...any) error {
	rows, err := q.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return errors.Join(rows.Err(), errNoRow)
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	return rows.Err()
}
