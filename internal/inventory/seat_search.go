package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// lookIn makes the merge's table what the search and the addresses find in the list's
// business units, or what is unused, and says beside each seat how many that are; false
// when it asks for neither. They are counted in every status, deleted ones included: to leave those out
// would mean to read all that the trigrams find, without an end, for the few that
// have the status.
func (l *seatList) lookIn(m *page.Merge) bool {
	var exact []string
	if l.search != nil {
		exact = append(exact, l.search.condition(m, searched{text: m.Alias + ".search_text", rare: l.rare}))
	}
	if l.filter.Emails != nil {
		exact = append(exact, l.addressed(m))
	}
	if l.byUnused {
		exact = append(exact, l.areUnused(m)...)
	}
	if len(exact) == 0 {
		return false
	}
	among(m, few{where: exact, units: l.units, withText: true, most: l.mostFound(), columns: "s.*", as: "s"})
	return true
}

// addressed is the condition that a seat has one of the filter's addresses: found by
// what a search looks through, whose second line the address is, and then compared.
func (l *seatList) addressed(m *page.Merge) string {
	each := make([]string, len(l.filter.Emails))
	for n, address := range l.filter.Emails {
		each[n] = "(" + matches(m, searched{text: m.Alias + ".search_text", rare: l.rare}, "%\n"+literally.Replace(address)+"%", address) + ")"
	}
	return fmt.Sprintf(`(%s) AND (split_part(%s.search_text, E'\n', 3) = ANY(%s::text[])) IS TRUE`, strings.Join(each, " OR "), m.Alias, m.Arg(pq.Array(l.filter.Emails)))
}

// mostFound is how many seats may be found.
func (l *seatList) mostFound() int {
	if l.byUnused {
		return page.MaxCandidates
	}
	return mostFound
}

// tooMuch refuses a search that finds more than it may: its page would be a part
// of the list, taken at random.
func (l *seatList) tooMuch(ctx context.Context, q querier, told int) error {
	of := page.Merge{Table: "seats s", Alias: "s"}
	l.lookIn(&of)
	found, err := foundAmong(ctx, q, of, told)
	switch {
	case err != nil || found <= l.mostFound():
		return err
	case l.byUnused:
		return tooManyCandidates()
	case l.search == nil:
		return refusal.New(page.TooBroad, "More than %d seats have one of these e-mail addresses, deleted ones included. Name fewer of them, or a business unit.", mostFound)
	}
	return refusal.New(page.SearchTooBroad, "More than %d seats match this search, deleted ones included. Write more of what you look for, or name a business unit in the filter.", mostFound)
}
