package profile

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// CertificateProfileFilter says which profiles to list; nil does not narrow, an
// empty list matches nothing.
type CertificateProfileFilter struct {
	BusinessUnitIDs       []id.ID
	SeatTypes             []lifecycle.SeatType
	AuthenticationMethods []lifecycle.AuthenticationMethod
	IncludeArchived       *bool
}

// rule is how the values of a CertificateProfileFilter are treated.
var rule = filter.RuleFor[CertificateProfileFilter](filter.Forms{"businessUnitIds": filter.IDs(id.BusinessUnit)})

// CertificateProfileOrder is how profiles are ordered.
type CertificateProfileOrder struct {
	Field     CertificateProfileOrderField
	Direction page.Direction
}

// CertificateProfileOrderField is what they can be ordered by.
type CertificateProfileOrderField string

// The values of CertificateProfileOrderField.
const (
	ByName      CertificateProfileOrderField = "NAME"
	ByCreatedAt CertificateProfileOrderField = "CREATED_AT"
)

// MarshalGQL writes the field as a GraphQL enum value.
func (f CertificateProfileOrderField) MarshalGQL(w io.Writer) { _, _ = fmt.Fprintf(w, "%q", string(f)) }

// UnmarshalGQL reads a GraphQL enum value.
func (f *CertificateProfileOrderField) UnmarshalGQL(v any) error {
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

// mostBranches is up to how many business units are merged from their own
// indexes; with more, the index over all of them is read.
const mostBranches = 50

// List is one page of the profiles of the viewer's business units, by name
// unless ordered. It is refused without VIEW_PROFILES, and with INVALID for a filter
// that names something else than business units.
func (ps *Profiles) List(ctx context.Context, args page.Args, given *CertificateProfileFilter, order *CertificateProfileOrder) (*page.Connection[*CertificateProfile], error) {
	if no := lacksView(ctx); no != nil {
		return nil, no
	}
	f, no := rule.Tidied(given)
	if no != nil {
		return nil, no
	}
	if order == nil {
		order = &CertificateProfileOrder{Field: ByName, Direction: page.Ascending}
	}
	w, err := args.Open("certificateProfiles", f, order)
	if err != nil {
		return nil, err
	}
	sc, err := ps.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	m := merge(sc, f, order)
	statement, values := m.Page(w)
	all, err := ps.query(ctx, statement, values...)
	if err != nil {
		return nil, err
	}
	return page.NewConnection(w, all, keyOf(order.Field), func(ctx context.Context) (int, error) {
		statement, values := m.Count()
		return ps.count(ctx, statement, values...)
	}), nil
}

// merge describes the list: a branch per business unit, or one branch over all.
// The other filters are conditions on the way: profiles are few beside what is
// enrolled under them.
func merge(sc scope.Scope, f CertificateProfileFilter, order *CertificateProfileOrder) page.Merge {
	m := page.Merge{Table: "certificate_profiles p", Alias: "p", Columns: columns, Order: "name", Cast: "text", Descending: order.Direction == page.Descending}
	if order.Field == ByCreatedAt {
		m.Order, m.Cast = "created_at", "timestamptz"
	}
	var where []string
	if f.IncludeArchived == nil || !*f.IncludeArchived {
		where = append(where, "p.archived_at IS NULL")
	}
	if f.SeatTypes != nil {
		where = append(where, fmt.Sprintf("p.seat_type = ANY(%s)", m.Arg(pq.Array(f.SeatTypes))))
	}
	if f.AuthenticationMethods != nil {
		where = append(where, fmt.Sprintf("p.authentication_method = ANY(%s)", m.Arg(pq.Array(f.AuthenticationMethods))))
	}
	units, all := unitsOf(sc, f)
	branch := page.Branch{}
	switch {
	case all:
	case len(units) > mostBranches:
		where = append(where, fmt.Sprintf("p.business_unit_id = ANY(%s)", m.Arg(pq.Array(units))))
	default:
		branch.From = fmt.Sprintf("unnest(%s::uuid[]) AS b(unit)", m.Arg(pq.Array(units)))
		where = append(where, "p.business_unit_id = b.unit")
	}
	branch.Where = where
	m.Branches = []page.Branch{branch}
	return m
}

// unitsOf are the business units that the list is narrowed to: those asked for
// that exist for the viewer, each once, or all of the viewer's.
func unitsOf(sc scope.Scope, f CertificateProfileFilter) (units []uuid.UUID, all bool) {
	if f.BusinessUnitIDs == nil {
		return sc.IDs(), sc.All
	}
	seen := map[uuid.UUID]bool{}
	units = []uuid.UUID{}
	for _, u := range id.UUIDs(id.BusinessUnit, f.BusinessUnitIDs) {
		if sc.Has(u) && !seen[u] {
			seen[u], units = true, append(units, u)
		}
	}
	return units, false
}

// keyOf is a profile's place in the list of an order.
func keyOf(field CertificateProfileOrderField) func(*CertificateProfile) page.Key {
	return func(p *CertificateProfile) page.Key {
		if field == ByCreatedAt {
			return page.Key{Value: p.CreatedAt.Format(time.RFC3339Nano), ID: p.ID.UUID}
		}
		return page.Key{Value: p.Name, ID: p.ID.UUID}
	}
}

// count reads the one number of a statement.
func (ps *Profiles) count(ctx context.Context, statement string, args ...any) (n int, err error) {
	rows, err := ps.read.Query(ctx, statement, args...)
	if err != nil {
		return 0, fmt.Errorf("count certificate profiles: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, fmt.Errorf("count certificate profiles: %w", err)
		}
	}
	return n, rows.Err()
}
