package licence_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// tell records a figure of the past: created of a pool's allocation, so many days ago.
func (h *house) tell(t *testing.T, pool licence.Pool, daysAgo, created int) {
	t.Helper()
	if _, err := h.db.Admin(t).Exec(`INSERT INTO seat_usage_days (id, business_unit_id, seat_type, day, allocated, created, consumed)
VALUES (gen_random_uuid(), $1, $2, $3::date - $4::int, 1000, $5, 0)`, pool.Unit, pool.Type, midnight, daysAgo, created); err != nil {
		t.Fatal(err)
	}
}

// usage is what the viewer of a context may see, of one business unit and type or of all.
func (h *house) usage(ctx context.Context, t *testing.T, unit *id.ID, kind *lifecycle.SeatType) *licence.SeatUsage {
	t.Helper()
	u, err := h.licences.Usage(ctx, unit, kind)
	if err != nil || u == nil {
		t.Fatalf("usage %v: %v", u, err)
	}
	return u
}

func TestHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research, sales := h.unit(t, "research", lifecycle.User, 100), h.unit(t, "sales", lifecycle.User, 50)
	h.purchase(t, lifecycle.Server, nil)
	h.allocate(t, research, lifecycle.Server, 20)
	h.allocate(t, sales, lifecycle.Device, 0) // has no figures but those of now
	people, hosts, sellers := licence.Pool{Unit: research.UUID, Type: lifecycle.User}, licence.Pool{Unit: research.UUID, Type: lifecycle.Server}, licence.Pool{Unit: sales.UUID, Type: lifecycle.User}
	h.seats(t, people, 9)
	h.seats(t, sellers, 2)
	for _, r := range []struct {
		pool             licence.Pool
		daysAgo, created int
	}{{people, 6, 3}, {people, 5, 4}, {people, 2, 8}, {people, 0, 777}, {hosts, 4, 10}, {hosts, 1, 30}, {sellers, 3, 100}, {sellers, -1, 888}} {
		h.tell(t, r.pool, r.daysAgo, r.created)
	}
	server := lifecycle.Server
	for _, c := range []struct {
		name  string
		units []string
		unit  *id.ID
		kind  *lifecycle.SeatType
		days  int
		want  []int // created, oldest first
	}{
		{"all, days between filled, none before the first record", nil, nil, nil, 90, []int{3, 4, 14, 114, 118, 138, 11}},
		{"a window that begins between two records", nil, nil, nil, 4, []int{114, 118, 138, 11}},
		{"today alone", nil, nil, nil, 1, []int{11}},
		{"the viewer's business units", []string{"sales"}, nil, nil, 90, []int{100, 100, 100, 2}},
		{"one business unit", nil, &research, nil, 90, []int{3, 4, 14, 14, 18, 38, 9}},
		{"one seat type", nil, nil, &server, 90, []int{10, 10, 10, 30, 0}},
		{"one of one", nil, &research, &server, 2, []int{30, 0}},
		{"one without an allocation", nil, &sales, &server, 90, []int{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.ViewOnly, c.units...)
			u := h.usage(ctx, t, c.unit, c.kind)
			all, err := h.licences.History(ctx, u, c.days)
			if err != nil {
				t.Fatal(err)
			}
			got := []int{}
			for n, d := range all {
				got = append(got, d.Created)
				if ago := len(all) - 1 - n; !d.Day.Equal(midnight.AddDate(0, 0, -ago)) || d.Day.Location() != time.UTC {
					t.Errorf("%d days ago is %s", ago, d.Day)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
			if len(all) > 0 && all[len(all)-1].Figures != u.Figures {
				t.Errorf("today is %+v beside %+v", all[len(all)-1].Figures, u.Figures)
			}
		})
	}
}

func TestHistoryIsNarrowedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research := h.unit(t, "research", lifecycle.User, 10)
	h.tell(t, licence.Pool{Unit: research.UUID, Type: lifecycle.User}, 1, 5)
	u := h.usage(as(t, lifecycle.ViewOnly), t, &research, nil)
	for _, c := range []struct {
		name string
		ctx  context.Context
		want int
	}{
		{"who sees it", as(t, lifecycle.ViewOnly, "research"), 2},
		{"who sees another business unit", as(t, lifecycle.ViewOnly, "default"), 0},
		{"who has no permission", as(t, lifecycle.Requester), 0},
		{"nobody", t.Context(), 0},
	} {
		before := h.statements.Load()
		days, err := h.licences.History(c.ctx, u, 90)
		if err != nil || len(days) != c.want || days == nil {
			t.Errorf("%s: %v %v", c.name, days, err)
		}
		// One, and one more where the viewer's business units are named for the first time.
		if n := h.statements.Load() - before; n > 2 {
			t.Errorf("%s: %d statements", c.name, n)
		}
	}
}

func TestHistoryOfTooManyDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := as(t, lifecycle.ViewOnly)
	u := h.usage(ctx, t, nil, nil)
	for days, refused := range map[int]bool{-1: true, 0: true, 1: false, 400: false, 401: true} {
		_, err := h.licences.History(ctx, u, days)
		if no := refusal.Find(err); (no != nil) != refused || no != nil && no.Code != refusal.Invalid {
			t.Errorf("%d days: %v", days, err)
		}
	}
}

// What is recorded is what is shown a day later.
func TestHistoryShowsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research := h.unit(t, "research", lifecycle.User, 10)
	pool := licence.Pool{Unit: research.UUID, Type: lifecycle.User}
	for n, name := range []string{"a", "b", "c"} {
		if _, err := h.seat(t.Context(), pool, name); err != nil {
			t.Fatal(err)
		}
		if _, err := h.licences.RecordDays(at(t, 2*n, 23*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	ctx := store.At(as(t, lifecycle.ViewOnly), midnight.AddDate(0, 0, 6))
	all, err := h.licences.History(ctx, h.usage(ctx, t, nil, nil), 400)
	got := []int{}
	for _, d := range all {
		got = append(got, d.Created)
	}
	if want := []int{1, 1, 2, 2, 3, 3, 3}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, want %v: %v", got, want, err)
	}
}
