package licence_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

func TestUsageIsNarrowedToTheViewer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	research, sales := h.unit(t, "research", lifecycle.User, 8), h.unit(t, "sales", lifecycle.User, 4)
	h.purchase(t, lifecycle.Server, nil)
	h.allocate(t, research, lifecycle.Server, 2)
	h.seats(t, licence.Pool{Unit: research.UUID, Type: lifecycle.User}, 3)
	h.seats(t, licence.Pool{Unit: sales.UUID, Type: lifecycle.User}, 1)
	server := lifecycle.Server
	for _, c := range []struct {
		name  string
		units []string
		unit  *id.ID
		kind  *lifecycle.SeatType
		want  *licence.Figures
		types int
	}{
		{"all", nil, nil, nil, &licence.Figures{Allocated: 14, Created: 4}, 2},
		{"the viewer's", []string{"sales"}, nil, nil, &licence.Figures{Allocated: 4, Created: 1}, 1},
		{"one business unit", nil, &research, nil, &licence.Figures{Allocated: 10, Created: 3}, 2},
		{"one of one type", nil, &research, &server, &licence.Figures{Allocated: 2}, 1},
		{"a type without an allocation", nil, &sales, &server, &licence.Figures{}, 0},
		{"another's business unit", []string{"sales"}, &research, nil, nil, 0},
		{"one that is not there", nil, ptr(id.New(id.BusinessUnit)), nil, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.ViewOnly, c.units...)
			u, err := h.licences.Usage(ctx, c.unit, c.kind)
			if err != nil {
				t.Fatal(err)
			}
			if c.want == nil {
				if u != nil {
					t.Fatalf("shown: %+v", u)
				}
				return
			}
			if u.Figures != *c.want || len(u.ByType) != c.types || !u.AsOf.Equal(morning) {
				t.Errorf("%+v, %d types, as of %s", u.Figures, len(u.ByType), u.AsOf)
			}
			allocations, err := h.licences.AllocationsOfUsage(ctx, u, page.Args{})
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for _, a := range allocations.Nodes() {
				sum += a.Allocated
				if of, err := h.licences.BusinessUnitOf(ctx, a); err != nil || of.ID.UUID != a.Unit {
					t.Errorf("business unit %+v: %v", of, err)
				}
			}
			if n, err := allocations.TotalCount(ctx); err != nil || n != len(allocations.Edges) || sum != c.want.Allocated {
				t.Errorf("the allocations: %d of %d, together %d: %v", len(allocations.Edges), n, sum, err)
			}
		})
	}
}

func TestAllocationsArePagedInTheOrderTheyWereMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var made []uuid.UUID
	for _, key := range []string{"c", "a", "b"} {
		made = append(made, h.unit(t, key, lifecycle.User, 1).UUID)
	}
	ctx := as(t, lifecycle.ViewOnly)
	u, err := h.licences.Usage(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var seen []uuid.UUID
	args := page.Args{First: ptr(2)}
	for {
		c, err := h.licences.AllocationsOfUsage(ctx, u, args)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range c.Nodes() {
			seen = append(seen, a.Unit)
		}
		if !c.PageInfo.HasNextPage {
			break
		}
		args.After = c.PageInfo.EndCursor
	}
	if len(seen) != 3 || seen[0] != made[0] || seen[1] != made[1] || seen[2] != made[2] {
		t.Errorf("%v, want %v", seen, made)
	}
	user := lifecycle.User
	other, err := h.licences.Usage(ctx, nil, &user)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.licences.AllocationsOfUsage(ctx, other, args); refusal.Find(err) == nil || refusal.Find(err).Code != refusal.Invalid {
		t.Errorf("a cursor of another list: %v", err)
	}
}

func TestAllocationsOfAPageOfBusinessUnitsAreReadAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, key := range []string{"a", "b", "c"} {
		h.unit(t, key, lifecycle.User, 1)
	}
	ctx := as(t, lifecycle.ViewOnly)
	units, err := h.units.First(ctx)
	if err != nil || len(units) != 4 {
		t.Fatalf("%d units: %v", len(units), err)
	}
	before := h.statements.Load()
	for _, u := range units {
		of, err := h.licences.AllocationsOf(ctx, u)
		if err != nil || len(of) == 0 != u.IsDefault {
			t.Errorf("%s: %d allocations: %v", u.Key, len(of), err)
		}
	}
	if n := h.statements.Load() - before; n != 1 {
		t.Errorf("%d statements", n)
	}
}

func TestWhoSeesLicences(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research", lifecycle.User, 1)
	all, err := h.licences.Licenses(as(t, lifecycle.ViewOnly))
	if err != nil || len(all) != len(lifecycle.SeatTypes) {
		t.Fatalf("%d pools: %v", len(all), err)
	}
	for i, l := range all {
		if l.SeatType != lifecycle.SeatTypes[i] {
			t.Errorf("pool %d is %s", i, l.SeatType)
		}
	}
	allocation := h.allocate(t, unit, lifecycle.User, 1)
	for _, c := range []struct {
		name             string
		ctx              context.Context
		pool, allocation bool
	}{
		{"who sees all", as(t, lifecycle.ViewOnly), true, true},
		{"who sees the business unit", as(t, lifecycle.ViewOnly, "research"), false, true},
		{"who sees another", as(t, lifecycle.ViewOnly, "default"), false, false},
		{"who has no permission", as(t, lifecycle.Requester), false, false},
		{"nobody", t.Context(), false, false},
	} {
		if _, err := h.licences.Licenses(c.ctx); (err == nil) != c.pool {
			t.Errorf("%s: %v", c.name, err)
		}
		pools, err := h.licences.LicensesByIDs(c.ctx, []uuid.UUID{all[0].ID.UUID})
		if err != nil || len(pools) == 1 != c.pool {
			t.Errorf("%s: %d pools by id: %v", c.name, len(pools), err)
		}
		allocations, err := h.licences.AllocationsByIDs(c.ctx, []uuid.UUID{allocation.ID.UUID})
		if err != nil || len(allocations) == 1 != c.allocation {
			t.Errorf("%s: %d allocations by id: %v", c.name, len(allocations), err)
		}
	}
}
