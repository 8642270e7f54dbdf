package auditlog

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// mostValues is up to how many values a list is merged of, a branch each; more are
// looked for among what another index gives.
const mostValues = 50

// narrowing is one part of a filter, in the two forms in which it can be asked.
type narrowing struct {
	// branches are what an index that starts with the column answers in the order
	// of time; none when there is no such index.
	branches []page.Branch
	// residual asks the same of each row that another index gives.
	residual string
}

// ways turns what a viewer sees and a filter into the merges that give the list,
// one for each index that narrows it, the most promising first; none when
// nothing can match. All give the same list: which of them looks through the
// fewest rows depends on the data, and so list.go tries the next one before it
// refuses a filter as too broad.
func ways(seen scope.Scope, f Filter, direction page.Direction) []page.Merge {
	m := page.Merge{Table: "audit_entries a", Alias: "a", Columns: columns, Order: "at", Cast: "timestamptz", Descending: direction != page.Ascending}
	parts, some := narrowings(&m, seen, f)
	if !some {
		return nil
	}
	var always []string
	if f.Since != nil {
		always = append(always, "a.at >= "+m.Arg(*f.Since))
	}
	if f.Before != nil {
		always = append(always, "a.at < "+m.Arg(*f.Before))
	}
	var all []page.Merge
	for i, part := range parts {
		if len(part.branches) == 0 {
			continue
		}
		way := m
		for _, b := range part.branches {
			way.Branches = append(way.Branches, page.Branch{From: b.From, Where: slices.Concat(b.Where, always)})
		}
		way.Residual = residuals(slices.Concat(parts[:i], parts[i+1:]))
		all = append(all, way)
	}
	if len(all) == 0 { // no index but that of the time
		m.Branches = []page.Branch{{Where: always}}
		m.Residual = residuals(parts)
		all = append(all, m)
	}
	return all
}

func residuals(parts []narrowing) []string {
	var conditions []string
	for _, part := range parts {
		conditions = append(conditions, part.residual)
	}
	return conditions
}

// narrowings are the parts of a filter, the most promising index first; false
// when nothing can match.
func narrowings(m *page.Merge, seen scope.Scope, f Filter) ([]narrowing, bool) {
	if f.nothing() {
		return nil, false
	}
	var parts []narrowing
	if f.ResourceIDs != nil {
		things, types := resources(f.ResourceIDs)
		if len(things) == 0 {
			return nil, false
		}
		pairs := fmt.Sprintf("unnest(%s::uuid[], %s::text[])", m.Arg(pq.Array(things)), m.Arg(pq.Array(types)))
		parts = append(parts, narrowing{ // however many: each has few entries
			branches: []page.Branch{{From: pairs + " AS b(thing, type)", Where: []string{"a.resource_id = b.thing", "a.resource_type = b.type"}}},
			residual: "(a.resource_id, a.resource_type) IN (SELECT p.thing, p.type FROM " + pairs + " AS p(thing, type))",
		})
	}
	if f.ActorSubjects != nil {
		parts = append(parts, manyValued(m, "actor_subject", "text", f.ActorSubjects))
	}
	units, all := unitsOf(seen, f.BusinessUnitIDs)
	if !all {
		if len(units) == 0 {
			return nil, false
		}
		parts = append(parts, manyValued(m, "business_unit_id", "uuid", units))
	}
	if f.Outcomes != nil {
		// What succeeded is most of the log, and its outcome stands in no index.
		parts = append(parts, fewValued("outcome", f.Outcomes, !slices.Contains(f.Outcomes, audit.Success)))
	}
	if f.Actions != nil {
		parts = append(parts, fewValued("action", f.Actions, true))
	}
	if f.ResourceTypes != nil {
		parts = append(parts, fewValued("resource_type", f.ResourceTypes, false))
	}
	return parts, true
}

// manyValued narrows an indexed column that has many values.
func manyValued[T comparable](m *page.Merge, column, sqlType string, values []T) narrowing {
	values = distinct(values)
	array := m.Arg(pq.Array(values)) + "::" + sqlType + "[]"
	part := narrowing{residual: fmt.Sprintf("a.%s = ANY(%s)", column, array)}
	if len(values) <= mostValues {
		part.branches = []page.Branch{{From: "unnest(" + array + ") AS b(value)", Where: []string{"a." + column + " = b.value"}}}
	}
	return part
}

// fewValued narrows a column that holds one of an enum's values. They stand in
// the statement's text: given as an argument the planner takes a value for an
// average one, filters the index of the time, and reads the whole log to find that
// a rare act never was.
func fewValued[T ~string](column string, values []T, indexed bool) narrowing {
	values = distinct(values)
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = pq.QuoteLiteral(string(v))
	}
	part := narrowing{residual: fmt.Sprintf("a.%s IN (%s)", column, strings.Join(quoted, ", "))}
	if indexed {
		for _, q := range quoted {
			part.branches = append(part.branches, page.Branch{Where: []string{"a." + column + " = " + q}})
		}
	}
	return part
}

// resources are the things that public ids name, with their types. An id of a
// kind that the log has no entries about names nothing.
func resources(ids []id.ID) (things []uuid.UUID, types []audit.Resource) {
	for _, i := range distinct(ids) {
		if resource, ok := resourceOf(i.Kind); ok {
			things, types = append(things, i.UUID), append(types, resource)
		}
	}
	return things, types
}

// unitsOf are the business units to read: those asked for that exist for the
// viewer, or all of the viewer's. True means every entry, with a business unit or
// without.
func unitsOf(seen scope.Scope, asked []id.ID) ([]uuid.UUID, bool) {
	if asked == nil {
		return seen.IDs(), seen.All
	}
	return slices.DeleteFunc(id.UUIDs(id.BusinessUnit, asked), func(u uuid.UUID) bool { return !seen.Has(u) }), false
}

// distinct are the values without repeats, in order: a branch for each repeat
// would list its entries twice.
func distinct[T comparable](values []T) []T {
	seen := make(map[T]bool, len(values))
	out := make([]T, 0, len(values))
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
