package view_test

import (
	"slices"
	"testing"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
)

// TestAListThroughAView: it shows what both say, and a view is for its own list.
func TestAListThroughAView(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.save(t, boss, view.SaveViewInput{Name: "Reds", Columns: []string{"seatId"}, List: view.ListInput{Seats: &inventory.SeatListInput{
		Filter: &inventory.SeatFilter{BusinessUnitIDs: []id.ID{h.red}}, OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending},
	}}})
	for _, c := range []struct {
		name string
		in   inventory.SeatListInput
		want []string
	}{
		{"as it is", inventory.SeatListInput{}, []string{"r1", "r2", "r3"}},
		{"narrowed", inventory.SeatListInput{Filter: &inventory.SeatFilter{SeatIDs: []string{"R2", "b1"}}}, []string{"r2"}},
		{"to another unit", inventory.SeatListInput{Filter: &inventory.SeatFilter{BusinessUnitIDs: []id.ID{h.blue}}}, []string{}},
		{"in another order", inventory.SeatListInput{OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Descending}}, []string{"r3", "r2", "r1"}},
	} {
		c.in.ViewID = &v.ID
		list, err := h.Seats(as(t, boss), c.in)
		if err != nil || list.ViewID != nil {
			t.Fatalf("%s: %+v %v", c.name, list, err)
		}
		p, err := h.inventory.Seats(as(t, boss), page.Args{}, list)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, s := range p.Nodes() {
			got = append(got, s.SeatID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	if got, err := h.Columns(as(t, boss), view.ListInput{Seats: &inventory.SeatListInput{ViewID: &v.ID}}); err != nil || !slices.Equal(got, []string{"seatId"}) {
		t.Errorf("its columns are %v: %v", got, err)
	}
	if got, err := h.Columns(as(t, boss), seats("r")); err != nil || got != nil {
		t.Errorf("of no view: %v %v", got, err)
	}
	if same, err := h.Seats(as(t, boss), inventory.SeatListInput{Search: new("r")}); err != nil || same.View != nil || *same.Search != "r" {
		t.Errorf("without a view: %+v %v", same, err)
	}
	for _, c := range []struct {
		name string
		call func() error
		code refusal.Code
	}{
		{"with a system view", func() error {
			_, err := h.Seats(as(t, boss), inventory.SeatListInput{ViewID: &v.ID, View: new(inventory.SeatsAll)})
			return err
		}, refusal.Invalid},
		{"enrollments", func() error {
			_, err := h.Enrollments(as(t, boss), inventory.EnrollmentListInput{ViewID: &v.ID})
			return err
		}, refusal.Invalid},
		{"certificates", func() error {
			_, err := h.Certificates(as(t, boss), inventory.CertificateListInput{ViewID: &v.ID})
			return err
		}, refusal.Invalid},
		{"audit entries", func() error {
			_, err := h.AuditEntries(as(t, boss), auditlog.ListInput{ViewID: &v.ID})
			return err
		}, refusal.Invalid},
		{"through a seat", func() error {
			_, err := h.Seats(as(t, boss), inventory.SeatListInput{ViewID: new(id.Of(id.Seat, v.ID.UUID))})
			return err
		}, refusal.NotFound},
		{"the state of nothing", func() error { _, err := h.State(as(t, boss), nil, nil, nil); return err }, refusal.Invalid},
		{"the state of a list and a state", func() error { l := seats(""); _, err := h.State(as(t, boss), &l, nil, &v.State); return err }, refusal.Invalid},
		{"columns of a state", func() error { _, err := h.State(as(t, boss), nil, []string{"a"}, &v.State); return err }, refusal.Invalid},
		{"the state of no list", func() error { _, err := h.State(as(t, boss), &view.ListInput{}, nil, nil); return err }, refusal.Invalid},
		{"the state of a search for nothing", func() error { l := seats(" "); _, err := h.State(as(t, boss), &l, nil, nil); return err }, refusal.Invalid},
	} {
		if no := refusal.Find(c.call()); no == nil || no.Code != c.code {
			t.Errorf("%s: %v", c.name, no)
		}
	}
	if _, err := h.State(t.Context(), nil, nil, &v.State); err == nil || refusal.Find(err) != nil {
		t.Errorf("nobody reads a state: %v", err)
	}
}
