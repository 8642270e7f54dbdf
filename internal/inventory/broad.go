package inventory

import (
	"context"
	"fmt"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// tooBroad refuses a filtered page that was not filled although more candidates
// lie behind those that were looked through: it would look empty and not be.
func tooBroad(ctx context.Context, q querier, m page.Merge, w page.Window, got int) error {
	if got > w.Limit {
		return nil
	}
	return lookedThrough(ctx, q, m, w)
}

// lookedThrough refuses a list whose filter had more candidates than are looked
// through.
func lookedThrough(ctx context.Context, q querier, m page.Merge, w page.Window) error {
	if len(m.Residual) == 0 {
		return nil
	}
	statement, args := m.Broad(w)
	var broad bool
	if err := one(ctx, q, statement, args, &broad); err != nil {
		return fmt.Errorf("ask how broad a filter is: %w", err)
	}
	if broad {
		return tooManyCandidates()
	}
	return nil
}

// tooManyCandidates is the no to a list whose page would be looked for among too many
// rows.
func tooManyCandidates() *refusal.Refusal {
	return refusal.New(page.TooBroad, "This combination of filters would look through more than %d rows to fill a page. Add a business unit or a status, or order by the field of the range.", page.MaxCandidates)
}

// count runs a merge's count. A count that could be too low, since a filter has
// more candidates than are looked through, is refused.
func count(ctx context.Context, q querier, m page.Merge) (int, error) {
	statement, args := m.Count()
	var n int
	if err := one(ctx, q, statement, args, &n); err != nil {
		return 0, fmt.Errorf("count a list: %w", err)
	}
	if n > page.MaxCount {
		return n, nil
	}
	return n, lookedThrough(ctx, q, m, page.Window{})
}

// one reads the one value of a statement.
func one[V any](ctx context.Context, q querier, statement string, args []any, into *V) error {
	found, err := q.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		if err := found.Scan(into); err != nil {
			return err
		}
	}
	return found.Err()
}
