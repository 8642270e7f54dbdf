package page

import (
	"context"

	"github.com/google/uuid"
)

// Chunk is how many ids a walk reads by one statement. A list that is merged from
// many branches reads up to so many of each; of fewer ids at once it would read the
// same rows again for every chunk.
const Chunk = 50_000

// Ask runs a statement that selects an id and, as text, the value that its list is
// ordered by.
type Ask func(ctx context.Context, statement string, args []any) ([]Key, error)

// Walk gives the ids of a whole list to each, in the list's order, some at a time. It
// knows no bound of candidates: it is for what works through a list to its end, a
// bulk job's selection or an export, and not for a page that somebody waits for.
// Between two chunks the list may change; who needs one state walks in a snapshot.
func Walk(ctx context.Context, m Merge, ask Ask, each func([]uuid.UUID) error) error {
	return m.walk(ctx, ask, Chunk, func(ids []uuid.UUID) (bool, error) { return true, each(ids) })
}

// IDs are the ids of a list in its order, most and one more at the most, which tells
// that there are more.
func IDs(ctx context.Context, m Merge, ask Ask, most int) ([]uuid.UUID, error) {
	var all []uuid.UUID
	err := m.walk(ctx, ask, min(Chunk, most+1), func(ids []uuid.UUID) (bool, error) {
		all = append(all, ids...)
		return len(all) <= most, nil
	})
	return all[:min(len(all), most+1)], err
}

// walk reads chunk after chunk while each says so.
func (m Merge) walk(ctx context.Context, ask Ask, chunk int, each func([]uuid.UUID) (bool, error)) error {
	m.Whole, m.Joins = true, ""
	m.Columns = []string{m.Alias + ".id", m.Alias + "." + m.Order + "::text"}
	w := Window{Limit: chunk - 1} // a reader reads one more
	for {
		statement, args := m.Page(w)
		places, err := ask(ctx, statement, args)
		if err != nil {
			return err
		}
		if len(places) > 0 {
			ids := make([]uuid.UUID, len(places))
			for n, p := range places {
				ids[n] = p.ID
			}
			if more, err := each(ids); err != nil || !more {
				return err
			}
			w.From = &places[len(places)-1]
		}
		if len(places) < chunk {
			return nil
		}
	}
}
