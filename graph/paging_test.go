package graph_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// order is one way in which a root list can be ordered: its argument, and the
// field of its elements that says so.
type order struct{ argument, direction, field string }

// onlyOrder is that of the root lists which have no other.
var onlyOrder = map[string]order{"views": {"", "ASC", "name"}, "jobs": {"", "DESC", "createdAt"}, "webhooks": {"", "DESC", "createdAt"}}

// orders are all orders of a root list.
func orders(schema *ast.Schema, f *ast.FieldDefinition) []order {
	if only, is := onlyOrder[f.Name]; is {
		return []order{only}
	}
	by := schema.Types[f.Arguments.ForName("orderBy").Type.Name()]
	var all []order
	for _, direction := range []string{"ASC", "DESC"} {
		field := by.Fields.ForName("field")
		if field == nil { // the log, which is ordered by time
			all = append(all, order{"orderBy: {direction: " + direction + "}", direction, "at"})
			continue
		}
		for _, v := range schema.Types[field.Type.Name()].EnumValues {
			all = append(all, order{"orderBy: {field: " + v.Name + ", direction: " + direction + "}", direction, camel(v.Name)})
		}
	}
	return all
}

// camel is the field that a value of an order's enum names.
func camel(value string) string {
	words := strings.Split(strings.ToLower(value), "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

// lists are the root fields that are lists of pages.
func lists(schema *ast.Schema) []*ast.FieldDefinition {
	return slices.DeleteFunc(slices.Clone(schema.Query.Fields), func(f *ast.FieldDefinition) bool {
		return !strings.HasSuffix(f.Type.Name(), "Connection")
	})
}

// element is one of a list: its id, what it is ordered by, and its cursor.
type element struct{ id, by, cursor string }

// read reads one page, and says whether there is more in the direction read.
func (c *caller) read(t testing.TB, v viewer.Viewer, f *ast.FieldDefinition, o order, size int, cursor string, backward bool) (elements []element, more bool) {
	t.Helper()
	window := fmt.Sprintf("first: %d", size)
	if backward {
		window = fmt.Sprintf("last: %d", size)
	}
	if cursor != "" {
		window += map[bool]string{false: ", after: ", true: ", before: "}[backward] + fmt.Sprintf("%q", cursor)
	}
	page := c.data(v, "{ list: "+f.Name+"("+window+", "+o.argument+") { edges { cursor node { id by: "+o.field+" } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }", nil)["list"].(map[string]any)
	for _, edge := range page["edges"].([]any) {
		e := edge.(map[string]any)
		node := e["node"].(map[string]any)
		elements = append(elements, element{node["id"].(string), node["by"].(string), e["cursor"].(string)})
	}
	info := page["pageInfo"].(map[string]any)
	if len(elements) > 0 && (info["startCursor"] != elements[0].cursor || info["endCursor"] != elements[len(elements)-1].cursor) {
		t.Errorf("%s %s: the pageInfo's cursors are not those of the page's ends", f.Name, o.argument)
	}
	if backward {
		return elements, info["hasPreviousPage"].(bool)
	}
	return elements, info["hasNextPage"].(bool)
}

// walk reads a whole list page by page.
func (c *caller) walk(t testing.TB, v viewer.Viewer, f *ast.FieldDefinition, o order, size int, backward bool) []element {
	t.Helper()
	var all []element
	cursor := ""
	for range 1000 {
		page, more := c.read(t, v, f, o, size, cursor, backward)
		if backward {
			all = append(slices.Clone(page), all...)
		} else {
			all = append(all, page...)
		}
		if !more {
			return all
		}
		if len(page) != size {
			t.Fatalf("%s %s: a page of %d says that there is more", f.Name, o.argument, len(page))
		}
		cursor = page[size-1].cursor
		if backward {
			cursor = page[0].cursor
		}
	}
	t.Fatalf("%s %s does not end", f.Name, o.argument)
	return nil
}

// aListIsItsPages walks every root list in every order, forwards and backwards, by
// small pages: each element comes once, in order, and as many as are counted.
func (c *crowd) aListIsItsPages(t *testing.T) {
	t.Parallel()
	schema := contract(t)
	for name, v := range c.lookers() {
		for _, f := range lists(schema) {
			if a := c.ask(&v, "{ "+f.Name+" { totalCount } }", nil); len(a.Errors) > 0 {
				continue // the requester may not
			}
			counted := int(c.data(v, "{ list: "+f.Name+" { totalCount } }", nil)["list"].(map[string]any)["totalCount"].(float64))
			size := min(max(7, counted/12), 100)
			var first []string
			for _, o := range orders(schema, f) {
				where := f.Name + "(" + o.argument + ") for " + name
				forward, backward := c.walk(t, v, f, o, size, false), c.walk(t, v, f, o, size, true)
				if !slices.EqualFunc(forward, backward, func(a, b element) bool { return a.id == b.id }) {
					t.Errorf("%s: forwards %d elements, backwards %d, or in another order", where, len(forward), len(backward))
				}
				ids := make([]string, len(forward))
				for i, e := range forward {
					ids[i] = e.id
					if i > 0 && !ordered(o, forward[i-1].by, e.by) {
						t.Errorf("%s: %q comes before %q", where, forward[i-1].by, e.by)
					}
				}
				slices.Sort(ids)
				if len(slices.Compact(slices.Clone(ids))) != len(ids) {
					t.Errorf("%s: an element comes twice", where)
				}
				if first == nil {
					first = ids
				}
				if !slices.Equal(first, ids) {
					t.Errorf("%s has other elements than in another order: %d and %d", where, len(ids), len(first))
				}
			}
			if counted != len(first) || len(first) < 50 && !(f.Name == "jobs" && counted == 0 && name == "the requester's own") { // who may start none
				t.Errorf("%s for %s: %v counted, %d read", f.Name, name, counted, len(first))
			}
		}
	}
}

// ordered reports whether a may come before b. Instants are compared as such:
// their text has as many digits as it needs.
func ordered(o order, a, b string) bool {
	cmp := strings.Compare(strings.ToLower(a), strings.ToLower(b))
	if x, err := time.Parse(time.RFC3339Nano, a); err == nil {
		if y, err := time.Parse(time.RFC3339Nano, b); err == nil {
			cmp = x.Compare(y)
		}
	}
	if o.direction == "DESC" {
		return cmp >= 0
	}
	return cmp <= 0
}

// TestACursorBelongsToItsList: with another order, direction, filter or list it
// is refused, since the page behind it would mean nothing.
func TestACursorBelongsToItsList(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.Purchase(lifecycle.User, lifecycle.Device)
	newTenant(t, c.World, "alpaca")
	v := everyRole()
	w := newWalker(t)
	var strange string // of the list before
	for _, f := range lists(w.schema) {
		all := orders(w.schema, f)
		page, _ := c.read(t, v, f, all[0], 1, "", false)
		cursor := page[0].cursor
		others := map[string]string{"of no list": all[0].argument}
		if strange != "" {
			others["of another list"] = all[0].argument
		}
		for _, o := range all[1:] {
			others["of another order than "+o.argument] = o.argument
		}
		var filters []string
		if a := f.Arguments.ForName("filter"); a != nil {
			filters = w.values(f.Name, "filter", a.Type, recipes{ids: []string{v.Issuer}, strings: []string{"xyz"}})
		}
		for _, value := range filters {
			if !strings.Contains(value, v.Issuer) && !strings.Contains(value, "false") { // no id; nor what it is when left out
				others["of another filter, without "+value] = all[0].argument + ", filter: " + value
			}
		}
		if a := f.Arguments.ForName("view"); a != nil {
			others["of another view"] = all[0].argument + ", view: " + w.schema.Types[a.Type.Name()].EnumValues[1].Name
		}
		if f.Arguments.ForName("list") != nil {
			others["of the views of all lists"] = "list: SEATS"
		}
		if f.Arguments.ForName("search") != nil {
			others["of another search"] = all[0].argument + `, search: "x"`
		}
		for what, arguments := range others {
			given := cursor
			switch what {
			case "of no list":
				given = "bm90aGluZw"
			case "of another list":
				given = strange
			}
			for _, end := range []string{"first: 2, after: ", "last: 2, before: "} {
				a := c.ask(&v, "{ "+f.Name+"("+end+fmt.Sprintf("%q", given)+", "+arguments+") { pageInfo { hasNextPage } } }", nil)
				if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "BAD_USER_INPUT" || !strings.Contains(a.Errors[0].Message, "cursor") {
					t.Errorf("%s takes a cursor %s: %.300s", f.Name, what, a.body)
				}
			}
		}
		strange = cursor
	}
}

// TestTwoFieldsMayAskForTheSamePage: they share one read, and neither may turn
// the other's rows round.
func TestTwoFieldsMayAskForTheSamePage(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.Purchase(lifecycle.User)
	unit := c.Unit("alpaca").ID
	c.Allocate(unit, lifecycle.User, 1)
	seat := c.Seats(unit, lifecycle.User, "seat")[0]
	for n := range 5 {
		request := c.Request(rita(), c.Profile(unit, fmt.Sprint("Profile ", n)).ID, "seat").ID
		for m := range 5 {
			c.Clock.Pass(time.Second)
			c.Note(everyRole(), request, fmt.Sprint("Note ", m))
		}
	}
	const nested = `nodes { id notes(last: 3) { nodes { text } } again: notes(last: 3) { nodes { text } } auditTrail(last: 3) { nodes { id } } more: auditTrail(last: 3) { nodes { id } } }`
	data := c.data(everyRole(), fmt.Sprintf(`{ seat(id: %q) { enrollments(last: 3) { %s } again: enrollments(last: 3) { %s } auditTrail(last: 3) { nodes { id } } more: auditTrail(last: 3) { nodes { id } } } }`, seat.ID, nested, nested), nil)["seat"].(map[string]any)
	if !reflect.DeepEqual(data["enrollments"], data["again"]) || !reflect.DeepEqual(data["auditTrail"], data["more"]) {
		t.Errorf("the same page twice is not the same: %v", data)
	}
	for _, e := range data["enrollments"].(map[string]any)["nodes"].([]any) {
		one := e.(map[string]any)
		if !reflect.DeepEqual(one["notes"], one["again"]) || !reflect.DeepEqual(one["auditTrail"], one["more"]) {
			t.Errorf("the same page twice is not the same: %v", one)
		}
		if got := fmt.Sprint(one["notes"]); got != "map[nodes:[map[text:Note 2] map[text:Note 3] map[text:Note 4]]]" {
			t.Errorf("the last three notes are %s", got)
		}
	}
}
