package store_test

import (
	"strings"
	"testing"

	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
)

func TestUsageDaysChangesNothingElse(t *testing.T) {
	t.Parallel()
	s, err := store.Open(store.Options{URL: testdb.New(t).AppURL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, statement := range []string{
		`UPDATE seats SET name = 'x'`, `DELETE FROM seat_usage_days`, `INSERT INTO audit_entries DEFAULT VALUES`,
		`WITH x AS (UPDATE seats SET name = 'x' RETURNING id) SELECT 1`,
	} {
		if _, err := s.UsageDays(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "does not record daily figures") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	n, err := s.UsageDays(t.Context(), `INSERT INTO seat_usage_days (id, business_unit_id, seat_type, day, allocated, created, consumed)
SELECT gen_random_uuid(), gen_random_uuid(), 'USER', '2026-11-22', 3, 2, 1`)
	if n != 1 || err != nil {
		t.Errorf("%d rows: %v", n, err)
	}
}
