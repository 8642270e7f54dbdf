package view

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// List is one page of the saved views that the viewer may see, of one list or of all,
// by name. Refused: FORBIDDEN without VIEW_ENROLLMENTS and VIEW_SEATS, INVALID for a
// page's arguments.
func (vs *Views) List(ctx context.Context, args page.Args, list *lifecycle.List) (*page.Connection[*View], error) {
	if no := lacksViews(ctx); no != nil {
		return nil, no
	}
	w, err := args.Open("views", list)
	if err != nil {
		return nil, err
	}
	sc, err := vs.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	v, _ := viewer.From(ctx)
	m := merge(v, sc, list)
	statement, values := m.Page(w)
	all, err := vs.query(ctx, statement, values...)
	if err != nil {
		return nil, err
	}
	return page.NewConnection(w, all, func(v *View) page.Key { return page.Key{Value: v.key, ID: v.ID.UUID} }, func(ctx context.Context) (int, error) {
		statement, values := m.Count()
		return vs.number(ctx, statement, values...)
	}), nil
}

// merge is the list: one's own views, and those of others that are shared, each read
// by name from an index of its own.
func merge(v viewer.Viewer, sc scope.Scope, list *lifecycle.List) page.Merge {
	m := page.Merge{Table: "saved_views v", Alias: "v", Columns: columns, Order: "name_key", Cast: "text"}
	subject, issuer := m.Arg(v.Subject), m.Arg(v.Issuer)
	live := []string{"v.deleted_at IS NULL"}
	if list != nil {
		live = append(live, "v.list = "+m.Arg(string(*list)))
	}
	with := func(more ...string) []string { return append(more, live...) }
	own := page.Branch{Where: with("v.owner_subject = "+subject, "v.owner_issuer = "+issuer)}
	others := fmt.Sprintf("NOT (v.owner_subject = %s AND v.owner_issuer = %s)", subject, issuer)
	shared := page.Branch{Where: with("v.shared", others)}
	if !sc.All {
		shared.From = "unnest(" + m.Arg(pq.Array(sc.IDs())) + "::uuid[]) AS b(unit)"
		shared.Where = append(shared.Where, "v.business_unit_id = b.unit")
	}
	m.Branches = []page.Branch{own, shared}
	return m
}

// number reads the one number of a statement.
func (vs *Views) number(ctx context.Context, statement string, args ...any) (n int, err error) {
	rows, err := vs.read.Query(ctx, statement, args...)
	if err != nil {
		return 0, fmt.Errorf("count saved views: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, fmt.Errorf("count saved views: %w", err)
		}
	}
	return n, rows.Err()
}
