package view_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
)

// TestWhoSeesAView: its owner; who sees its business unit; without one, who sees all.
// And what each sees through it, and counts, is their own.
func TestWhoSeesAView(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	saved := map[string]*view.View{}
	for _, s := range []struct {
		name string
		who  viewer.Viewer
		with *id.ID // nil: nobody; the zero id: all
	}{
		{"own", anna, nil}, {"red", anna, &h.red}, {"blue", ben, &h.blue}, {"all", boss, &id.ID{}},
	} {
		in := view.SaveViewInput{Name: s.name, List: seats("")}
		if s.with != nil {
			in.Shared = new(true)
			if !s.with.IsZero() {
				in.BusinessUnitID = s.with
			}
		}
		saved[s.name] = h.save(t, s.who, in)
	}
	entries := h.save(t, boss, view.SaveViewInput{Name: "entries", List: view.ListInput{AuditEntries: &auditlog.ListInput{}}, Shared: new(true), BusinessUnitID: &h.blue})
	lost := person("anna", lifecycle.Approver, "blue") // anna, whose token no longer names red
	for _, c := range []struct {
		name  string
		who   viewer.Viewer
		sees  []string
		count int
		unit  bool
	}{
		{"the owner", anna, []string{"own", "red"}, 3, true},
		{"the owner in another unit", lost, []string{"blue", "entries", "own", "red"}, 1, false},
		{"somebody of the same name elsewhere", elsewhere(anna), []string{"red"}, 3, true},
		{"who sees both units", ben, []string{"blue", "entries", "red"}, 4, true},
		{"who sees the other unit", blue, []string{"blue", "entries"}, 1, false},
		{"who sees all", audit, []string{"all", "blue", "entries", "red"}, 4, true},
		{"who has no unit", viewerOfNothing(), []string{}, 0, false},
	} {
		for _, size := range []int{1, 100} {
			if got := h.names(t, c.who, nil, size); !slices.Equal(got, c.sees) {
				t.Errorf("%s, in pages of %d: %v, want %v", c.name, size, got, c.sees)
			}
		}
		ids := []uuid.UUID{entries.ID.UUID}
		for _, v := range saved {
			ids = append(ids, v.ID.UUID)
		}
		found, err := h.ByIDs(as(t, c.who), ids)
		if err != nil || len(found) != len(c.sees) {
			t.Errorf("%s, by id: %d %v", c.name, len(found), err)
		}
		for name, v := range saved {
			_, err := h.Seats(as(t, c.who), inventory.SeatListInput{ViewID: &v.ID})
			if no := refusal.Find(err); slices.Contains(c.sees, name) != (err == nil) || err != nil && (no == nil || no.Code != refusal.NotFound || !strings.Contains(no.Message, v.ID.String())) {
				t.Errorf("%s looks through %s: %v", c.name, name, err)
			}
		}
		for _, v := range found {
			n, err := h.Count(as(t, c.who), v)
			if err != nil {
				t.Fatal(err)
			}
			if v.Name == "entries" {
				if (n != nil) != c.who.May(lifecycle.ViewAuditLog) {
					t.Errorf("%s counts entries: %+v", c.name, n)
				}
				continue
			}
			if n == nil || n.Count != c.count || n.Capped {
				t.Errorf("%s counts %+v seats in %s, want %d", c.name, n, v.Name, c.count)
			}
			if u, err := h.BusinessUnitOf(as(t, c.who), v); err != nil || v.Name == "red" && (u != nil) != c.unit {
				t.Errorf("%s sees that %s is shared with %v: %v", c.name, v.Name, u, err)
			}
		}
	}
	for _, who := range []viewer.Viewer{rita, person("nobody", "")} {
		if _, err := h.List(as(t, who), page.Args{}, nil); refusal.Find(err) == nil || refusal.Find(err).Code != refusal.Forbidden {
			t.Errorf("%s lists views: %v", who.Subject, err)
		}
		if found, err := h.ByIDs(as(t, who), []uuid.UUID{saved["red"].ID.UUID}); err != nil || len(found) > 0 {
			t.Errorf("%s reads a view by its id: %v %v", who.Subject, found, err)
		}
		if n, err := h.Count(as(t, who), saved["red"]); err != nil || n != nil {
			t.Errorf("%s counts seats: %+v %v", who.Subject, n, err)
		}
	}
	if n, err := h.List(as(t, ben), page.Args{}, new(lifecycle.AuditEntries)); err != nil || len(n.Edges) != 1 || n.Edges[0].Node.Name != "entries" {
		t.Errorf("of one list: %v", err)
	} else if all, err := n.TotalCount(as(t, ben)); err != nil || all != 1 {
		t.Errorf("of one list there are %d: %v", all, err)
	}
}

// elsewhere is somebody with the same subject at another issuer.
func elsewhere(v viewer.Viewer) viewer.Viewer {
	v.Issuer = "https://other.example.com"
	return v
}

func viewerOfNothing() viewer.Viewer {
	v := person("nowhere", lifecycle.Approver)
	v.Units = viewer.Units{}
	return v
}

// names are those of all views that somebody is listed, page by page.
func (h *house) names(t *testing.T, who viewer.Viewer, list *lifecycle.List, size int) []string {
	t.Helper()
	out := []string{}
	args := page.Args{First: &size}
	for {
		p, err := h.List(as(t, who), args, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range p.Nodes() {
			out = append(out, v.Name)
		}
		if !p.PageInfo.HasNextPage {
			if n, err := p.TotalCount(as(t, who)); err != nil || n != len(out) {
				t.Errorf("%d of %d views: %v", len(out), n, err)
			}
			return out
		}
		args.After = p.PageInfo.EndCursor
	}
}

// TestAViewOfALaterVersionIsTold: what a row has that this version does not know is
// told, nothing acts on the rest, and a new list mends it.
func TestAViewOfALaterVersionIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.save(t, anna, view.SaveViewInput{Name: "Red ones", List: seats("")})
	if _, err := h.admin.ExecContext(t.Context(), `ALTER TABLE saved_views DISABLE TRIGGER require_audit`); err != nil {
		t.Fatal(err)
	}
	if _, err := h.admin.ExecContext(t.Context(), `UPDATE saved_views SET filter = '{"colour": {"is": "red"}, "statuses": ["CREATED", "SHINY"]}', columns = '["colour"]' WHERE id = $1`, v.ID.UUID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.admin.ExecContext(t.Context(), `ALTER TABLE saved_views ENABLE TRIGGER require_audit`); err != nil {
		t.Fatal(err)
	}
	found, err := h.ByIDs(as(t, anna), []uuid.UUID{v.ID.UUID})
	if err != nil {
		t.Fatal(err)
	}
	v = found[v.ID.UUID]
	if len(v.Problems) != 2 || !slices.Equal(v.Problems[0].Path, []string{"filter", "colour"}) || string(v.Problems[0].Value) != `{"is":"red"}` ||
		!slices.Equal(v.Problems[1].Path, []string{"filter", "statuses", "1"}) || string(v.Filter) != `{"statuses":["CREATED"]}` {
		t.Errorf("%+v %s", v.Problems, v.Filter)
	}
	state, err := h.State(as(t, anna), nil, nil, &v.State)
	if err != nil || len(state.Problems) != 2 || state.State != v.State {
		t.Errorf("its state tells %+v: %v", state, err)
	}
	if n, err := h.Count(as(t, anna), v); err != nil || n != nil {
		t.Errorf("it is counted: %+v %v", n, err)
	}
	_, err = h.Seats(as(t, anna), inventory.SeatListInput{ViewID: &v.ID})
	if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || !strings.Contains(no.Message, `"Red ones"`) || !strings.Contains(no.Message, "filter.colour") {
		t.Errorf("it is looked through: %v", err)
	}
	// another name leaves what is kept as it is
	p, err := h.Update(as(t, anna), view.UpdateViewInput{ID: v.ID, Name: new("Red")})
	granted(t, err, p.UserErrors)
	if len(p.View.Problems) != 2 || p.View.State != v.State {
		t.Errorf("under another name: %+v", p.View)
	}
	list := seats("r")
	p, err = h.Update(as(t, anna), view.UpdateViewInput{ID: v.ID, List: &list})
	granted(t, err, p.UserErrors)
	if len(p.View.Problems) != 0 || string(p.View.Filter) != "{}" {
		t.Errorf("mended: %+v", p.View)
	}
}

// TestSystemViews: each list's, with what each shows the viewer.
func TestSystemViews(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, list := range lifecycle.Lists {
		views, err := h.SystemViews(as(t, rita), list)
		if err != nil || len(views) > 0 != (list == lifecycle.Enrollments) {
			t.Errorf("%d of %s for one who only requests: %v", len(views), list, err)
		}
		if views, err = h.SystemViews(as(t, anna), list); err != nil || len(views) > 0 != (list != lifecycle.AuditEntries) {
			t.Errorf("%d of %s: %v", len(views), list, err)
		}
		for _, v := range views {
			n, err := h.CountOf(as(t, anna), v)
			want := 0
			if list == lifecycle.Seats && (v.View == "ALL" || v.View == "NOT_ENROLLED") {
				want = 3
			}
			if err != nil || n == nil || n.Count != want || v.Title == "" || v.List != list {
				t.Errorf("%s %s (%s): %+v, want %d: %v", list, v.View, v.Title, n, want, err)
			}
		}
	}
}

// TestAPageOfViewsIsOneStatement: however many there are, with their business units two.
func TestAPageOfViewsIsOneStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	statements := func() int64 {
		before := h.statements.Load()
		p, err := h.List(as(t, boss), page.Args{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range p.Nodes() {
			if _, err := h.BusinessUnitOf(as(t, boss), v); err != nil {
				t.Fatal(err)
			}
		}
		return h.statements.Load() - before
	}
	for n, name := range []string{"a", "b", "c", "d"} {
		h.save(t, boss, view.SaveViewInput{Name: name, List: seats(""), Shared: new(true), BusinessUnitID: []*id.ID{&h.red, &h.blue}[n%2]})
		if got := statements(); got != 2 {
			t.Errorf("%d views: %d statements", n+1, got)
		}
	}
}
