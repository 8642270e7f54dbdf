package licence_test

import (
	"context"
	"sync"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// growing takes licences from a pool that may grow, and expects no fault.
func (h *house) growing(t *testing.T, pool licence.Pool, n int) (g licence.Growth) {
	t.Helper()
	err := h.within(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
		g, err = licence.TakeGrowing(ctx, tx, pool, n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAnAllocationGrowsByTheShortfall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		// earlier are takings before; set is a figure that somebody sets after them, -1
		// for none; purchased is what the account then has, -1 for unlimited.
		earlier        []int
		set, purchased int
		want           int
		got, allocated int
		exhausted      bool
		grew           int // entries of an allocation that grew by itself, all in all
	}{
		{"where nothing was ever allocated", nil, -1, -1, 3, 3, 3, false, 1},
		{"nothing is wanted", nil, -1, -1, 0, 0, 0, false, 0},
		{"again", []int{3}, -1, -1, 2, 2, 5, false, 2},
		{"a figure that was set suffices", nil, 5, -1, 3, 3, 5, false, 0},
		{"a figure that was set ends it", []int{3}, 4, -1, 3, 1, 4, false, 1},
		{"a figure that was set to 0", nil, 0, -1, 3, 0, 0, false, 0},
		{"the account has as many", nil, -1, 3, 3, 3, 3, false, 1},
		{"the account has fewer, and nothing was allocated", nil, -1, 2, 3, 2, 2, true, 1},
		{"the account has fewer", []int{1}, -1, 3, 3, 2, 3, true, 2},
		{"the account has none left", []int{3}, -1, 3, 3, 0, 3, true, 1},
		{"the account never had any", nil, -1, 0, 3, 0, 0, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			pool := licence.Pool{Unit: h.unit(t, "research", lifecycle.User, 0).UUID, Type: lifecycle.Imported}
			for _, n := range c.earlier {
				if g := h.growing(t, pool, n); g.Got != n {
					t.Fatalf("%+v", g)
				}
			}
			if c.set >= 0 {
				h.set(t, pool, c.set)
			}
			if c.purchased >= 0 {
				h.purchase(t, lifecycle.Imported, &c.purchased)
			}
			g := h.growing(t, pool, c.want)
			if g.Got != c.got || g.Exhausted != c.exhausted {
				t.Errorf("%+v", g)
			}
			rows := h.count(t, `SELECT count(*) FROM seat_allocations WHERE seat_type = 'IMPORTED'`)
			if c.allocated > 0 || c.set >= 0 {
				if n := h.count(t, `SELECT allocated FROM seat_allocations WHERE seat_type = 'IMPORTED'`); n != c.allocated {
					t.Errorf("%d allocated; want %d", n, c.allocated)
				}
			} else if rows != 0 {
				t.Error("an allocation of nothing was left behind")
			}
			if n := h.count(t, `SELECT allocated FROM seat_licenses WHERE seat_type = 'IMPORTED'`); n != c.allocated {
				t.Errorf("%d of the account's are allocated; want %d", n, c.allocated)
			}
			if n := h.count(t, `SELECT count(*) FROM audit_entries WHERE action = 'ALLOCATE_SEATS' AND actor_kind = 'SYSTEM' AND outcome = 'SUCCESS' AND business_unit_id = $1`, pool.Unit); n != c.grew {
				t.Errorf("%d entries tell that it grew; want %d", n, c.grew)
			}
		})
	}
}

// set sets a figure by hand.
func (h *house) set(t *testing.T, pool licence.Pool, figure int) {
	t.Helper()
	h.allocate(t, id.Of(id.BusinessUnit, pool.Unit), pool.Type, figure)
}

func TestManyWhoGrowAnAllocationAtOnceStopAtWhatWasPurchased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pools := []licence.Pool{{Unit: h.unit(t, "one", lifecycle.User, 0).UUID, Type: lifecycle.Discovery}, {Unit: h.unit(t, "two", lifecycle.User, 0).UUID, Type: lifecycle.Discovery}}
	h.purchase(t, lifecycle.Discovery, ptr(20))
	got := make([]int, 16)
	together(16, func(n int) {
		for range 3 {
			var g licence.Growth
			err := h.within(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
				g, err = licence.TakeGrowing(ctx, tx, pools[n%2], 1)
				return err
			})
			if err != nil {
				t.Error(err)
			}
			got[n] += g.Got
		}
	})
	total := 0
	for _, n := range got {
		total += n
	}
	if n := h.count(t, `SELECT sum(created) FROM seat_allocations WHERE seat_type = 'DISCOVERY'`); n != 20 || total != 20 {
		t.Errorf("%d were taken, %d told so", n, total)
	}
	if n := h.count(t, `SELECT allocated FROM seat_licenses WHERE seat_type = 'DISCOVERY'`); n != 20 {
		t.Errorf("%d are allocated of 20", n)
	}
}

// together runs fn so many times at once.
func together(n int, fn func(int)) {
	var all sync.WaitGroup
	for k := range n {
		all.Go(func() { fn(k) })
	}
	all.Wait()
}
