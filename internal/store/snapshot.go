package store

import (
	"context"
	"database/sql"
	"fmt"
)

type snapshotKey struct{}

// Snapshot runs fn with a context in which every Reader of this store reads one
// state of the database, however long it takes: a REPEATABLE READ transaction that
// writes nothing. It is for what is read in pages and has to be one whole, such as an
// export; fn reads one statement at a time.
func (s *Store) Snapshot(ctx context.Context, fn func(context.Context) error) error {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return named(fmt.Errorf("begin a snapshot: %w", err))
	}
	defer func() { _ = tx.Rollback() }() // it wrote nothing
	return fn(context.WithValue(s.Pin(ctx), snapshotKey{}, tx))
}

// snapshotOf is the transaction of the context's snapshot; nil for none.
func snapshotOf(ctx context.Context) *sql.Tx {
	tx, _ := ctx.Value(snapshotKey{}).(*sql.Tx)
	return tx
}
