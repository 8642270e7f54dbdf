package export_test

import (
	"fmt"
	"net/url"
	"slices"
	"testing"

	"gatehouse/internal/export"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/view"
	"gatehouse/internal/world"
)

// TestAnAddressSaysWhatToExport, in the words of the list's arguments.
func TestAnAddressSaysWhatToExport(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.Seats(p.sales, lifecycle.User, "zoe", "anna", "bob")
	looker := p.As(world.Person("looker", lifecycle.ViewOnly))
	list := view.ListInput{Seats: &inventory.SeatListInput{Search: new("bob")}}
	state, err := p.Views.State(looker, &list, []string{"name", "seatId"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := p.Views.Save(looker, view.SaveViewInput{Name: "mine", List: list})
	if err != nil || len(saved.UserErrors) > 0 {
		t.Fatal(err, saved)
	}
	const bySeatID = `{"field":"SEAT_ID","direction":"ASC"}`
	for _, row := range []struct {
		name, query, want, refused string
	}{
		{"a filter and an order", "columns=seatId&filter=" + url.QueryEscape(`{"seatTypes":["USER"]}`) + "&orderBy=" + url.QueryEscape(bySeatID), "[[seatId] [anna] [bob] [legal-seat] [sales-seat] [zoe]]", ""},
		{"an empty list", "columns=seatId&filter=" + url.QueryEscape(`{"seatTypes":[]}`), "[[seatId]]", ""},
		{"a search", "columns=seatId,status&search=ann", "[[seatId status] [anna CREATED]]", ""},
		{"a view", "columns=seatId&view=DELETED", "[[seatId]]", ""},
		{"a state, with its columns", "state=" + state.State, "[[name seatId] [Name of bob bob]]", ""},
		{"a state, with others", "columns=seatId&state=" + state.State, "[[seatId] [bob]]", ""},
		{"a saved view", "columns=seatId&viewId=" + saved.View.ID.String(), "[[seatId] [bob]]", ""},
		{"an unknown parameter", "filtre={}", "", "INVALID"},
		{"one twice", "search=a&search=b", "", "INVALID"},
		{"a filter that is no JSON", "filter=status", "", "INVALID"},
		{"a filter of an unknown field", "filter=" + url.QueryEscape(`{"colour":"red"}`), "", "INVALID"},
		{"a filter of an unknown value", "filter=" + url.QueryEscape(`{"seatTypes":["ROBOT"]}`), "", "INVALID"},
		{"an unknown order", "orderBy=" + url.QueryEscape(`{"field":"COLOUR","direction":"ASC"}`), "", "INVALID"},
		{"an unknown view", "view=MINE", "", "INVALID"},
		{"something that is no saved view", "viewId=nonsense", "", "INVALID"},
		{"something beside a state", "search=a&state=" + state.State, "", "INVALID"},
		{"something that is no state", "state=nonsense", "", "INVALID"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			query, err := url.ParseQuery(row.query)
			if err != nil {
				t.Fatal(err)
			}
			c, err := p.Exports.Asked(looker, lifecycle.Seats, lifecycle.CSV, query)
			if got := refused(t, err); got != row.refused {
				t.Fatalf("%q (%v), want %q", got, err, row.refused)
			}
			if row.refused != "" {
				return
			}
			if got := fmt.Sprint(table(t, p.text(looker, t, c))); got != row.want {
				t.Errorf("%s, want %s", got, row.want)
			}
		})
	}
	for query, want := range map[string]string{
		"view=NOPE": `There is no view "NOPE" of this list; there are ALL, NOT_ENROLLED, ENROLLED, CONSUMED, UNUSED_90_DAYS, DELETED.`,
		"view=":     `There is no view "" of this list; there are ALL, NOT_ENROLLED, ENROLLED, CONSUMED, UNUSED_90_DAYS, DELETED.`,
		"search=":   "The list cannot be exported because of its search: the search is empty; write 1 to 255 characters, or leave it out to list everything.",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Exports.Asked(looker, lifecycle.Seats, lifecycle.CSV, values)
		if no := refusal.Find(err); no == nil || no.Message != want {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	if _, err := p.Exports.Asked(looker, lifecycle.AuditEntries, lifecycle.CSV, url.Values{"view": {"ALL"}}); refused(t, err) != "INVALID" {
		t.Errorf("a view of a list without: %v", err)
	}
	query, err := url.ParseQuery("state=" + state.State)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Exports.Asked(looker, lifecycle.Enrollments, lifecycle.CSV, query); refused(t, err) != "INVALID" {
		t.Errorf("a state of another list: %v", err)
	}
	if got := export.ResultColumns(); !slices.Equal(got, []string{"position", "id", "outcome", "code", "message"}) {
		t.Errorf("the columns of results are %v", got)
	}
}
