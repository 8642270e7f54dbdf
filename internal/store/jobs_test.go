package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

func TestJobsChangesNothingElse(t *testing.T) {
	t.Parallel()
	s, err := store.Open(store.Options{URL: testdb.New(t).AppURL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	none := func(func(...any) error) error { return nil }
	for _, statement := range []string{`UPDATE seats SET name = 'x'`, `DELETE FROM jobs`, `INSERT INTO audit_entries DEFAULT VALUES`, `WITH x AS (UPDATE seats SET name = 'x') SELECT 1`} {
		if err := s.Jobs(t.Context(), statement, nil, none); err == nil || !strings.Contains(err.Error(), "does not change the job table") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if err := s.Jobs(t.Context(), `UPDATE jobs SET last_error = ''`, nil, none); err != nil {
		t.Error(err)
	}
}

func TestAfterFollowsACommitOnly(t *testing.T) {
	t.Parallel()
	s, err := store.Open(store.Options{URL: testdb.New(t).AppURL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	ctx := viewer.With(t.Context(), viewer.TheSystem())
	cause := store.Cause{Action: audit.StartBulkAction, Resource: audit.Job}
	for _, fault := range []error{nil, errors.New("broken")} {
		called := 0
		_, err := s.Do(ctx, cause, func(_ context.Context, tx *store.Tx) (store.Outcome, error) {
			tx.After(func() { called++ })
			if called != 0 {
				t.Error("it was called before the commit")
			}
			return store.Outcome{}, fault
		})
		if !errors.Is(err, fault) {
			t.Fatal(err)
		}
		if committed := fault == nil; committed != (called == 1) {
			t.Errorf("with the fault %v it was called %d times", fault, called)
		}
	}
}
