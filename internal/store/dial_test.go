package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
)

// A database that falls silent costs a caller its patience and the pool nothing:
// with a single connection, the next caller is answered.
func TestASilentDatabaseIsGivenUp(t *testing.T) {
	t.Parallel()
	s, err := store.Open(store.Options{URL: testdb.New(t).AppURL, MaxConnections: 1, Patience: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for name, statement := range map[string]string{
		"an answer that does not come": `SELECT pg_sleep(3600)::text WHERE $1 <> ''`,
		// PostgreSQL's error repeats the value; one of this length throws lib/pq out
		// of step, and the next answer on the connection never comes.
		"an error that lib/pq cannot read": `SELECT $1::timestamptz::text`,
	} {
		rows, err := s.Read().Query(t.Context(), statement, strings.Repeat("x", 100_000))
		if err == nil {
			err = errors.Join(rows.Err(), rows.Close())
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		var seen bool
		for range 3 { // the connection that is out of step is noticed by its next user
			rows, err := s.Read().Query(t.Context(), `SELECT 1`)
			if err != nil {
				if !errors.Is(err, fault.Unavailable) {
					t.Errorf("after %s: %v", name, err)
				}
				continue
			}
			seen = rows.Next()
			if err := errors.Join(rows.Err(), rows.Close()); err != nil {
				t.Error(err)
			}
			break
		}
		if !seen {
			t.Errorf("after %s nobody is answered", name)
		}
	}
}
