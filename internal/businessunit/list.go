package businessunit

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/filter"
	"gatehouse/internal/form"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// BusinessUnitFilter says which business units to list; nil does not narrow, an
// empty list matches nothing.
type BusinessUnitFilter struct {
	Keys           []string
	IncludeDeleted *bool
}

// rule is how the values of a BusinessUnitFilter are treated.
var rule = filter.RuleFor[BusinessUnitFilter](filter.Forms{"keys": filter.Lines(form.MaxName)})

// BusinessUnitOrder is how business units are ordered.
type BusinessUnitOrder struct {
	Field     BusinessUnitOrderField
	Direction page.Direction
}

// BusinessUnitOrderField is what they can be ordered by.
type BusinessUnitOrderField string

// The values of BusinessUnitOrderField.
const (
	ByName      BusinessUnitOrderField = "NAME"
	ByCreatedAt BusinessUnitOrderField = "CREATED_AT"
)

// MarshalGQL writes the field as a GraphQL enum value.
func (f BusinessUnitOrderField) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(f)) }

// UnmarshalGQL reads a GraphQL enum value.
func (f *BusinessUnitOrderField) UnmarshalGQL(v any) error {
	switch v {
	case string(ByName):
		*f = ByName
	case string(ByCreatedAt):
		*f = ByCreatedAt
	default:
		return fmt.Errorf("%v is neither NAME nor CREATED_AT", v)
	}
	return nil
}

// firstOfViewer is how many business units a viewer is shown without a page.
const firstOfViewer = page.Most

// List is one page of the viewer's business units, by name unless ordered. It
// is refused without VIEW_BUSINESS_UNITS, and with INVALID for a filter that names what
// no business unit can be called.
func (us *Units) List(ctx context.Context, args page.Args, given *BusinessUnitFilter, order *BusinessUnitOrder) (*page.Connection[*BusinessUnit], error) {
	if no := lacksView(ctx); no != nil {
		return nil, no
	}
	f, no := rule.Tidied(given)
	if no != nil {
		return nil, no
	}
	if order == nil {
		order = &BusinessUnitOrder{Field: ByName, Direction: page.Ascending}
	}
	w, err := args.Open("businessUnits", f, order)
	if err != nil {
		return nil, err
	}
	m, err := us.merge(ctx, f, order)
	if err != nil {
		return nil, err
	}
	statement, values := m.Page(w)
	all, err := us.query(ctx, statement, values...)
	if err != nil {
		return nil, err
	}
	return page.NewConnection(w, all, keyOf(order.Field), func(ctx context.Context) (int, error) {
		statement, values := m.Count()
		return us.count(ctx, statement, values...)
	}), nil
}

// First are the first business units of the viewer by name; without
// VIEW_BUSINESS_UNITS none.
func (us *Units) First(ctx context.Context) ([]*BusinessUnit, error) {
	if lacksView(ctx) != nil {
		return []*BusinessUnit{}, nil
	}
	first := firstOfViewer
	c, err := us.List(ctx, page.Args{First: &first}, nil, nil)
	if err != nil {
		return nil, err
	}
	return c.Nodes(), nil
}

// merge describes the list. It is one branch, read from the index of its order
// with everything else as a condition on the way: there are some hundred
// business units, and the filters of larger lists would cost more than they save.
func (us *Units) merge(ctx context.Context, f BusinessUnitFilter, order *BusinessUnitOrder) (page.Merge, error) {
	sc, err := us.scopes.Of(ctx)
	if err != nil {
		return page.Merge{}, err
	}
	m := page.Merge{Table: "business_units u", Alias: "u", Columns: columns, Order: "name", Cast: "text", Descending: order.Direction == page.Descending}
	if order.Field == ByCreatedAt {
		m.Order, m.Cast = "created_at", "timestamptz"
	}
	m.Arg(sc.Arg())
	where := []string{scope.Condition("u.id", len(m.Args))}
	if f.IncludeDeleted == nil || !*f.IncludeDeleted {
		where = append(where, "u.deleted_at IS NULL")
	}
	if f.Keys != nil {
		where = append(where, fmt.Sprintf("u.key = ANY(%s)", m.Arg(pq.Array(f.Keys))))
	}
	m.Branches = []page.Branch{{Where: where}}
	return m, nil
}

// keyOf is a business unit's place in the list of an order.
func keyOf(field BusinessUnitOrderField) func(*BusinessUnit) page.Key {
	return func(u *BusinessUnit) page.Key {
		if field == ByCreatedAt {
			return page.Key{Value: u.CreatedAt.Format(time.RFC3339Nano), ID: u.ID.UUID}
		}
		return page.Key{Value: u.Name, ID: u.ID.UUID}
	}
}

// count reads the one number of a statement.
func (us *Units) count(ctx context.Context, statement string, args ...any) (n int, err error) {
	rows, err := us.read.Query(ctx, statement, args...)
	if err != nil {
		return 0, fmt.Errorf("count business units: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, fmt.Errorf("count business units: %w", err)
		}
	}
	return n, rows.Err()
}
