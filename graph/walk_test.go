package graph_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse"
	"gatehouse/internal/id"
)

// The walks write their documents from schema.graphqls, so that a new field is
// covered by itself. What they cannot guess has a recipe here, and a new
// argument without one fails the test with a sentence that says what to add.

// contract is the public schema.
func contract(t testing.TB) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: gatehouse.Schema})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// walker writes selections of everything that can be reached from a type.
type walker struct {
	t      testing.TB
	schema *ast.Schema
	// page is what a nested connection is asked for, such as "first: 100".
	page string
	// skip leaves fields out; nil leaves none out.
	skip func(field string) bool
	// reached is every "Type.field" that was written.
	reached map[string]bool
}

func newWalker(t testing.TB) *walker {
	return &walker{t: t, schema: contract(t), page: "first: 100", reached: map[string]bool{}}
}

// selection is what can be asked of a type: every leaf, and every object down to
// the depth. Pages, and objects that hold nothing but leaves, are no step down.
func (w *walker) selection(typ *ast.Definition, depth int) string {
	w.t.Helper()
	parts := []string{"__typename"}
	for _, f := range typ.Fields {
		if strings.HasPrefix(f.Name, "__") || w.skip != nil && w.skip(f.Name) {
			continue
		}
		of := w.schema.Types[f.Type.Name()]
		if of.IsLeafType() {
			w.reached[typ.Name+"."+f.Name] = true
			parts = append(parts, f.Name)
			continue
		}
		left := depth - 1
		switch {
		case isPage(of) && depth > 0, w.onlyLeaves(of):
			left = depth
		case isPage(typ) && f.Name == "node":
			left = depth - 1
		case isPage(typ) && f.Name == "nodes":
			left = 0 // the same elements as under edges
		}
		if left < 0 {
			continue
		}
		w.reached[typ.Name+"."+f.Name] = true
		parts = append(parts, f.Name+w.nested(typ, f)+" { "+w.selection(of, left)+" }")
	}
	return strings.Join(parts, " ")
}

// nested are the arguments of a field below the root.
func (w *walker) nested(typ *ast.Definition, f *ast.FieldDefinition) string {
	w.t.Helper()
	var given []string
	for _, a := range f.Arguments {
		switch a.Name {
		case "first":
			given = append(given, w.page)
		case "after", "last", "before":
		case "days", "sources", "outcomes", "statuses": // their own defaults
		default:
			w.t.Errorf("%s.%s has an argument %q that the walks have no recipe for; add one to (*walker).nested in graph/walk_test.go.", typ.Name, f.Name, a.Name)
		}
	}
	return arguments(given)
}

// isPage reports whether a type is a part of a connection.
func isPage(typ *ast.Definition) bool {
	return strings.HasSuffix(typ.Name, "Connection") || strings.HasSuffix(typ.Name, "Edge")
}

// onlyLeaves reports whether a type is a value: no thing of its own, and its
// fields all scalars and enums.
func (w *walker) onlyLeaves(typ *ast.Definition) bool {
	return typ.Kind == ast.Object && !implementsNode(typ) && !slices.ContainsFunc(typ.Fields, func(f *ast.FieldDefinition) bool {
		return !strings.HasPrefix(f.Name, "__") && !w.schema.Types[f.Type.Name()].IsLeafType()
	})
}

func implementsNode(typ *ast.Definition) bool { return slices.Contains(typ.Interfaces, "Node") }

// arguments is a list of them as a document has it.
func arguments(given []string) string {
	if len(given) == 0 {
		return ""
	}
	return "(" + strings.Join(given, ", ") + ")"
}

// rootDocuments are documents that ask a root field for all that it can show, one
// for each way of asking that the recipes know.
func (w *walker) rootDocuments(f *ast.FieldDefinition, depth int, r recipes) []string {
	w.t.Helper()
	return w.roots(f, depth, w.ways(f, r))
}

// roots are the documents for these lists of arguments. An interface is asked for
// each of its types by itself: two types may give one name to fields of two kinds.
func (w *walker) roots(f *ast.FieldDefinition, depth int, ways []string) []string {
	w.t.Helper()
	w.reached["Query."+f.Name] = true
	typ := w.schema.Types[f.Type.Name()]
	bodies := []string{}
	switch {
	case typ.IsAbstractType():
		for _, of := range w.schema.GetPossibleTypes(typ) {
			bodies = append(bodies, "__typename ... on "+of.Name+" { "+w.selection(of, depth)+" }")
		}
	case isPage(typ):
		bodies = append(bodies, w.selection(typ, depth+1))
	case typ.IsLeafType():
		bodies = append(bodies, "")
	default:
		bodies = append(bodies, w.selection(typ, depth))
	}
	var documents []string
	for _, way := range ways {
		for _, body := range bodies {
			if body != "" {
				body = " { " + body + " }"
			}
			documents = append(documents, "{ "+f.Name+way+body+" }")
		}
	}
	return documents
}

// recipes are the values that the arguments of root fields are given.
type recipes struct {
	// ids, strings: what a caller may know of somebody else's things. few are the
	// ids that are asked for one by one.
	ids, few, strings []string
	// formed are the texts that have a form of their own, by the filter's field.
	formed map[string][]string
	// narrow: ask with these alone, and not with every order, view and time.
	narrow bool
}

// formed are texts of filters that have a form of their own, as nobody's thing has them.
var formed = map[string]string{
	"serialNumbers": "0a", "sha256": strings.Repeat("0a", 32), "keySha256": strings.Repeat("0a", 32), "authorityKeyIds": "0a0a0a0a",
	"keyAlgorithms": "EC_P256", "signatureAlgorithms": "ECDSA-SHA256",
	"emails": "nobody@example.com",
	"state":  base64.RawURLEncoding.EncodeToString([]byte(`{"v":1,"list":"SEATS"}`)),
}

// texts are those that a field of this name is given.
func (r recipes) texts(name string) []string {
	form, has := formed[name]
	switch known := r.formed[name]; {
	case !has:
		return r.strings
	case len(known) == 0:
		return []string{form}
	default:
		return known
	}
}

// views are the saved views among the ids: a list is asked through each of them.
func (r recipes) views() []string {
	return slices.DeleteFunc(slices.Clone(r.ids), func(one string) bool { return !strings.HasPrefix(one, string(id.View)+"_") })
}

// ways are the lists of arguments that a root field is asked with: nothing but
// what it needs, and then each argument with each of its values.
func (w *walker) ways(f *ast.FieldDefinition, r recipes) []string {
	w.t.Helper()
	var always []string
	if f.Arguments.ForName("first") != nil {
		always = append(always, "first: 100")
	}
	var ways []string
	needs := f.Name == "listState" // exactly one of list and state
	for _, a := range f.Arguments {
		switch {
		case slices.Contains([]string{"first", "after", "last", "before"}, a.Name), f.Name == "listState" && a.Name == "columns":
			continue
		}
		must := a.Type.NonNull && a.DefaultValue == nil
		needs = needs || must
		if r.narrow && !must && !w.names(a.Type) {
			continue
		}
		for _, v := range w.values(f.Name, a.Name, a.Type, r) {
			ways = append(ways, arguments(append(slices.Clone(always), a.Name+": "+v)))
		}
	}
	if !needs {
		ways = append(ways, arguments(always))
	}
	return ways
}

// values are the values of an argument, or of a field of a filter, as literals.
func (w *walker) values(field, name string, t *ast.Type, r recipes) []string {
	w.t.Helper()
	typ := w.schema.Types[t.Name()]
	switch {
	case t.Elem != nil && typ.Kind == ast.Enum:
		var all []string
		for _, v := range typ.EnumValues {
			all = append(all, v.Name)
		}
		return []string{"[" + strings.Join(all, ", ") + "]"}
	case typ.Kind == ast.Enum:
		var all []string
		for _, v := range typ.EnumValues {
			all = append(all, v.Name)
		}
		return all
	case t.Elem != nil && typ.Name == "ID":
		return inLists(ofTheirKind(name, r.ids))
	case typ.Name == "ID" && name == "viewId":
		return quotedAll(r.views())
	case typ.Name == "ID":
		return quotedAll(r.few)
	case t.Elem != nil && typ.Name == "String":
		return inLists(r.texts(name))
	case typ.Name == "String":
		return quotedAll(r.texts(name))
	case typ.Name == "Boolean":
		return []string{"true", "false"}
	case typ.Name == "DateTime" && strings.HasSuffix(strings.ToLower(name), "since"):
		return []string{`"2000-01-01T00:00:00Z"`}
	case typ.Name == "DateTime" && strings.HasSuffix(strings.ToLower(name), "before"):
		return []string{`"2100-01-01T00:00:00Z"`}
	case typ.Name == "ListInput": // which names a list and reads none: what stands in its filter is said again
		var all []string
		for _, f := range typ.Fields {
			all = append(all, "{"+f.Name+": {}}")
			for _, v := range r.views() {
				all = append(all, "{"+f.Name+": {viewId: "+strconv.Quote(v)+"}}")
			}
		}
		return all
	case typ.Kind == ast.InputObject && t.Elem == nil:
		var all []string
		for _, f := range typ.Fields {
			if r.narrow && !w.names(f.Type) {
				continue
			}
			for _, v := range w.values(field, f.Name, f.Type, r) {
				all = append(all, "{"+f.Name+": "+v+"}")
			}
		}
		return all
	}
	w.t.Errorf("The walks do not know what to give Query.%s for %q of type %s; add a recipe to (*walker).values in graph/walk_test.go.", field, name, t)
	return nil
}

// names reports whether an argument can name a thing: by its id, by a text, or by
// a field of a filter that does.
func (w *walker) names(t *ast.Type) bool {
	typ := w.schema.Types[t.Name()]
	return typ.Name == "ID" || typ.Name == "String" || typ.Kind == ast.InputObject &&
		slices.ContainsFunc(typ.Fields, func(f *ast.FieldDefinition) bool { return w.names(f.Type) })
}

// mostInList is how many things one list names; nodes takes no more.
const mostInList = 100

// kindsOf are the kinds of the ids that fields of filters take, by their names.
var kindsOf = map[string]id.Kind{
	"businessUnitIds": id.BusinessUnit, "excludeBusinessUnitIds": id.BusinessUnit, "profileIds": id.Profile, "excludeProfileIds": id.Profile, "seats": id.Seat,
}

// ofTheirKind are those ids that a field takes, or one of nothing when there are none;
// a list in which others stand is refused, and would find nothing out.
func ofTheirKind(name string, ids []string) (fit []string) {
	kind, one := kindsOf[name]
	if !one {
		return ids
	}
	for _, known := range ids {
		if strings.HasPrefix(known, string(kind)+"_") {
			fit = append(fit, known)
		}
	}
	if len(fit) == 0 {
		fit = []string{id.New(kind).String()}
	}
	return fit
}

// inLists are the values in as many lists as they need.
func inLists(values []string) []string {
	var lists []string
	for part := range slices.Chunk(values, mostInList) {
		lists = append(lists, "["+strings.Join(quotedAll(part), ", ")+"]")
	}
	return lists
}

func quotedAll(values []string) []string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return quoted
}

// everyFieldReached fails for a field that no document has asked for.
func (w *walker) everyFieldReached() {
	w.t.Helper()
	for _, typ := range w.schema.Types {
		if typ.Kind != ast.Object || typ.BuiltIn || typ == w.schema.Mutation || isOutcome(typ) || isTold(w.schema, typ) {
			continue
		}
		for _, f := range typ.Fields {
			if name := fmt.Sprintf("%s.%s", typ.Name, f.Name); !strings.HasPrefix(f.Name, "__") && !w.reached[name] {
				w.t.Errorf("No document of the walk asks for %s; can it be reached, and is the walk deep enough?", name)
			}
		}
	}
}

// isOutcome reports whether a type tells what came of a mutation; those are
// walked with the mutations.
func isOutcome(typ *ast.Definition) bool {
	return typ.Name != "JobResult" && strings.HasSuffix(typ.Name, "Payload") || strings.HasSuffix(typ.Name, "Result") || strings.HasPrefix(typ.Name, "SeatImport") || typ.Name == "UserError" || typ.Name == "Export"
}

// isTold reports whether a type is the subscriptions' or one of their messages; those
// are walked by the test of subscriptions.
func isTold(schema *ast.Schema, typ *ast.Definition) bool {
	return typ == schema.Subscription || slices.ContainsFunc(schema.Subscription.Fields, func(f *ast.FieldDefinition) bool { return f.Type.Name() == typ.Name })
}
