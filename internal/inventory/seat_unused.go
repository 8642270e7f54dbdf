package inventory

import (
	"fmt"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// unusedSince is the column that the view UNUSED_90_DAYS and the filter unusedBefore
// ask about. No list is ordered by it: a page looks for the unused among the seats in
// its own order, and where these are too few of too many, all of them are found by
// their index and put in order (byUnused).
const unusedSince = "unused_since"

// unusedSpan ends at an instant, which belongs to it or not.
type unusedSpan struct {
	is string
	at time.Time
}

// unused are the spans of time in which the list's seats must have become unused: of
// the view, and of the filter.
func (l *seatList) unused() (spans []unusedSpan) {
	if l.view == SeatsUnused {
		spans = append(spans, unusedSpan{"<=", l.now.Add(-Unused)})
	}
	if l.filter.UnusedBefore != nil {
		spans = append(spans, unusedSpan{"<", *l.filter.UnusedBefore})
	}
	return spans
}

// mayBeFew reports whether the unused seats can be found by their own index: they have
// one for every business unit together and one for each.
func (l *seatList) mayBeFew() bool {
	return len(l.unused()) > 0 && l.search == nil && l.filter.Emails == nil && l.filter.SeatIDs == nil && len(l.units) <= fewUnits
}

// areUnused are the conditions that the index of the unused seats answers.
func (l *seatList) areUnused(m *page.Merge) []string {
	exact := []string{fmt.Sprintf("%s.status = '%s'", m.Alias, lifecycle.SeatCreated)}
	for _, u := range l.unused() {
		exact = append(exact, fmt.Sprintf("%s.%s %s %s", m.Alias, unusedSince, u.is, m.Arg(u.at)))
	}
	return exact
}
