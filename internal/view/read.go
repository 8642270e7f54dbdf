package view

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/viewer"
)

// columns are those of a saved view under the alias v, in the order of scan.
var columns = []string{
	"v.id", "v.version", "v.created_at", "v.updated_at", "v.owner_issuer", "v.owner_subject", "v.owner_name", "v.list", "v.name", "v.name_key",
	"v.system_view", "v.search", "v.filter", "v.order_by", "v.columns", "v.shared", "v.business_unit_id",
}

// ByIDs are the saved views with these ids that the viewer may see, by one statement:
// one's own, those shared with a business unit of theirs, and with business units "*"
// all that are shared. Without VIEW_ENROLLMENTS and VIEW_SEATS none.
func (vs *Views) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*View, error) {
	if len(ids) == 0 || lacksViews(ctx) != nil {
		return nil, nil
	}
	sc, err := vs.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	v, _ := viewer.From(ctx)
	all, err := vs.query(ctx, fmt.Sprintf(`SELECT %s FROM saved_views v
WHERE v.id = ANY($1) AND v.deleted_at IS NULL AND (v.owner_subject = $2 AND v.owner_issuer = $3 OR v.shared AND %s)`,
		strings.Join(columns, ", "), scope.Condition("v.business_unit_id", 4)), pq.Array(ids), v.Subject, v.Issuer, sc.Arg())
	if err != nil {
		return nil, err
	}
	byID := make(map[uuid.UUID]*View, len(all))
	for _, one := range all {
		byID[one.ID.UUID] = one
	}
	return byID, nil
}

// query reads saved views that are read together.
func (vs *Views) query(ctx context.Context, statement string, args ...any) ([]*View, error) {
	rows, err := vs.read.Query(ctx, statement, args...)
	if err != nil {
		return nil, fmt.Errorf("read saved views: %w", err)
	}
	all, err := scan(rows)
	if err != nil {
		return nil, err
	}
	seen := map[uuid.UUID]bool{}
	var units []uuid.UUID
	for _, v := range all {
		if v.Unit != nil && !seen[*v.Unit] {
			seen[*v.Unit] = true
			units = append(units, *v.Unit)
		}
	}
	group := batch.NewGroup(units)
	for _, v := range all {
		v.units = group
	}
	return all, nil
}

// found is rows as the database answers them.
type found interface {
	Next() bool
	Scan(into ...any) error
	Err() error
	Close() error
}

// scan reads rows of columns and closes them.
func scan(rows found) (all []*View, err error) {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		v := &View{ID: id.ID{Kind: id.View}}
		var filter, order, names []byte
		if err := rows.Scan(&v.ID.UUID, &v.Version, &v.CreatedAt, &v.UpdatedAt, &v.Owner.Issuer, &v.Owner.Subject, &v.Owner.Name, &v.kept.list, &v.Name, &v.key,
			&v.kept.view, &v.kept.search, &filter, &order, &names, &v.Shared, &v.Unit); err != nil {
			return nil, fmt.Errorf("read saved views: %w", err)
		}
		for _, part := range []struct {
			column []byte
			into   any
		}{{filter, &v.kept.filter}, {order, &v.kept.order}, {names, &v.kept.columns}} {
			if err := plain(part.column, part.into); err != nil {
				return nil, fmt.Errorf("read the saved view %s: %w", v.ID, err)
			}
		}
		v.CreatedAt, v.UpdatedAt = v.CreatedAt.UTC(), v.UpdatedAt.UTC()
		if v.ListState, err = v.kept.shown(); err != nil {
			return nil, fmt.Errorf("read the saved view %s: %w", v.ID, err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read saved views: %w", err)
	}
	return all, nil
}

// plain reads a column of JSON, without the blanks that the database writes: what is
// alike is so to the byte.
func plain(column []byte, into any) error {
	b, err := json.Marshal(json.RawMessage(column))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

// IsMine reports whether the viewer saved it.
func (vs *Views) IsMine(ctx context.Context, v *View) bool {
	who, _ := viewer.From(ctx)
	return who.Is(v.Owner.Issuer, v.Owner.Subject)
}

// BusinessUnitOf is the business unit that it is shared with; nil for none, without
// VIEW_BUSINESS_UNITS, and for one that the viewer no longer sees.
func (vs *Views) BusinessUnitOf(ctx context.Context, v *View) (*businessunit.BusinessUnit, error) {
	if v.Unit == nil {
		return nil, nil
	}
	return vs.units.Of(ctx, v.units, *v.Unit)
}

// lacksViews is the no to a viewer who may look at no list that people save views of.
func lacksViews(ctx context.Context) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	return v.Lacks("saved views", lifecycle.ViewEnrollments, lifecycle.ViewSeats)
}
