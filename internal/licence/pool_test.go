package licence_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

func TestTheLastLicencesGoToExactlyAsMany(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const licences, callers = 10, 64
	pool := licence.Pool{Unit: h.unit(t, "research", lifecycle.User, licences).UUID, Type: lifecycle.User}

	grants, errs := make([]licence.Grant, callers), make([]error, callers)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range callers {
		done.Go(func() {
			start.Wait()
			grants[i], errs[i] = h.seat(t.Context(), pool, fmt.Sprintf("seat-%d", i))
		})
	}
	start.Done()
	done.Wait()

	got := 0
	for i, g := range grants {
		switch {
		case errs[i] != nil:
			t.Errorf("caller %d: %v", i, errs[i])
		case g.Got == 0 && g.Figures != licence.Figures{Allocated: licences, Created: licences}:
			t.Errorf("caller %d was refused with %+v", i, g.Figures)
		}
		got += g.Got
	}
	if got != licences {
		t.Errorf("%d callers got a licence, want %d", got, licences)
	}
	if rows := h.count(t, `SELECT count(*) FROM seats`); rows != licences {
		t.Errorf("%d seats, want %d", rows, licences)
	}
	h.honest(t)
}

func TestTakeAnswersForEveryPoolByOneStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plenty := licence.Pool{Unit: h.unit(t, "plenty", lifecycle.Device, 9).UUID, Type: lifecycle.Device}
	scarce := licence.Pool{Unit: h.unit(t, "scarce", lifecycle.Device, 2).UUID, Type: lifecycle.Device}
	never := licence.Pool{Unit: plenty.Unit, Type: lifecycle.Server}
	wants := []licence.Want{{Pool: never, N: 1}, {Pool: scarce, N: 3}, {Pool: plenty, N: 2}, {Pool: plenty, N: 2}}

	var grants map[licence.Pool]licence.Grant
	var statements int64
	stop := fmt.Errorf("roll back")
	err := h.within(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		before := h.statements.Load()
		grants, err = licence.Take(ctx, tx, wants)
		statements = h.statements.Load() - before
		if err == nil {
			err = stop
		}
		return err
	})
	if err != stop { //nolint:errorlint // the very error that was returned above
		t.Fatal(err)
	}
	if statements != 1 {
		t.Errorf("%d statements", statements)
	}
	for pool, want := range map[licence.Pool]struct {
		got     int
		figures licence.Figures
		row     bool
	}{
		plenty: {4, licence.Figures{Allocated: 9, Created: 4}, true},
		scarce: {2, licence.Figures{Allocated: 2, Created: 2}, true},
		never:  {0, licence.Figures{}, false},
	} {
		g, ok := grants[pool]
		if !ok || g.Got != want.got || g.Figures != want.figures || (g.AllocationID != uuid.Nil) != want.row {
			t.Errorf("%+v: %+v, want %+v", pool, g, want)
		}
	}
	h.honest(t) // what was rolled back took nothing
}

func TestCountersRefuseWhatIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pool := licence.Pool{Unit: h.unit(t, "research", lifecycle.User, 5).UUID, Type: lifecycle.User}
	h.seats(t, pool, 3)
	n := func(n int) []licence.Want { return []licence.Want{{Pool: pool, N: n}} }
	for _, c := range []struct {
		name   string
		change func(context.Context, *store.Tx) error
		ok     bool
	}{
		{"release what was taken", func(ctx context.Context, tx *store.Tx) error { return licence.Release(ctx, tx, n(3)) }, true},
		{"release more than was taken", func(ctx context.Context, tx *store.Tx) error { return licence.Release(ctx, tx, n(4)) }, false},
		{"release a negative number", func(ctx context.Context, tx *store.Tx) error { return licence.Release(ctx, tx, n(-1)) }, false},
		{"consume all that were created", func(ctx context.Context, tx *store.Tx) error { return licence.Consume(ctx, tx, n(3)) }, true},
		{"consume more than were created", func(ctx context.Context, tx *store.Tx) error { return licence.Consume(ctx, tx, n(4)) }, false},
		{"unconsume what was never consumed", func(ctx context.Context, tx *store.Tx) error { return licence.Consume(ctx, tx, n(-1)) }, false},
		{"release a seat that is still consumed", func(ctx context.Context, tx *store.Tx) error {
			if err := licence.Consume(ctx, tx, n(1)); err != nil {
				t.Error(err)
			}
			return licence.Release(ctx, tx, n(3))
		}, false},
		{"release a consumed seat and unconsume it at once", func(ctx context.Context, tx *store.Tx) error {
			if err := licence.Consume(ctx, tx, n(3)); err != nil {
				t.Error(err)
			}
			return licence.Settle(ctx, tx, n(1), n(-1))
		}, true},
		{"release a seat and consume it at once", func(ctx context.Context, tx *store.Tx) error { return licence.Settle(ctx, tx, n(1), n(3)) }, false},
		{"take a negative number", func(ctx context.Context, tx *store.Tx) error { _, err := licence.Take(ctx, tx, n(-1)); return err }, false},
		{"a pool that was never allocated", func(ctx context.Context, tx *store.Tx) error {
			return licence.Release(ctx, tx, []licence.Want{{Pool: licence.Pool{Unit: pool.Unit, Type: lifecycle.Server}, N: 1}})
		}, false},
		{"nothing", func(ctx context.Context, tx *store.Tx) error { return licence.Release(ctx, tx, nil) }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stop := fmt.Errorf("roll back")
			var refused error
			_ = h.within(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				refused = c.change(ctx, tx)
				return stop
			})
			if (refused == nil) != c.ok {
				t.Fatalf("allowed %v, want %v: %v", refused == nil, c.ok, refused)
			}
		})
	}
}

func TestNoSeatLeftNamesTheFigures(t *testing.T) {
	t.Parallel()
	no := licence.NoSeatLeft("Research", lifecycle.User, licence.Figures{Allocated: 10, Created: 10, Consumed: 4})
	want := "Research has no USER seat left: 10 allocated, 10 created, 4 consumed. Allocate more licences to it, or delete a seat that is no longer needed."
	if no.Message != want || no.Code != "NO_SEAT_LEFT" {
		t.Errorf("%s %q", no.Code, no.Message)
	}
}
