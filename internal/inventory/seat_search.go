package inventory

import (
	"context"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// lookIn makes the merge's table what the search finds in the list's business
// units, and says beside each seat how many that are. They are counted in every
// status, deleted ones included: to leave those out would mean to read all that the
// trigrams find, without an end, for the few that have the status.
func (l *seatList) lookIn(m *page.Merge) {
	among(m, few{where: []string{l.search.condition(m, m.Alias+".search_text", l.rare)}, units: l.units, withText: true, most: mostFound, columns: "s.*", as: "s"})
}

// tooMuch refuses a search that finds more than it may: its page would be a part
// of the list, taken at random.
func (l *seatList) tooMuch(ctx context.Context, q querier, told int) error {
	of := page.Merge{Table: "seats s", Alias: "s"}
	l.lookIn(&of)
	found, err := foundAmong(ctx, q, of, told)
	if err != nil || found <= mostFound {
		return err
	}
	return refusal.New(page.SearchTooBroad, "More than %d seats match this search, deleted ones included. Write more of what you look for, or name a business unit in the filter.", mostFound)
}
