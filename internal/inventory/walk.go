package inventory

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/page"
)

// atOnce is how many things a walk through a whole list holds in memory.
const atOnce = 1000

// places runs a statement of page.Walk.
func (i *Inventory) places(ctx context.Context, statement string, args []any) ([]page.Key, error) {
	found, err := i.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("walk through a list: %w", err)
	}
	defer func() { _ = found.Close() }()
	var all []page.Key
	for found.Next() {
		var k page.Key
		if err := found.Scan(&k.ID, &k.Value); err != nil {
			return nil, fmt.Errorf("walk through a list: %w", err)
		}
		all = append(all, k)
	}
	return all, found.Err()
}

// ids are those of a list in its order, most and one more at the most.
func (i *Inventory) ids(ctx context.Context, m page.Merge, most int) ([]uuid.UUID, error) {
	return page.IDs(ctx, m, i.places, most)
}

// eachOf gives the things of a list to each, in the list's order, atOnce at a time.
// read reads those with the ids, in any order; what it does not return, because it was
// taken away between two statements, is left out.
func eachOf[T any](ctx context.Context, i *Inventory, m page.Merge, read func(context.Context, []uuid.UUID) ([]T, error), idOf func(T) uuid.UUID, each func([]T) error) error {
	return page.Walk(ctx, m, i.places, func(ids []uuid.UUID) error {
		for some := range slices.Chunk(ids, atOnce) {
			found, err := read(ctx, some)
			if err != nil {
				return err
			}
			byID := make(map[uuid.UUID]T, len(found))
			for _, t := range found {
				byID[idOf(t)] = t
			}
			ordered := make([]T, 0, len(found))
			for _, one := range some {
				if t, ok := byID[one]; ok {
					ordered = append(ordered, t)
				}
			}
			if err := each(ordered); err != nil {
				return err
			}
		}
		return nil
	})
}
