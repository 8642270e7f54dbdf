package store

import (
	"context"
	"database/sql"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxStatements bounds the cache; the product has some hundred texts, lists with
// many shapes of filter included.
const maxStatements = 512

// statements keeps prepared statements by their text: the second use of a text
// saves a round trip and PostgreSQL's planning of it. It is switched off behind
// a pooler that loses named statements (PgBouncer before 1.21 in transaction
// mode).
type statements struct {
	db    *sql.DB
	cache *lru.Cache[string, *sql.Stmt]
}

func newStatements(db *sql.DB) *statements {
	cache, err := lru.NewWithEvict(maxStatements, func(_ string, s *sql.Stmt) { _ = s.Close() })
	if err != nil {
		panic(fmt.Sprintf("store: a statement cache of %d: %v", maxStatements, err)) // the size is a constant above zero
	}
	return &statements{db: db, cache: cache}
}

// query runs a SELECT by its prepared statement, within tx when it is not nil.
// database/sql keeps an evicted statement open until its rows are closed.
func (s *statements) query(ctx context.Context, tx *sql.Tx, text string, args []any) (*sql.Rows, error) {
	stmt, ok := s.cache.Get(text)
	if !ok {
		var err error
		if stmt, err = s.db.PrepareContext(ctx, text); err != nil {
			return nil, err
		}
		if earlier, found, _ := s.cache.PeekOrAdd(text, stmt); found {
			_ = stmt.Close()
			stmt = earlier
		}
	}
	if tx != nil {
		return tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
	}
	return stmt.QueryContext(ctx, args...)
}
