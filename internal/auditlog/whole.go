package auditlog

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/page"
)

// atOnce is how many entries EachEntry holds in memory.
const atOnce = 1000

// EachEntry gives the entries that a list shows the viewer to each, in its order, a
// thousand at a time. It looks through the whole list, however long that takes. It
// refuses what List refuses, but for FILTER_TOO_BROAD. An error of each ends it.
func (l *Log) EachEntry(ctx context.Context, in ListInput, each func([]*Entry) error) error {
	merges, _, err := l.merges(ctx, in)
	if err != nil || len(merges) == 0 {
		return err
	}
	return page.Walk(ctx, merges[0], l.places, func(ids []uuid.UUID) error {
		for some := range slices.Chunk(ids, atOnce) {
			byID, err := l.ByIDs(ctx, some)
			if err != nil {
				return err
			}
			entries := make([]*Entry, 0, len(some))
			for _, one := range some {
				if e, ok := byID[one]; ok {
					entries = append(entries, e)
				}
			}
			if err := each(entries); err != nil {
				return err
			}
		}
		return nil
	})
}

// Count is how many entries a list shows the viewer, exact up to page.MaxCount, and
// whether there are more. It refuses what List refuses.
func (l *Log) Count(ctx context.Context, in ListInput) (n int, capped bool, err error) {
	merges, _, err := l.merges(ctx, in)
	if err != nil {
		return 0, false, err
	}
	n, err = l.count(ctx, merges)
	return min(n, page.MaxCount), n > page.MaxCount, err
}

// places runs a statement of page.Walk.
func (l *Log) places(ctx context.Context, statement string, args []any) ([]page.Key, error) {
	rows, err := l.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("walk through audit entries: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []page.Key
	for rows.Next() {
		var k page.Key
		if err := rows.Scan(&k.ID, &k.Value); err != nil {
			return nil, fmt.Errorf("walk through audit entries: %w", err)
		}
		all = append(all, k)
	}
	return all, rows.Err()
}
