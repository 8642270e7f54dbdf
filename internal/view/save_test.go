package view_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
)

func TestWhatIsSavedComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := view.SaveViewInput{
		Name: "  Späte Seats ", Columns: []string{"seatId", "name"}, Shared: new(true), BusinessUnitID: &h.red, IdempotencyKey: new("k"),
		List: view.ListInput{Seats: &inventory.SeatListInput{
			View: new(inventory.SeatsNotEnrolled), Search: new("r"),
			Filter:  &inventory.SeatFilter{BusinessUnitIDs: []id.ID{h.red}, Statuses: []lifecycle.SeatStatus{}},
			OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending},
		}},
	}
	v := h.save(t, anna, in)
	if v.Name != "Späte Seats" || v.List != lifecycle.Seats || *v.SystemView != "NOT_ENROLLED" || *v.Search != "r" || !v.Shared || v.Version != 1 ||
		string(v.Filter) != `{"businessUnitIds":["`+h.red.String()+`"],"statuses":[]}` || string(v.OrderBy) != `{"direction":"ASC","field":"SEAT_ID"}` ||
		!slices.Equal(v.Columns, []string{"seatId", "name"}) || len(v.Problems) != 0 || v.Owner.Subject != "anna" || v.Owner.Name != "Name of anna" || !h.IsMine(as(t, anna), v) {
		t.Errorf("%+v", v)
	}
	if u, err := h.BusinessUnitOf(as(t, anna), v); err != nil || u == nil || u.Key != "red" {
		t.Errorf("shared with %v: %v", u, err)
	}
	state, err := h.State(as(t, rita), nil, nil, &v.State)
	if err != nil || state.State != v.State || string(state.Filter) != string(v.Filter) || !slices.Equal(state.Columns, v.Columns) {
		t.Errorf("its state says %+v: %v", state, err)
	}
	same, err := h.State(as(t, anna), &in.List, in.Columns, nil)
	if err != nil || same.State != v.State {
		t.Errorf("the state of the list itself is another: %v", err)
	}
	through, err := h.State(as(t, anna), &view.ListInput{Seats: &inventory.SeatListInput{ViewID: &v.ID}}, nil, nil)
	if err != nil || through.State != v.State {
		t.Errorf("the state of a list through it is another: %v", err)
	}
	// What is seen through it can be saved, too, and stays when it is changed.
	narrowed := h.save(t, anna, view.SaveViewInput{Name: "Devices of them", List: view.ListInput{Seats: &inventory.SeatListInput{ViewID: &v.ID, Filter: &inventory.SeatFilter{SeatTypes: []lifecycle.SeatType{lifecycle.Device}}}}})
	if *narrowed.SystemView != "NOT_ENROLLED" || *narrowed.Search != "r" || string(narrowed.OrderBy) != string(v.OrderBy) ||
		string(narrowed.Filter) != `{"businessUnitIds":["`+h.red.String()+`"],"seatTypes":["DEVICE"],"statuses":[]}` {
		t.Errorf("saved through a view: %+v", narrowed)
	}
	again, err := h.Save(as(t, anna), in)
	if err != nil || !again.Replayed || again.View == nil || again.View.ID != v.ID {
		t.Errorf("the repeat: %+v %v", again, err)
	}
	plain := h.save(t, anna, view.SaveViewInput{Name: "All", List: view.ListInput{AuditEntries: nil, Seats: &inventory.SeatListInput{}}})
	if plain.SystemView != nil || plain.Search != nil || string(plain.Filter) != "{}" || plain.OrderBy != nil || plain.Columns == nil || plain.Shared || plain.Unit != nil {
		t.Errorf("a view of everything: %+v", plain)
	}
	if n := h.one(t, `SELECT count(*) FROM audit_entries WHERE action = 'SAVE_VIEW' AND resource_id = $1 AND business_unit_id = $2 AND changes::text LIKE '%businessUnitIds%'`, v.ID.UUID, h.red.UUID); n != 1 {
		t.Errorf("%d entries tell of it", n)
	}
}

func TestWhatIsNotSaved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.save(t, anna, view.SaveViewInput{Name: "Taken", List: seats("")})
	gone, err := h.units.Create(as(t, boss), businessunit.CreateBusinessUnitInput{Key: "gone", Name: "Gone"})
	granted(t, err, gone.UserErrors)
	removed, err := h.units.Delete(as(t, boss), businessunit.DeleteBusinessUnitInput{ID: gone.BusinessUnit.ID})
	granted(t, err, removed.UserErrors)
	many := make([]string, 101)
	for n := range many {
		many[n] = fmt.Sprintf("column %d", n)
	}
	long := make([]id.ID, 300)
	for n := range long {
		long[n] = id.New(id.BusinessUnit)
	}
	other := id.New(id.View)
	for _, c := range []struct {
		name  string
		who   viewer.Viewer
		in    view.SaveViewInput
		code  refusal.Code
		field string
	}{
		{"no name", anna, view.SaveViewInput{Name: " ", List: seats("")}, refusal.Invalid, "input.name"},
		{"a long name", anna, view.SaveViewInput{Name: strings.Repeat("a", 101), List: seats("")}, refusal.Invalid, "input.name"},
		{"no list", anna, view.SaveViewInput{Name: "a"}, refusal.Invalid, "input.list"},
		{"two lists", anna, view.SaveViewInput{Name: "a", List: view.ListInput{Seats: &inventory.SeatListInput{}, Enrollments: &inventory.EnrollmentListInput{}}}, refusal.Invalid, "input.list"},
		{"through a view that there is not", anna, view.SaveViewInput{Name: "a", List: view.ListInput{Seats: &inventory.SeatListInput{ViewID: &other}}}, refusal.NotFound, "input.list.seats.viewId"},
		{"a search for nothing", anna, view.SaveViewInput{Name: "a", List: seats(" ")}, refusal.Invalid, "input.list.seats.search"},
		{"a value that nothing has", anna, view.SaveViewInput{Name: "a", List: view.ListInput{Certificates: &inventory.CertificateListInput{Filter: &inventory.CertificateFilter{Sha256: []string{"00"}}}}}, refusal.Invalid, "input.list.certificates.filter.sha256.0"},
		{"a character that no row keeps", anna, view.SaveViewInput{Name: "a", List: view.ListInput{Enrollments: &inventory.EnrollmentListInput{Filter: &inventory.EnrollmentFilter{Requesters: []string{"a\x00"}}}}}, refusal.Invalid, "input.list.enrollments.filter.requesters.0"},
		{"too many columns", anna, view.SaveViewInput{Name: "a", List: seats(""), Columns: many}, refusal.Invalid, "input.columns"},
		{"an empty column", anna, view.SaveViewInput{Name: "a", List: seats(""), Columns: []string{"seatId", ""}}, refusal.Invalid, "input.columns.1"},
		{"more than a URL takes", anna, view.SaveViewInput{Name: "a", List: view.ListInput{Seats: &inventory.SeatListInput{Filter: &inventory.SeatFilter{BusinessUnitIDs: long}}}}, refusal.Invalid, "input.list"},
		{"a name that one has", anna, view.SaveViewInput{Name: "TAKEN", List: seats("")}, refusal.Duplicate, "input.name"},
		{"a unit of what is not shared", anna, view.SaveViewInput{Name: "a", List: seats(""), BusinessUnitID: &h.red}, refusal.Invalid, "input.businessUnitId"},
		{"shared with another's unit", anna, view.SaveViewInput{Name: "a", List: seats(""), Shared: new(true), BusinessUnitID: &h.blue}, refusal.NotFound, "input.businessUnitId"},
		{"shared with a deleted unit", boss, view.SaveViewInput{Name: "a", List: seats(""), Shared: new(true), BusinessUnitID: &gone.BusinessUnit.ID}, refusal.NotFound, "input.businessUnitId"},
		{"shared with a seat", anna, view.SaveViewInput{Name: "a", List: seats(""), Shared: new(true), BusinessUnitID: new(id.Of(id.Seat, h.red.UUID))}, refusal.NotFound, "input.businessUnitId"},
		{"shared with all by one of a unit", anna, view.SaveViewInput{Name: "a", List: seats(""), Shared: new(true)}, refusal.Forbidden, "input.businessUnitId"},
		{"a list that one may not see", anna, view.SaveViewInput{Name: "a", List: view.ListInput{AuditEntries: &auditlog.ListInput{}}}, refusal.Forbidden, "input.list.auditEntries"},
		{"by one who only requests", rita, view.SaveViewInput{Name: "a", List: view.ListInput{Enrollments: &inventory.EnrollmentListInput{}}}, refusal.Forbidden, ""},
	} {
		p, err := h.Save(as(t, c.who), c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(p.UserErrors) != 1 || p.UserErrors[0].Code != c.code || strings.Join(p.UserErrors[0].Field, ".") != c.field || p.View != nil {
			t.Errorf("%s: %v %+v", c.name, p.UserErrors, p.View)
		}
	}
	if n := h.one(t, `SELECT count(*) FROM saved_views`); n != 1 {
		t.Errorf("%d views were saved", n)
	}
	if n := h.one(t, `SELECT count(*) FROM audit_entries WHERE action = 'SAVE_VIEW' AND outcome = 'REFUSED'`); n != 19 {
		t.Errorf("%d refusals were audited", n)
	}
	// the same name elsewhere: of another list, of another person
	h.save(t, ben, view.SaveViewInput{Name: "taken", List: seats("")})
	h.save(t, anna, view.SaveViewInput{Name: "taken", List: view.ListInput{Enrollments: &inventory.EnrollmentListInput{}}})
	h.save(t, audit, view.SaveViewInput{Name: "a", List: view.ListInput{AuditEntries: &auditlog.ListInput{}}, Shared: new(true)})
}

// TestOneNameIsSavedOnce: ten at once, of whom one wins.
func TestOneNameIsSavedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	codes := atOnce(10, func(n int) string {
		name := "Mine"
		if n%2 == 1 {
			name = "mINE"
		}
		p, err := h.Save(as(t, anna), view.SaveViewInput{Name: name, List: seats("")})
		return cameTo(p, err)
	})
	slices.Sort(codes)
	if want := append([]string{}, append(slices.Repeat([]string{"DUPLICATE"}, 9), "saved")...); !slices.Equal(codes, want) {
		t.Errorf("%v", codes)
	}
	// and by renaming
	a, b := h.save(t, anna, view.SaveViewInput{Name: "a", List: seats("")}), h.save(t, anna, view.SaveViewInput{Name: "b", List: seats("")})
	codes = atOnce(2, func(n int) string {
		p, err := h.Update(as(t, anna), view.UpdateViewInput{ID: []id.ID{a.ID, b.ID}[n], Name: new("c")})
		return cameTo(p, err)
	})
	if slices.Sort(codes); !slices.Equal(codes, []string{"DUPLICATE", "saved"}) {
		t.Errorf("by renaming: %v", codes)
	}
}

// TestNobodyHasMoreThanTwoHundred: however many are saved at once.
func TestNobodyHasMoreThanTwoHundred(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.save(t, anna, view.SaveViewInput{Name: "first", List: seats("")})
	if _, err := h.admin.ExecContext(t.Context(), `
		ALTER TABLE saved_views DISABLE TRIGGER require_audit;
		INSERT INTO saved_views (id, version, created_at, updated_at, owner_issuer, owner_subject, owner_name, list, name, name_key, filter, order_by, columns)
		SELECT gen_random_uuid(), 1, created_at, updated_at, owner_issuer, owner_subject, owner_name, list, 'n' || n, 'n' || n, '{}', '{}', '[]' FROM saved_views, generate_series(1, 196) n;
		ALTER TABLE saved_views ENABLE TRIGGER require_audit`); err != nil {
		t.Fatal(err)
	}
	codes := atOnce(8, func(n int) string {
		p, err := h.Save(as(t, anna), view.SaveViewInput{Name: fmt.Sprintf("at once %d", n), List: seats("")})
		return cameTo(p, err)
	})
	slices.Sort(codes)
	if want := append(slices.Repeat([]string{"TOO_MANY"}, 5), "saved", "saved", "saved"); !slices.Equal(codes, want) {
		t.Errorf("%v", codes)
	}
	if n := h.one(t, `SELECT count(*) FROM saved_views`); n != 200 {
		t.Errorf("anna has %d", n)
	}
	h.save(t, ben, view.SaveViewInput{Name: "another person's", List: seats("")})
}

// atOnce runs n at the same time.
func atOnce(n int, do func(int) string) []string {
	out := make([]string, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			out[i] = do(i)
		})
	}
	close(start)
	all.Wait()
	return out
}

func cameTo(p *view.Payload, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case len(p.UserErrors) > 0:
		return string(p.UserErrors[0].Code)
	}
	return "saved"
}
