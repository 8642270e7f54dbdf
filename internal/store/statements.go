package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// maxStatements bounds the cache; the product has some hundred texts, lists with
// many shapes of filter included.
const maxStatements = 512

// statements keeps prepared statements by their text: the second use of a text
// saves a round trip and PostgreSQL's planning of it. It is switched off behind
// a pooler that loses named statements (PgBouncer before 1.21 in transaction
// mode).
//
// A text is prepared aside, and whoever brings it first runs it unprepared: a
// transaction that waited for a second connection to prepare on, while it holds
// one, could wait for itself.
type statements struct {
	db    *sql.DB
	cache *lru.Cache[string, *sql.Stmt]

	mu        sync.Mutex
	preparing map[string]bool
}

func newStatements(db *sql.DB) *statements {
	cache, err := lru.NewWithEvict(maxStatements, func(_ string, s *sql.Stmt) { _ = s.Close() })
	if err != nil {
		panic(fmt.Sprintf("store: a statement cache of %d: %v", maxStatements, err)) // the size is a constant above zero
	}
	return &statements{db: db, cache: cache, preparing: map[string]bool{}}
}

// get is the prepared statement of a text, bound to tx when it is not nil; false
// while there is none. database/sql keeps an evicted statement open until its
// rows are closed.
func (s *statements) get(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, bool) {
	if s == nil {
		return nil, false
	}
	stmt, ok := s.cache.Get(text)
	if !ok {
		s.prepare(text)
		return nil, false
	}
	if tx != nil {
		stmt = tx.StmtContext(ctx, stmt)
	}
	return stmt, true
}

// prepare prepares a text aside, once at a time. One that cannot be prepared is
// left out: running it tells its caller why.
func (s *statements) prepare(text string) {
	s.mu.Lock()
	busy := s.preparing[text] || len(s.preparing) >= 4
	if !busy {
		s.preparing[text] = true
	}
	s.mu.Unlock()
	if busy {
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if stmt, err := s.db.PrepareContext(ctx, text); err == nil {
			s.cache.Add(text, stmt)
		}
		s.mu.Lock()
		delete(s.preparing, text)
		s.mu.Unlock()
	}()
}
