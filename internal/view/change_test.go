package view_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
)

func TestAViewIsChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.save(t, anna, view.SaveViewInput{Name: "Mine", List: seats("r1"), Columns: []string{"seatId"}})
	update := func(in view.UpdateViewInput) *view.View {
		t.Helper()
		in.ID = v.ID
		p, err := h.Update(as(t, anna), in)
		if err != nil {
			t.Fatal(err)
		}
		granted(t, err, p.UserErrors)
		return p.View
	}
	if got := update(view.UpdateViewInput{Name: new("Mine")}); got.Version != 1 {
		t.Errorf("what changes nothing made version %d", got.Version)
	}
	list := seats("r1")
	if got := update(view.UpdateViewInput{List: &list, Columns: []string{"seatId"}, Shared: new(false), ExpectedVersion: new(1)}); got.Version != 1 {
		t.Errorf("the same again made version %d", got.Version)
	}
	list = seats("r2")
	got := update(view.UpdateViewInput{Name: new("MINE"), List: &list, Shared: new(true), BusinessUnitID: &h.red})
	if got.Version != 2 || got.Name != "MINE" || *got.Search != "r2" || !slices.Equal(got.Columns, []string{"seatId"}) || !got.Shared {
		t.Errorf("%+v", got)
	}
	got = update(view.UpdateViewInput{Columns: []string{}})
	if got.Version != 3 || len(got.Columns) != 0 || *got.Search != "r2" || !got.Shared {
		t.Errorf("%+v", got)
	}
	got = update(view.UpdateViewInput{Shared: new(false)})
	if got.Version != 4 || got.Shared || got.Unit != nil {
		t.Errorf("%+v", got)
	}
	// What is seen through the view itself, narrowed, becomes what it says.
	list = view.ListInput{Seats: &inventory.SeatListInput{ViewID: &v.ID, Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device}}}}
	got = update(view.UpdateViewInput{List: &list})
	if got.Version != 5 || *got.Search != "r2" || string(got.Filter) != `{"seatTypes":["DEVICE"]}` {
		t.Errorf("%+v", got)
	}
	if n := h.one(t, `SELECT count(*) FROM audit_entries WHERE action = 'UPDATE_VIEW' AND business_unit_id = $1 AND outcome = 'SUCCESS'`, h.red.UUID); n != 3 {
		t.Errorf("%d entries of its business unit tell of three changes", n)
	}
	h.save(t, anna, view.SaveViewInput{Name: "Other", List: seats("")})
	shared := h.save(t, ben, view.SaveViewInput{Name: "Ben's", List: seats(""), Shared: new(true), BusinessUnitID: &h.red})
	enrollments := view.ListInput{Enrollments: &inventory.EnrollmentListInput{}}
	strange := view.ListInput{Seats: &inventory.SeatListInput{ViewID: new(id.New(id.View))}}
	bad := seats(" ")
	for _, c := range []struct {
		name  string
		in    view.UpdateViewInput
		code  refusal.Code
		field string
		shown bool
	}{
		{"one that never was", view.UpdateViewInput{ID: id.New(id.View), Name: new("a")}, refusal.NotFound, "input.id", false},
		{"a seat", view.UpdateViewInput{ID: id.Of(id.Seat, v.ID.UUID), Name: new("a")}, refusal.NotFound, "input.id", false},
		{"another's", view.UpdateViewInput{ID: shared.ID, Name: new("a")}, refusal.NotFound, "input.id", false},
		{"an earlier version", view.UpdateViewInput{ID: v.ID, Name: new("a"), ExpectedVersion: new(3)}, refusal.Conflict, "input.expectedVersion", true},
		{"another list", view.UpdateViewInput{ID: v.ID, List: &enrollments}, refusal.Invalid, "input.list", true},
		{"through a view that there is not", view.UpdateViewInput{ID: v.ID, List: &strange}, refusal.NotFound, "input.list.seats.viewId", true},
		{"a search for nothing", view.UpdateViewInput{ID: v.ID, List: &bad}, refusal.Invalid, "input.list.seats.search", true},
		{"an empty name", view.UpdateViewInput{ID: v.ID, Name: new("")}, refusal.Invalid, "input.name", true},
		{"a name that one has", view.UpdateViewInput{ID: v.ID, Name: new("OTHER")}, refusal.Duplicate, "input.name", true},
		{"a unit without sharing", view.UpdateViewInput{ID: v.ID, BusinessUnitID: &h.red}, refusal.Invalid, "input.businessUnitId", true},
		{"another's unit", view.UpdateViewInput{ID: v.ID, Shared: new(true), BusinessUnitID: &h.blue}, refusal.NotFound, "input.businessUnitId", true},
		{"all units", view.UpdateViewInput{ID: v.ID, Shared: new(true)}, refusal.Forbidden, "input.businessUnitId", true},
		{"an empty column", view.UpdateViewInput{ID: v.ID, Columns: []string{""}}, refusal.Invalid, "input.columns.0", true},
	} {
		p, err := h.Update(as(t, anna), c.in)
		if err != nil || len(p.UserErrors) != 1 || p.UserErrors[0].Code != c.code || strings.Join(p.UserErrors[0].Field, ".") != c.field || (p.View != nil) != c.shown {
			t.Errorf("%s: %+v %v", c.name, p, err)
		}
	}
}

func TestADeletedViewIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.save(t, anna, view.SaveViewInput{Name: "Mine", List: seats("r1"), Shared: new(true), BusinessUnitID: &h.red})
	for _, c := range []struct {
		name string
		who  viewer.Viewer
		in   view.DeleteViewInput
		code refusal.Code
	}{
		{"by one who sees it", ben, view.DeleteViewInput{ID: v.ID}, refusal.NotFound},
		{"in another version", anna, view.DeleteViewInput{ID: v.ID, ExpectedVersion: new(7)}, refusal.Conflict},
	} {
		p, err := h.Delete(as(t, c.who), c.in)
		if err != nil || len(p.UserErrors) != 1 || p.UserErrors[0].Code != c.code || p.DeletedID != nil {
			t.Errorf("%s: %+v %v", c.name, p, err)
		}
	}
	in := view.DeleteViewInput{ID: v.ID, ExpectedVersion: new(1), IdempotencyKey: new("k")}
	for _, replayed := range []bool{false, true} {
		p, err := h.Delete(as(t, anna), in)
		if err != nil || len(p.UserErrors) > 0 || p.DeletedID == nil || *p.DeletedID != v.ID || p.Replayed != replayed {
			t.Errorf("%+v %v", p, err)
		}
	}
	if p, err := h.Delete(as(t, anna), view.DeleteViewInput{ID: v.ID}); err != nil || len(p.UserErrors) != 1 || p.UserErrors[0].Code != refusal.NotFound {
		t.Errorf("once more: %+v %v", p, err)
	}
	if found, err := h.ByIDs(as(t, anna), []uuid.UUID{v.ID.UUID}); err != nil || len(found) > 0 {
		t.Errorf("it is there: %v %v", found, err)
	}
	if _, err := h.Seats(as(t, anna), inventory.SeatListInput{ViewID: &v.ID}); refusal.Find(err) == nil || refusal.Find(err).Code != refusal.NotFound {
		t.Errorf("it is looked through: %v", err)
	}
	h.save(t, anna, view.SaveViewInput{Name: "mine", List: seats("r1")}) // the name is free
}
