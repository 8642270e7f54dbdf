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

// mostArms is up to how many values are merged before what is left of the filter is
// asked of each row. Each is planned by itself.
const mostArms = 16

// narrowing is one part of a filter, in the forms in which it can be asked.
type narrowing struct {
	// arms are what an index that starts with the column answers in the order of time, a
	// condition for each value; none when there is no such index.
	arms []string
	// array is the same for more values than are written out, where nothing else is
	// asked of a row; nil when there is none.
	array *page.Branch
	// few: each value has so few entries that all else may be asked of each.
	few bool
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
		way := m
		left := residuals(slices.Concat(parts[:i], parts[i+1:]))
		switch {
		case part.few && part.array != nil && (len(left) == 0 || len(part.arms) > mostArms):
			way.Branches = []page.Branch{{From: part.array.From, Where: slices.Concat(part.array.Where, always, left)}}
		case len(part.arms) > 0 && len(part.arms) <= mostArms:
			arms := make([][]string, len(part.arms))
			for n, arm := range part.arms {
				arms[n] = []string{arm}
			}
			way.Branches, way.Residual = []page.Branch{{Arms: arms, Where: always}}, left
		case len(left) == 0 && part.array != nil:
			way.Branches = []page.Branch{{From: part.array.From, Where: slices.Concat(part.array.Where, always)}}
		default:
			continue
		}
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
	if f.RequestID != nil {
		is := "a.request_id = " + m.Arg(*f.RequestID)
		parts = append(parts, narrowing{arms: []string{is + " AND a.request_id <> ''"}, residual: is}) // as its partial index has it
	}
	if f.ResourceIDs != nil {
		things, types := resources(f.ResourceIDs)
		if len(things) == 0 {
			return nil, false
		}
		parts = append(parts, byThing(m, things, types))
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
	if f.Codes != nil {
		parts = append(parts, fewValued("code", f.Codes, true))
	}
	if f.Outcomes != nil {
		// What succeeded is most of the log, and its outcome stands in no index.
		parts = append(parts, fewValued("outcome", f.Outcomes, !slices.Contains(f.Outcomes, audit.Success)))
	}
	if f.Actions != nil {
		parts = append(parts, fewValued("action", f.Actions, true))
	}
	if f.ResourceTypes != nil {
		parts = append(parts, fewValued("resource_type", f.ResourceTypes, true))
	}
	if len(f.ExcludeActions) > 0 {
		parts = append(parts, narrowing{residual: "NOT (" + fewValued("action", f.ExcludeActions, false).residual + ")"})
	}
	if len(f.ExcludeActorSubjects) > 0 {
		parts = append(parts, narrowing{residual: "a.actor_subject <> ALL(" + m.Arg(pq.Array(f.ExcludeActorSubjects)) + "::text[])"})
	}
	return parts, true
}

// byThing narrows by what entries are about. However many things these are, each has
// few entries.
func byThing(m *page.Merge, things []uuid.UUID, types []audit.Resource) narrowing {
	ids, kinds := m.Arg(pq.Array(things))+"::uuid[]", m.Arg(pq.Array(types))+"::text[]"
	pairs := fmt.Sprintf("unnest(%s, %s)", ids, kinds)
	part := narrowing{
		few:      true,
		array:    &page.Branch{From: pairs + " AS b(thing, type)", Where: []string{"a.resource_id = b.thing", "a.resource_type = b.type"}},
		residual: "(a.resource_id, a.resource_type) IN (SELECT p.thing, p.type FROM " + pairs + " AS p(thing, type))",
	}
	for n := range things {
		part.arms = append(part.arms, fmt.Sprintf("a.resource_id = (%[1]s)[%[3]d] AND a.resource_type = (%[2]s)[%[3]d]", ids, kinds, n+1))
	}
	return part
}

// manyValued narrows an indexed column that has many values.
func manyValued[T comparable](m *page.Merge, column, sqlType string, values []T) narrowing {
	values = distinct(values)
	array := m.Arg(pq.Array(values)) + "::" + sqlType + "[]"
	part := narrowing{residual: fmt.Sprintf("a.%s = ANY(%s)", column, array)}
	if len(values) <= mostArms {
		for n := range values {
			part.arms = append(part.arms, fmt.Sprintf("a.%s = (%s)[%d]", column, array, n+1))
		}
	}
	if len(values) <= mostValues {
		part.array = &page.Branch{From: "unnest(" + array + ") AS b(value)", Where: []string{"a." + column + " = b.value"}}
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
			part.arms = append(part.arms, "a."+column+" = "+q)
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
