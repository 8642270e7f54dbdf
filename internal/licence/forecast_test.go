package licence_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/store"
)

// rising tells of a pool that rose by so many seats a day, over so many days, to
// what it has now.
func (h *house) rising(t *testing.T, pool licence.Pool, days, perDay int) {
	t.Helper()
	if _, err := h.db.Admin(t).Exec(`INSERT INTO seat_usage_days (id, business_unit_id, seat_type, day, allocated, created, consumed)
SELECT gen_random_uuid(), a.business_unit_id, a.seat_type, $3::date - ago, a.allocated, a.created - $5 * ago, 0
FROM seat_allocations a CROSS JOIN generate_series(1, $4 - 1) AS ago WHERE a.business_unit_id = $1 AND a.seat_type = $2`,
		pool.Unit, pool.Type, midnight, days, perDay); err != nil {
		t.Fatal(err)
	}
}

// figures sets the counters of a pool past everything, with no seats for them.
func (h *house) figures(t *testing.T, pool licence.Pool, created int, grows bool) {
	t.Helper()
	var row uuid.UUID
	if err := h.db.Admin(t).QueryRow(`SELECT id FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = $2`, pool.Unit, pool.Type).Scan(&row); err != nil {
		t.Fatal(err)
	}
	err := h.within(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		err := tx.Ent().SeatAllocation.UpdateOneID(row).SetCreated(created).SetGrows(grows).Exec(ctx)
		tx.Record(audit.Entry{ID: row, Action: audit.AllocateSeats, Resource: audit.Allocation})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestForecast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	units := map[string]id.ID{}
	for _, pool := range []struct {
		key                        string
		allocated, created, perDay int
		days                       int
		grows                      bool
	}{
		{"research", 150, 100, 1, 90, false},
		{"sales", 130, 100, 2, 40, false},
		{"young", 500, 100, 3, 13, false},
		{"still", 500, 100, 0, 90, false},
		{"growing", 100, 100, 1, 90, true},
		{"full", 200, 200, 2, 90, false},
	} {
		unit := h.unit(t, pool.key, lifecycle.User, pool.allocated)
		units[pool.key] = unit
		at := licence.Pool{Unit: unit.UUID, Type: lifecycle.User}
		h.figures(t, at, pool.created, pool.grows)
		h.rising(t, at, pool.days, pool.perDay)
	}
	for _, c := range []struct {
		unit        string
		runsOut     int // in so many days; -1: no trend
		perDay      float64
		since       int // so many days ago
		says, story string
	}{
		{"research", 50, 1, 89, "A straight line through the seats of 90 days (2026-08-25 to 2026-11-22) rises by 1.00 seats a day; 50 of 150 are left.", "as long as figures go back"},
		{"sales", 15, 2, 39, "A straight line through the seats of 40 days (2026-10-14 to 2026-11-22) rises by 2.00 seats a day; 30 of 130 are left.", "fewer figures than are looked at"},
		{"full", 0, 2, 89, "A straight line through the seats of 90 days (2026-08-25 to 2026-11-22) rises by 2.00 seats a day; none of 200 is left.", "nothing left already"},
		{"young", -1, 0, 0, "", "13 days of figures"},
		{"still", -1, 0, 0, "", "no rise"},
		{"growing", -1, 0, 0, "", "an allocation that grows by itself"},
	} {
		t.Run(c.story, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.ViewOnly, c.unit)
			unit := units[c.unit]
			u := h.usage(ctx, t, &unit, nil)
			of, err := h.licences.Forecast(ctx, u)
			if err != nil {
				t.Fatal(err)
			}
			allocations, err := h.licences.AllocationsOfUsage(ctx, u, page.Args{})
			if err != nil || len(allocations.Nodes()) != 1 {
				t.Fatalf("%d allocations: %v", len(allocations.Nodes()), err)
			}
			same, err := h.licences.ForecastOf(ctx, allocations.Nodes()[0])
			if err != nil {
				t.Fatal(err)
			}
			if c.runsOut < 0 {
				if of != nil || same != nil {
					t.Errorf("a trend is seen: %+v %+v", of, same)
				}
				return
			}
			want := licence.SeatForecast{RunsOutOn: midnight.AddDate(0, 0, c.runsOut), SeatsPerDay: c.perDay, Since: midnight.AddDate(0, 0, -c.since), Until: midnight, Basis: c.says}
			if of == nil || same == nil || *of != want || *same != want {
				t.Errorf("%+v and %+v, want %+v", of, same, want)
			}
		})
	}
}

// Of all that is shown together, what grows by itself is left out.
func TestForecastOfSeveralTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for key, grows := range map[string]bool{"research": false, "sales": false, "discovery": true} {
		pool := licence.Pool{Unit: h.unit(t, key, lifecycle.User, 200).UUID, Type: lifecycle.User}
		h.figures(t, pool, 100, grows)
		h.rising(t, pool, 90, 1)
	}
	ctx := as(t, lifecycle.ViewOnly)
	f, err := h.licences.Forecast(ctx, h.usage(ctx, t, nil, nil))
	if err != nil || f == nil || f.SeatsPerDay != 2 || !f.RunsOutOn.Equal(midnight.AddDate(0, 0, 100)) {
		t.Errorf("%+v: %v", f, err)
	}
}

func TestForecastsOfAPageAreReadAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := as(t, lifecycle.ViewOnly)
	for _, key := range []string{"a", "b", "c"} {
		pool := licence.Pool{Unit: h.unit(t, key, lifecycle.User, 200).UUID, Type: lifecycle.User}
		h.figures(t, pool, 100, false)
		h.rising(t, pool, 20, 1)
	}
	c, err := h.licences.AllocationsOfUsage(ctx, h.usage(ctx, t, nil, nil), page.Args{})
	if err != nil || len(c.Nodes()) != 3 {
		t.Fatalf("%d allocations: %v", len(c.Nodes()), err)
	}
	before := h.statements.Load()
	for _, a := range c.Nodes() {
		if f, err := h.licences.ForecastOf(ctx, a); err != nil || f == nil {
			t.Errorf("%s: %v", a.ID, err)
		}
	}
	if n := h.statements.Load() - before; n != 1 {
		t.Errorf("%d statements for three allocations", n)
	}
}

func TestWhoSeesForecasts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research", lifecycle.User, 200)
	pool := licence.Pool{Unit: unit.UUID, Type: lifecycle.User}
	h.figures(t, pool, 100, false)
	h.rising(t, pool, 20, 1)
	admin := as(t, lifecycle.Admin)
	u := h.usage(admin, t, nil, nil)
	for _, c := range []struct {
		name string
		ctx  context.Context
		sees bool
	}{
		{"who sees the business unit", as(t, lifecycle.ViewOnly, "research"), true},
		{"who sees another", as(t, lifecycle.ViewOnly, "default"), false},
		{"who has no permission", as(t, lifecycle.Requester), false},
		{"nobody", t.Context(), false},
	} {
		together, err := h.licences.Forecast(c.ctx, u)
		if err != nil || (together != nil) != c.sees {
			t.Errorf("%s: all %+v: %v", c.name, together, err)
		}
		// Read anew each time: what a group was told once, it knows.
		page, err := h.licences.AllocationsOfUsage(admin, u, page.Args{})
		if err != nil {
			t.Fatal(err)
		}
		one, err := h.licences.ForecastOf(c.ctx, page.Nodes()[0])
		if err != nil || (one != nil) != c.sees {
			t.Errorf("%s: one %+v: %v", c.name, one, err)
		}
	}
}
