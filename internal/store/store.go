// Package store is the one door to the database.
//
// Reading goes through Read, which hands out a Reader that cannot write.
// Writing goes through Do, which runs one transaction with its cause, its
// idempotency key, its audit entries and its event rows; a row cannot change
// without an entry that says so.
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"
)

// Options say how to open a store.
type Options struct {
	// URL is a PostgreSQL URL for lib/pq.
	URL string
	// MaxConnections bounds the pool; 0 means 20.
	MaxConnections int
	// CacheStatements keeps prepared statements; off behind a pooler that loses
	// them.
	CacheStatements bool
	// Patience is how long PostgreSQL may be silent while its answer is waited for,
	// before the connection is given up; longer than its statement_timeout. 0 means
	// for ever.
	Patience time.Duration
	// Timeouts say how long a statement may take, by who is asking; nil means as long as
	// the URL says.
	Timeouts Timeouts
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log receives what the store does by itself, such as retries; nil discards.
	Log *slog.Logger
	// OnStatement is told each statement's text before it is sent; nil means
	// nobody is. Tests count with it.
	OnStatement func(ctx context.Context, statement string)
	// OnRead is told each statement of a Reader with its arguments before it is sent;
	// nil means nobody is. The check of plans explains them.
	OnRead func(ctx context.Context, statement string, args []any)
}

// Store is an open database.
type Store struct {
	db          *sql.DB
	statements  *statements
	timeouts    Timeouts
	now         func() time.Time
	log         *slog.Logger
	onStatement func(context.Context, string)
	onRead      func(context.Context, string, []any)
	follow      following
}

// Open connects lazily: a database that cannot be reached shows at Ping.
func Open(o Options) (*Store, error) {
	connector, err := pq.NewConnector(o.URL)
	if err != nil {
		return nil, fmt.Errorf("read the database URL: %w", err)
	}
	impatiently(connector, o.Patience)
	db := sql.OpenDB(connector)
	most := o.MaxConnections
	if most <= 0 {
		most = 20
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s := &Store{db: db, timeouts: o.Timeouts, now: o.Now, log: o.Log, onStatement: o.OnStatement, onRead: o.OnRead}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.onStatement == nil {
		s.onStatement = func(context.Context, string) {}
	}
	if o.CacheStatements {
		s.statements = newStatements(db)
	}
	return s, nil
}

// Close ends every connection.
func (s *Store) Close() error { return s.db.Close() }

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

// DB is the pool itself, for the commands that look at the database from
// outside (migrations, verify, the audit guard). Use cases have no business
// with it.
func (s *Store) DB() *sql.DB { return s.db }

// Reader reads and cannot write.
type Reader struct{ s *Store }

// Read hands out a reader.
func (s *Store) Read() Reader { return Reader{s} }

// Query runs one SELECT. The caller closes the rows.
func (r Reader) Query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	if !reads(statement) {
		return nil, fmt.Errorf("store: a reader was given a statement that does not read: %.40q", statement)
	}
	r.s.onStatement(ctx, statement)
	if r.s.onRead != nil {
		r.s.onRead(ctx, statement, args)
	}
	if tx := snapshotOf(ctx); tx != nil {
		rows, err := tx.QueryContext(ctx, statement, args...)
		return rows, named(unreadable(err))
	}
	ctx = r.s.hurried(ctx)
	if stmt, ok := r.s.statements.get(ctx, nil, statement); ok {
		rows, err := stmt.QueryContext(ctx, args...)
		return rows, late(ctx, err)
	}
	rows, err := r.s.db.QueryContext(ctx, statement, args...)
	return rows, late(ctx, err)
}

// Now is the instant at which the context's request reads.
func (r Reader) Now(ctx context.Context) time.Time { return r.s.Now(ctx) }

// writing are the words of a statement that does more than to read, also where
// it begins like one that reads: WITH gone AS (DELETE FROM …), SELECT 1; UPDATE ….
var writing = []string{"INSERT INTO ", "DELETE FROM ", "MERGE INTO ", " SET ", ";"}

// reads reports whether a statement only reads. It is a guard against mistakes,
// not a parser: values are arguments and never stand in the text.
func reads(statement string) bool {
	s := strings.ToUpper(strings.TrimLeft(statement, " \t\n("))
	return (strings.HasPrefix(s, "SELECT") || strings.HasPrefix(s, "WITH")) &&
		!slices.ContainsFunc(writing, func(word string) bool { return strings.Contains(s, word) })
}
