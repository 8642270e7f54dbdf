package store_test

import (
	"testing"
	"time"

	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
)

func TestForget(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	admin := db.Admin(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, err := store.Open(store.Options{URL: db.AppURL, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	exec := func(statement string, args ...any) {
		t.Helper()
		if _, err := admin.Exec(statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	const key = `INSERT INTO idempotency_keys (id, issuer, subject, mutation, key, input_hash, created_at) VALUES (gen_random_uuid(), 'i', 's', 'm', $1, '', $2)`
	exec(key, "yesterday's", now.Add(-25*time.Hour-time.Microsecond))
	exec(key, "just read by somebody", now.Add(-24*time.Hour-time.Minute))
	exec(key, "today's", now)
	// More than one statement removes.
	exec(`INSERT INTO events (id, at, position, action, resource_type, resource_id, changes)
		SELECT gen_random_uuid(), $1, n, 'EXPIRE', 'ENROLLMENT', gen_random_uuid(), '[]' FROM generate_series(1, 2500) AS n`, now.Add(-24*time.Hour-time.Microsecond))
	exec(`INSERT INTO events (id, at, position, action, resource_type, resource_id, changes) VALUES (gen_random_uuid(), $1, 2501, 'EXPIRE', 'ENROLLMENT', gen_random_uuid(), '[]')`, now.Add(-24*time.Hour))

	if n, err := s.Forget(t.Context()); err != nil || n != 2501 {
		t.Errorf("%d rows were forgotten (%v), want one key and 2500 events", n, err)
	}
	var keys, events int
	if err := admin.QueryRow(`SELECT (SELECT count(*) FROM idempotency_keys WHERE key <> 'yesterday''s'), (SELECT count(*) FROM events)`).Scan(&keys, &events); err != nil {
		t.Fatal(err)
	}
	if keys != 2 || events != 1 {
		t.Errorf("%d keys and %d events are left, want 2 and 1", keys, events)
	}
	if n, err := s.Forget(t.Context()); err != nil || n != 0 {
		t.Errorf("%d rows were forgotten the second time (%v)", n, err)
	}
}
