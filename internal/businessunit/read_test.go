package businessunit_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

func keys(units []*businessunit.BusinessUnit) []string {
	out := []string{}
	for _, u := range units {
		out = append(out, u.Key)
	}
	return out
}

func TestList(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, u := range []struct{ key, name string }{{"c", "Alpha"}, {"a", "Beta"}, {"b", "Alpha"}, {"d", "Omega"}} {
		h.create(t, businessunit.CreateBusinessUnitInput{Key: u.key, Name: u.name})
	}
	h.remove(t, h.unit(t, "gone").ID)
	by := func(f businessunit.BusinessUnitOrderField, d page.Direction) *businessunit.BusinessUnitOrder {
		return &businessunit.BusinessUnitOrder{Field: f, Direction: d}
	}
	for _, c := range []struct {
		name   string
		units  []string
		filter *businessunit.BusinessUnitFilter
		order  *businessunit.BusinessUnitOrder
		want   []string
	}{
		{"by name, then by age", nil, nil, nil, []string{"c", "b", "a", "default", "d"}},
		{"by name, the last first", nil, nil, by(businessunit.ByName, page.Descending), []string{"d", "default", "a", "b", "c"}},
		{"the oldest first", nil, nil, by(businessunit.ByCreatedAt, page.Ascending), []string{"default", "c", "a", "b", "d"}},
		{"the viewer's", []string{"a", "d", "nothing"}, nil, nil, []string{"a", "d"}},
		{"none of the viewer's", []string{"nothing"}, nil, nil, []string{}},
		{"some keys", nil, &businessunit.BusinessUnitFilter{Keys: []string{"a", "gone", "nothing"}}, nil, []string{"a"}},
		{"no key", nil, &businessunit.BusinessUnitFilter{Keys: []string{}}, nil, []string{}},
		{"deleted ones too", nil, &businessunit.BusinessUnitFilter{Keys: []string{"a", "gone"}, IncludeDeleted: ptr(true)}, nil, []string{"a", "gone"}},
		{"another's by its key", []string{"a"}, &businessunit.BusinessUnitFilter{Keys: []string{"b"}}, nil, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx := as(t, lifecycle.ViewOnly, c.units...)
			var seen []*businessunit.BusinessUnit
			args := page.Args{First: ptr(2)}
			for {
				p, err := h.units.List(ctx, args, c.filter, c.order)
				if err != nil {
					t.Fatal(err)
				}
				if n, err := p.TotalCount(ctx); err != nil || n != len(c.want) {
					t.Errorf("%d in all: %v", n, err)
				}
				seen = append(seen, p.Nodes()...)
				if !p.PageInfo.HasNextPage {
					break
				}
				args.After = p.PageInfo.EndCursor
			}
			if !slices.Equal(keys(seen), c.want) {
				t.Errorf("forward: %v, want %v", keys(seen), c.want)
			}
			last, err := h.units.List(ctx, page.Args{Last: ptr(2)}, c.filter, c.order)
			if err != nil {
				t.Fatal(err)
			}
			if want := c.want[max(0, len(c.want)-2):]; !slices.Equal(keys(last.Nodes()), want) {
				t.Errorf("the last two: %v, want %v", keys(last.Nodes()), want)
			}
		})
	}
}

func TestWhoSeesABusinessUnit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	u := h.unit(t, "research")
	for _, c := range []struct {
		name      string
		ctx       context.Context
		forbidden bool
		sees      bool
	}{
		{"who sees all", as(t, lifecycle.Auditor), false, true},
		{"who has its key in the token", as(t, lifecycle.Auditor, "research"), false, true},
		{"who has its id in the token", as(t, lifecycle.Auditor, u.ID.String()), false, true},
		{"who has another", as(t, lifecycle.Admin, "default"), false, false},
		{"who has no permission", as(t, lifecycle.Requester), true, false},
		{"nobody", t.Context(), true, false},
	} {
		one, err := h.units.One(c.ctx, u.ID)
		if no := refusal.Find(err); (no != nil) != c.forbidden || no != nil && no.Code != refusal.Forbidden || (one != nil) != c.sees {
			t.Errorf("%s, one: %v %v", c.name, one, err)
		}
		byID, err := h.units.ByIDs(c.ctx, []uuid.UUID{u.ID.UUID, uuid.New()})
		if err != nil || len(byID) == 1 != c.sees {
			t.Errorf("%s, by id: %v %v", c.name, byID, err)
		}
		first, err := h.units.First(c.ctx)
		if err != nil || first == nil || slices.Contains(keys(first), "research") != c.sees {
			t.Errorf("%s, the first: %v %v", c.name, keys(first), err)
		}
		if _, err := h.units.List(c.ctx, page.Args{}, nil, nil); (refusal.Find(err) != nil) != c.forbidden {
			t.Errorf("%s, the list: %v", c.name, err)
		}
	}
	if one, err := h.units.One(as(t, lifecycle.Auditor), id.Of(id.Seat, u.ID.UUID)); one != nil || err != nil {
		t.Errorf("by an id of another kind: %v %v", one, err)
	}
}

func TestACreateIsRepeatedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := businessunit.CreateBusinessUnitInput{Key: "research", Name: "Research", IdempotencyKey: ptr("k")}
	first := h.create(t, in)
	again, err := h.units.Create(admin(t), in)
	if err != nil || !again.Replayed || again.BusinessUnit == nil || again.BusinessUnit.ID != first.ID || len(again.UserErrors) > 0 {
		t.Errorf("the repeat: %+v %v", again, err)
	}
	in.Name = "Other"
	other, err := h.units.Create(admin(t), in)
	if err != nil || only(t, other.UserErrors).Code != refusal.KeyReused {
		t.Errorf("the same key for another input: %+v %v", other, err)
	}
	if n := h.entries(t, "CREATE_BUSINESS_UNIT", "SUCCESS"); n != 1 {
		t.Errorf("%d entries", n)
	}
}
