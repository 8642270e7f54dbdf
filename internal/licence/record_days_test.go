package licence_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// midnight is the first instant of the day of the tests' clock.
var midnight = morning.Truncate(24 * time.Hour)

// at is a context whose work happens so many days and so long after midnight.
func at(t *testing.T, days int, after time.Duration) context.Context {
	return store.At(t.Context(), midnight.AddDate(0, 0, days).Add(after))
}

// recorded are the daily figures that stand there, a line each, with the day as a
// number counted from that of the tests' clock.
func (h *house) recorded(t *testing.T) (lines []string) {
	t.Helper()
	rows, err := h.db.Admin(t).Query(`SELECT d.day - $1::date, u.key, d.seat_type, d.allocated, d.created, d.consumed
FROM seat_usage_days d JOIN business_units u ON u.id = d.business_unit_id ORDER BY 2, 3, 1`, midnight)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var key, kind string
		var day int
		var f licence.Figures
		if err := rows.Scan(&day, &key, &kind, &f.Allocated, &f.Created, &f.Consumed); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %s on %d: %d %d", key, kind, day, f.Allocated, f.Created))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestRecordDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research := h.unit(t, "research", lifecycle.User, 8)
	pool := licence.Pool{Unit: research.UUID, Type: lifecycle.User}
	seat := func(name string) func() {
		return func() {
			if g, err := h.seat(t.Context(), pool, name); err != nil || g.Got != 1 {
				t.Fatalf("seat %s: %+v %v", name, g, err)
			}
		}
	}
	nothing := func() {}
	for _, step := range []struct {
		name   string
		before func()
		day    int
		time   time.Duration
		wrote  int
		want   []string
	}{
		{"the first time begins the history", nothing, 0, 9 * time.Hour, 1, []string{"research USER on 0: 8 0"}},
		{"what stayed the same is not written again", nothing, 0, 10 * time.Hour, 0, []string{"research USER on 0: 8 0"}},
		{"a change of the day is followed", seat("a"), 0, 11 * time.Hour, 1, []string{"research USER on 0: 8 1"}},
		{"also in its last second", seat("b"), 0, 24*time.Hour - time.Second, 1, []string{"research USER on 0: 8 2"}},
		{"another day has its own figures", seat("c"), 1, 0, 1, []string{"research USER on 0: 8 2", "research USER on 1: 8 3"}},
		{"a server that is behind changes nothing", seat("d"), 0, 24*time.Hour - time.Second, 0, []string{"research USER on 0: 8 2", "research USER on 1: 8 3"}},
		{"days without a server have the figures of the last record", nothing, 4, time.Hour, 3,
			[]string{"research USER on 0: 8 2", "research USER on 1: 8 3", "research USER on 2: 8 3", "research USER on 3: 8 3", "research USER on 4: 8 4"}},
		{"an allocation that came later begins later", func() { h.unit(t, "sales", lifecycle.User, 5) }, 4, 2 * time.Hour, 1,
			[]string{"research USER on 0: 8 2", "research USER on 1: 8 3", "research USER on 2: 8 3", "research USER on 3: 8 3", "research USER on 4: 8 4", "sales USER on 4: 5 0"}},
	} {
		step.before()
		statements := h.statements.Load()
		n, err := h.licences.RecordDays(at(t, step.day, step.time))
		if err != nil || n != step.wrote {
			t.Errorf("%s: it wrote %d, want %d: %v", step.name, n, step.wrote, err)
		}
		if n := h.statements.Load() - statements; n != 1 {
			t.Errorf("%s: %d statements", step.name, n)
		}
		if got := h.recorded(t); !slices.Equal(got, step.want) {
			t.Errorf("%s:\n%q, want\n%q", step.name, got, step.want)
		}
	}
}

func TestDeletedBusinessUnitsAreNotRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research := h.unit(t, "research", lifecycle.User, 3)
	if n, err := h.licences.RecordDays(at(t, 0, 0)); err != nil || n != 1 {
		t.Fatalf("%d: %v", n, err)
	}
	h.allocate(t, research, lifecycle.User, 0)
	p, err := h.units.Delete(as(t, lifecycle.Admin), businessunit.DeleteBusinessUnitInput{ID: research})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatalf("%v: %v", p, err)
	}
	if n, err := h.licences.RecordDays(at(t, 7, 0)); err != nil || n != 0 {
		t.Errorf("%d daily figures of a deleted business unit: %v", n, err)
	}
}

// Servers whose clocks lie on both sides of midnight record at the same time,
// while seats are made: every day keeps one figure per allocation, and none of the
// day before is later than one of the day after.
func TestRecordDaysAroundMidnight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var pools []licence.Pool
	for n := range 4 {
		unit := h.unit(t, fmt.Sprintf("unit-%d", n), lifecycle.User, 100)
		pools = append(pools, licence.Pool{Unit: unit.UUID, Type: lifecycle.User})
	}
	if _, err := h.licences.RecordDays(at(t, 0, 0)); err != nil { // so that the day is not over before it began
		t.Fatal(err)
	}
	var together sync.WaitGroup
	for server := range 4 {
		together.Go(func() {
			for range 10 {
				if _, err := h.licences.RecordDays(at(t, server%2, 0)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n, pool := range pools {
		together.Go(func() {
			for seat := range 10 {
				if _, err := h.seat(t.Context(), pool, fmt.Sprintf("seat-%d-%d", n, seat)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	together.Wait()
	if _, err := h.licences.RecordDays(at(t, 0, 0)); err != nil {
		t.Error(err)
	}
	if _, err := h.licences.RecordDays(at(t, 1, 0)); err != nil {
		t.Error(err)
	}
	if n := h.count(t, `SELECT count(*) FROM seat_usage_days y JOIN seat_usage_days t USING (business_unit_id, seat_type)
WHERE y.day = $1::date AND t.day = $1::date + 1 AND y.created <= t.created AND t.created = 10`, midnight); n != len(pools) {
		t.Errorf("%d of %d allocations have both days in order: %q", n, len(pools), h.recorded(t))
	}
}

// A server that fills in yesterday, because it found no record of it, does not
// change the one that another server writes at the same moment.
func TestFillingInChangesNoRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research := h.unit(t, "research", lifecycle.User, 8)
	if _, err := h.licences.RecordDays(at(t, 0, 0)); err != nil {
		t.Fatal(err)
	}
	admin := h.db.Admin(t)
	other, err := admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Rollback()
	if _, err := other.Exec(`INSERT INTO seat_usage_days (id, business_unit_id, seat_type, day, allocated, created, consumed)
VALUES (gen_random_uuid(), $1, 'USER', $2::date + 1, 8, 7, 0)`, research.UUID, midnight); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { _, err := h.licences.RecordDays(at(t, 2, 0)); ended <- err }()
	for waiting(t, admin) == 0 {
		select {
		case err := <-ended:
			t.Fatalf("it did not wait for the other record: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	if err := other.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if got, want := h.recorded(t), []string{"research USER on 0: 8 0", "research USER on 1: 8 7", "research USER on 2: 8 0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// waiting is how many statements wait for another's lock.
func waiting(t *testing.T, admin *sql.DB) (n int) {
	t.Helper()
	if err := admin.QueryRow(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
