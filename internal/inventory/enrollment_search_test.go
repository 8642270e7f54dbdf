package inventory_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// sought are the seatIds of what a search for enrollments finds, sorted.
func (w *world) sought(v viewer.Viewer, text string, filter *inventory.EnrollmentFilter) ([]string, error) {
	p, err := w.Inventory.Enrollments(w.as(v), page.Args{First: ptr(100)}, inventory.EnrollmentListInput{Search: &text, Filter: filter}, nil)
	if err != nil {
		return nil, err
	}
	return sorted(seatIDs(p.Nodes())), nil
}

// TestWhatIsMadeCanBeSearched: a request and an enrollment by code are found by their
// seatId, address and the words of their name from the moment on that they exist, by
// those who may see them.
func TestWhatIsMadeCanBeSearched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	other := w.newUnit("sales", 20)
	w.request(rita, w.profile(rules{}), "Lovelace-1")
	w.request(manager, w.profile(rules{}), "lovelace-2")
	w.request(manager, w.profile(rules{unit: other}), "lovelace-3")
	local := person("local", lifecycle.ViewOnly, "sales")
	for _, c := range []struct {
		by   viewer.Viewer
		text string
		want []string
	}{
		{looker, "LOVELACE", []string{"Lovelace-1", "lovelace-2", "lovelace-3"}},
		{looker, "lo", []string{"Lovelace-1", "lovelace-2", "lovelace-3"}},
		{looker, "velace-2", []string{"lovelace-2"}},
		{looker, "nobody", nil},
		{looker, "%ove", nil},
		{local, "lovelace", []string{"lovelace-3"}},
		{rita, "lovelace", []string{"Lovelace-1"}},
		{person("rita", lifecycle.Requester, "sales"), "lovelace", nil},
	} {
		got, err := w.sought(c.by, c.text, nil)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%q by %s finds %v, %v; want %v", c.text, c.by.Subject, got, err, c.want)
		}
	}
}

func TestASearchForEnrollmentsThatFindsTooMuchIsRefusedAndTellsNothingOfOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	other := w.newUnit("sales", 20)
	w.many(5_001, w.unit, w.profile(rules{}), lifecycle.User)
	w.past(`INSERT INTO enrollment_texts (id, business_unit_id, email, search_text) SELECT id, business_unit_id, '', E'\n' || seat_key || E'\n' || E'\n' FROM enrollments`)
	w.past(`UPDATE enrollments SET requester_subject = 'ada' WHERE seat_key = 'user1234'`)
	local, ada := person("local", lifecycle.ViewOnly, "sales"), person("ada", lifecycle.Requester)
	for name, c := range map[string]struct {
		by     viewer.Viewer
		text   string
		filter *inventory.EnrollmentFilter
		want   int // -1: refused
	}{
		"5,001":                               {looker, "user", nil, -1},
		"5,001 of which a filter passes none": {looker, "user", &inventory.EnrollmentFilter{Statuses: []lifecycle.Status{lifecycle.Locked}}, -1},
		"few by more letters":                 {looker, "user123", nil, 11},
		"none of one's own business unit":     {local, "user", nil, 0},
		"none of a business unit named":       {looker, "user", &inventory.EnrollmentFilter{BusinessUnitIDs: []id.ID{other}}, 0},
		"one's own among 5,001":               {ada, "user", nil, 1},
		"one seatId among 5,001":              {looker, "user", &inventory.EnrollmentFilter{SeatIDs: []string{"user77"}}, 1},
	} {
		got, err := w.sought(c.by, c.text, c.filter)
		if c.want >= 0 && (err != nil || len(got) != c.want) {
			t.Errorf("%s: %v, %v; want %d", name, got, err, c.want)
		}
		if no := refusal.Find(err); c.want < 0 && (no == nil || no.Code != page.SearchTooBroad || !strings.Contains(no.Message, "Write more")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
