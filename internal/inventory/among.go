package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/page"
)

// fewUnits is up to how many business units an index is asked for one by one.
// For more of them it is asked once for all, and the rows tell whose they are.
const fewUnits = 4

// few are the rows that some conditions find in the business units: conditions that
// indexes of their own answer and that find so few rows that these can be asked for
// everything else, and put in any order.
type few struct {
	where []string
	// units are the business units; nil for every one. Whether their index has a text
	// beside them is said by withText.
	units    []uuid.UUID
	withText bool
	// most is how many rows there may be. One more is read, which tells that there are
	// more.
	most int
	// columns are those that the list goes by, and as what the rows are called then.
	columns, as string
}

// among makes the merge's table the few rows, with how many they are beside each, in
// a column found.
//
// Narrowed to the viewer's business units before they are counted, what lies
// outside tells nothing of itself.
func among(m *page.Merge, f few) {
	where := f.where
	switch {
	case f.units == nil:
	case f.withText && len(f.units) <= fewUnits:
		// Each by itself: an index of trigrams takes a business unit with the text, but
		// no array of them whose length the plan does not know.
		each := make([]string, len(f.units))
		for n, unit := range f.units {
			each[n] = m.Alias + ".business_unit_id = " + m.Arg(unit) + "::uuid"
		}
		where = append(where, "("+strings.Join(each, " OR ")+")")
	default: // no index answers IS TRUE: that of the business units would be read whole
		where = append(where, fmt.Sprintf("(%s.business_unit_id = ANY(%s::uuid[])) IS TRUE", m.Alias, m.Arg(pq.Array(f.units))))
	}
	m.Table = fmt.Sprintf("(SELECT f.*, count(*) OVER () AS found FROM (SELECT %s FROM %s WHERE %s LIMIT %d) f) %s",
		f.columns, m.Table, strings.Join(where, " AND "), f.most+1, f.as)
	m.Alias = f.as
}

// foundAmong is how many rows the conditions of such a table have found. The rows
// of a page have told it; of an empty page, told is 0 and it is asked.
func foundAmong(ctx context.Context, q querier, of page.Merge, told int) (int, error) {
	if told > 0 {
		return told, nil
	}
	if err := one(ctx, q, "SELECT count(*) FROM "+of.Table, of.Args, &told); err != nil {
		return 0, fmt.Errorf("ask how much a search finds: %w", err)
	}
	return told, nil
}
