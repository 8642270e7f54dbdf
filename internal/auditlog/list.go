package auditlog

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
)

// List is one page of the log of the viewer's business units, the newest entry
// first unless ordered. It refuses a viewer without VIEW_AUDIT_LOG (FORBIDDEN),
// a filter or page arguments that make no sense (INVALID), and a filter for which no
// index fills the page from few enough entries (FILTER_TOO_BROAD).
func (l *Log) List(ctx context.Context, args page.Args, in ListInput) (*page.Connection[*Entry], error) {
	merges, bound, err := l.merges(ctx, in)
	if err != nil {
		return nil, err
	}
	window, err := args.Open("auditEntries", bound)
	if err != nil {
		return nil, err
	}
	entries, err := l.fill(ctx, merges, window)
	if err != nil {
		return nil, err
	}
	return page.NewConnection(window, entries, place, func(ctx context.Context) (int, error) { return l.count(ctx, merges) }), nil
}

// merges are the ways of reading the list that the input describes for the context's
// viewer, none when nothing can match, and what a cursor of it is bound to.
func (l *Log) merges(ctx context.Context, in ListInput) (all []page.Merge, bound any, err error) {
	seen, may, err := l.sight(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !may {
		return nil, nil, forbidden(ctx)
	}
	filter, no := in.Filter.tidied()
	if no != nil {
		return nil, nil, no
	}
	order := Order{Direction: page.Descending}
	if in.OrderBy != nil {
		order = *in.OrderBy
	}
	return ways(seen, filter, order.Direction), []any{filter, order}, nil
}

// fill reads the window in the first way that can tell all of it: one that fills
// the page, or that has no more entries to look through.
func (l *Log) fill(ctx context.Context, merges []page.Merge, w page.Window) ([]*Entry, error) {
	for _, m := range merges {
		statement, args := m.Page(w)
		entries, err := l.entries(ctx, statement, args)
		if err != nil {
			return nil, fmt.Errorf("list audit entries: %w", err)
		}
		if len(m.Residual) == 0 || len(entries) > w.Limit {
			return entries, nil
		}
		if broad, err := l.broad(ctx, m, w); err != nil || !broad {
			return entries, err
		}
	}
	if len(merges) == 0 {
		return nil, nil
	}
	return nil, tooBroad("fill a page")
}

// count counts the list in the first way that can tell it exactly, or that finds
// more than are ever told.
func (l *Log) count(ctx context.Context, merges []page.Merge) (int, error) {
	for _, m := range merges {
		statement, args := m.Count()
		n, err := one[int](ctx, l.read, statement, args)
		if err != nil {
			return 0, fmt.Errorf("count audit entries: %w", err)
		}
		if len(m.Residual) == 0 || n > page.MaxCount {
			return n, nil
		}
		if broad, err := l.broad(ctx, m, page.Window{}); err != nil || !broad {
			return n, err
		}
	}
	if len(merges) == 0 {
		return 0, nil
	}
	return 0, tooBroad("count them")
}

func (l *Log) broad(ctx context.Context, m page.Merge, w page.Window) (bool, error) {
	statement, args := m.Broad(w)
	broad, err := one[bool](ctx, l.read, statement, args)
	if err != nil {
		return false, fmt.Errorf("ask how broad a filter on audit entries is: %w", err)
	}
	return broad, nil
}

func tooBroad(purpose string) *refusal.Refusal {
	return refusal.New(page.TooBroad, "This combination of filters would look through more than %d audit entries to %s; narrow it in time by since and before, or name the things it is about by resourceIds.", page.MaxCandidates, purpose)
}

// ByIDs are the entries with these ids that exist for the viewer, in one
// statement; without VIEW_AUDIT_LOG none.
func (l *Log) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Entry, error) {
	found := make(map[uuid.UUID]*Entry, len(ids))
	seen, may, err := l.sight(ctx)
	if err != nil || !may || len(ids) == 0 {
		return found, err
	}
	entries, err := l.entries(ctx, selection+` WHERE a.id = ANY($1::uuid[]) AND `+scope.Condition("a.business_unit_id", 2), []any{pq.Array(ids), seen.Arg()})
	if err != nil {
		return nil, fmt.Errorf("read audit entries by id: %w", err)
	}
	for _, e := range entries {
		found[e.ID.UUID] = e
	}
	return found, nil
}
