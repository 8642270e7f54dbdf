package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// impatient is a store on w's database where a statement of the system's may take as
// long as the connection says, and anybody else's a moment; and where locks are waited
// for a moment.
func (w *world) impatient() *store.Store {
	w.t.Helper()
	separator := "?"
	if strings.Contains(w.db.AppURL, "?") {
		separator = "&"
	}
	s, err := store.Open(store.Options{URL: w.db.AppURL + separator + "lock_timeout=50", Timeouts: func(v viewer.Viewer) time.Duration {
		if v.Kind == viewer.System {
			return 0
		}
		return 50 * time.Millisecond
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestAStatementThatTakesTooLongForItsViewer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.impatient()
	system := viewer.With(t.Context(), viewer.TheSystem())
	for name, ctx := range map[string]context.Context{"a person": w.ctx(), "nobody": t.Context()} {
		rows, err := s.Read().Query(ctx, "SELECT pg_sleep(60)")
		if err == nil {
			for rows.Next() {
				t.Errorf("%s waits", name)
			}
			err = errors.Join(rows.Err(), rows.Close())
		}
		if !errors.Is(err, fault.TooLong) || !errors.Is(err, fault.Unavailable) {
			t.Errorf("%s is told %v", name, err)
		}
	}
	long := func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		rows, err := tx.Query(ctx, "SELECT pg_sleep(0.2)")
		if err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{}, errors.Join(rows.Err(), rows.Close())
	}
	if _, err := s.Do(w.ctx(), creating(), long); !errors.Is(err, fault.TooLong) {
		t.Errorf("a transaction of a person is told %v", err)
	}
	if _, err := s.Do(system, creating(), long); err != nil {
		t.Errorf("a transaction of the system is told %v", err)
	}
}

func TestALockThatIsHeldForTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.impatient()
	held, err := w.admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback()
	if _, err := held.Exec("SELECT 1 FROM business_units FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	_, err = s.Do(viewer.With(t.Context(), viewer.TheSystem()), creating(), func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		rows, err := tx.Query(ctx, "SELECT id FROM business_units FOR UPDATE")
		if err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{}, errors.Join(rows.Err(), rows.Close())
	})
	if !errors.Is(err, fault.Held) || !errors.Is(err, fault.Unavailable) {
		t.Errorf("it is told %v", err)
	}
}
