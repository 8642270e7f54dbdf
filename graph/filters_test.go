package graph_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/graph"
	"gatehouse/internal/id"
	"gatehouse/internal/viewer"
)

// TestEveryFilterTreatsItsValuesAlike: of each field of each filter of the schema, so
// that one which is added later is none that is treated otherwise. Too many values, an
// empty text, one that no row can have, and the id of something else are refused, with
// a sentence that names the field; a value that stands twice counts once, and an empty
// list is no mistake.
func TestEveryFilterTreatsItsValuesAlike(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	schema := contract(t)
	v := everyRole()
	seen := 0
	for name, filter := range schema.Types {
		if filter.Kind != ast.InputObject || !strings.HasSuffix(name, "Filter") {
			continue
		}
		document, told := filtering(t, schema, name)
		refuses := func(field string, value any, says string) {
			t.Helper()
			a := c.filtered(v, document, told(map[string]any{field: value}))
			messages := []string{}
			for _, e := range a.Errors {
				if e.Extensions.Code == "BAD_USER_INPUT" {
					messages = append(messages, e.Message)
				}
			}
			if codes, said := refused(a.Data); slices.Contains(codes, "INVALID") {
				messages = append(messages, said...)
			}
			if len(messages) != 1 || !strings.Contains(messages[0], "filter's "+field+" ") || !strings.Contains(messages[0], says) {
				t.Errorf("%s.%s: %.40s is answered with %.400s", name, field, fmt.Sprint(value), a.body)
			}
		}
		takes := func(field string, value any) {
			t.Helper()
			if strings.HasPrefix(document, "subscription") {
				return // it would begin; internal/live tells what it gives then
			}
			if a := c.ask(&v, document, told(map[string]any{field: value})); len(a.Errors) > 0 {
				t.Errorf("%s.%s: %.40s is answered with %.400s", name, field, fmt.Sprint(value), a.body)
			}
		}
		for _, f := range filter.Fields {
			seen++
			of := f.Type.Name()
			isText, isID, isEnum := of == "String", of == "ID", schema.Types[of].Kind == ast.Enum
			switch {
			case f.Type.Elem == nil && isText:
				for _, empty := range []string{"", " \t"} {
					refuses(f.Name, empty, "is empty")
				}
				refuses(f.Name, strings.Repeat("x", 5000), "has 5000 characters")
				refuses(f.Name, "a\x00b", "control character")
			case f.Type.Elem == nil:
				if isID || isEnum {
					t.Errorf("%s.%s: no test tells how one %s is treated", name, f.Name, of)
				}
			case isText:
				takes(f.Name, []string{})
				refuses(f.Name, []string{" "}, "is empty")
				refuses(f.Name, []string{strings.Repeat("x", 5000)}, "has 5000 characters")
				refuses(f.Name, []string{"a\x00b"}, "control character")
				refuses(f.Name, slices.Repeat([]string{"ab"}, 101), "has 101 values; up to 100")
			case isID:
				refuses(f.Name, slices.Repeat([]string{id.New(id.Seat).String()}, 1001), "has 1001 values; up to 1000")
				if f.Name != "resourceIds" { // which are of everything
					refuses(f.Name, []string{id.New(id.Mail).String()}, "the id of something else")
				}
				if name != "WebhookFilter" {
					takes(f.Name, []string{})
				}
			case isEnum:
				one := schema.Types[of].EnumValues[0].Name
				refuses(f.Name, slices.Repeat([]string{one}, 1001), "has 1001 values; up to 1000")
				takes(f.Name, []string{one, one})
				if name != "WebhookFilter" {
					takes(f.Name, []string{})
				}
			}
		}
		for _, f := range filter.Fields { // the ends of spans
			since := strings.TrimSuffix(f.Name, "Before") + "Since"
			if f.Name == "before" {
				since = "since"
			}
			if !strings.HasSuffix(strings.ToLower(f.Name), "before") || filter.Fields.ForName(since) == nil {
				continue
			}
			a := c.ask(&v, document, told(map[string]any{since: "2026-02-01T00:00:00Z", f.Name: "2026-02-01T00:00:00Z"}))
			if !strings.Contains(a.body, since+" must be earlier than "+f.Name) {
				t.Errorf("%s.%s: %.400s", name, f.Name, a.body)
			}
		}
	}
	if seen < 80 {
		t.Errorf("only %d fields of filters were found", seen)
	}
}

// filtering is how a filter of the schema is used: a document, and its variables for
// the filter's values.
func filtering(t *testing.T, schema *ast.Schema, name string) (string, func(filter any) map[string]any) {
	t.Helper()
	told := func(filter any) map[string]any { return map[string]any{"f": filter} }
	for _, f := range schema.Query.Fields {
		if a := f.Arguments.ForName("filter"); a != nil && a.Type.Name() == name {
			return fmt.Sprintf("query($f: %s) { %s(filter: $f) { nodes { id } } }", name, f.Name), told
		}
	}
	for _, f := range schema.Subscription.Fields {
		if a := f.Arguments.ForName("filter"); a != nil && a.Type.Name() == name {
			return fmt.Sprintf("subscription($f: %s) { %s(filter: $f) { cursor } }", name, f.Name), told
		}
	}
	for _, f := range schema.Mutation.Fields {
		in := schema.Types[f.Arguments.ForName("input").Type.Name()]
		if a := in.Fields.ForName("filter"); a != nil && a.Type.Name() == name {
			return fmt.Sprintf("mutation($i: %s!) { %s(input: $i) { userErrors { code message field } } }", in.Name, f.Name), func(filter any) map[string]any {
				return map[string]any{"i": map[string]any{"url": "https://tickets.example.com/", "filter": filter}}
			}
		}
	}
	t.Fatalf("nothing takes a %s", name)
	return "", nil
}

// filtered asks with a filter that is refused, past the door where a subscription takes it.
func (c *caller) filtered(v viewer.Viewer, document string, variables map[string]any) answer {
	c.t.Helper()
	if !strings.HasPrefix(document, "subscription") {
		return c.ask(&v, document, variables)
	}
	api := &graph.API{Inventory: c.Inventory, Feed: c.Feed}
	e := executor.New(api.Schema())
	e.SetErrorPresenter(graph.Presenter(slog.New(slog.DiscardHandler)))
	e.Use(graph.Session{Pin: c.Store.Pin})
	ctx := graphql.StartOperationTrace(c.As(v))
	operation, list := e.CreateOperationContext(ctx, &graphql.RawParams{Query: document, Variables: variables})
	if len(list) > 0 {
		c.t.Fatal(list)
	}
	responses, ctx := e.DispatchOperation(ctx, operation)
	body, err := json.Marshal(responses(ctx))
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{body: string(body)}
	if err := json.Unmarshal(body, &a); err != nil {
		c.t.Fatal(err)
	}
	return a
}

// TestAWrongListIsToldAtItsPlace: whoever sends the same wrong list to any mutation is
// pointed to the same place of it.
func TestAWrongListIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	v := everyRole()
	mutations := []struct{ at, document string }{
		{"list", `mutation($l: SeatListInput!) { it: saveView(input: {name: "x", list: {seats: $l}}) { userErrors { code message field } } }`},
		{"selection", `mutation($l: SeatListInput!) { it: startBulkAction(input: {action: DELETE, selection: {seats: $l}}) { userErrors { code message field } } }`},
		{"list", `mutation($l: SeatListInput!) { it: createExport(input: {list: {seats: $l}}) { userErrors { code message field } } }`},
	}
	var saved struct {
		SaveView struct{ View struct{ ID string } }
	}
	into(t, c.data(v, `mutation { saveView(input: {name: "of enrollments", list: {enrollments: {}}}) { view { id } } }`, nil), &saved)
	absent := id.New(id.View).String()
	for _, row := range []struct {
		name, list string
		field      []string
	}{
		{"a value", `{"filter": {"emails": ["ada@example.com", "ada at example.com"]}}`, []string{"filter", "emails", "1"}},
		{"a list of values", `{"filter": {"emails": ["x"], "seatIds": []}}`, []string{"filter", "emails", "0"}},
		{"a span", `{"filter": {"createdSince": "2026-02-01T00:00:00Z", "createdBefore": "2026-01-01T00:00:00Z"}}`, []string{"filter", "createdBefore"}},
		{"an empty search", `{"search": " "}`, []string{"search"}},
		{"a search for nothing", `{"search": "--"}`, []string{"search"}},
		{"a saved view that is not there", `{"viewId": "` + absent + `"}`, []string{"viewId"}},
		{"a saved view of another list", `{"viewId": "` + saved.SaveView.View.ID + `"}`, []string{"viewId"}},
		{"a saved view beside a system view", `{"view": "ALL", "viewId": "` + absent + `"}`, []string{"viewId"}},
	} {
		var list any
		if err := json.Unmarshal([]byte(row.list), &list); err != nil {
			t.Fatal(err)
		}
		var first string
		for _, m := range mutations {
			var got struct {
				It struct {
					UserErrors []struct {
						Code, Message string
						Field         []string
					}
				}
			}
			into(t, c.data(v, m.document, map[string]any{"l": list}), &got)
			want := append([]string{"input", m.at, "seats"}, row.field...)
			if len(got.It.UserErrors) != 1 || !slices.Equal(got.It.UserErrors[0].Field, want) {
				t.Errorf("%s: %+v, want %v", row.name, got.It.UserErrors, want)
				continue
			}
			if first == "" {
				first = got.It.UserErrors[0].Message
			}
			if got.It.UserErrors[0].Message != first {
				t.Errorf("%s: %q, elsewhere %q", row.name, got.It.UserErrors[0].Message, first)
			}
		}
	}
}

// TestWrongVariablesAreExplained: what was wrong, where, and what would be right, and
// never the value.
func TestWrongVariablesAreExplained(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	v := everyRole()
	const one, many = `query($id: ID!) { seat(id: $id) { id } }`, `query($first: Int, $view: SeatView, $filter: SeatFilter) { seats(first: $first, view: $view, filter: $filter) { nodes { id } } }`
	const create = `mutation($input: CreateSeatInput!) { createSeat(input: $input) { userErrors { code } } }`
	for _, row := range []struct {
		name, document, variables string
		says                      []string
	}{
		{"a required one is missing", one, `{}`, []string{"$id is missing", "required (ID!)", "an id belongs there"}},
		{"a required one is null", one, `{"id": null}`, []string{"$id is null", "required (ID!)"}},
		{"a required field is missing", create, `{"input": {}}`, []string{"$input.businessUnitId is missing", "required (ID!)"}},
		{"null in a list", many, `{"filter": {"emails": [null]}}`, []string{"$filter.emails[0] is null", "required (String!)"}},
		{"no value of an enum", many, `{"view": "GREEN"}`, []string{"$view is no SeatView", "one of ALL, NOT_ENROLLED, ENROLLED"}},
		{"an enum's value in small letters", many, `{"view": "all"}`, []string{"$view is no SeatView", "one of ALL, NOT_ENROLLED"}},
		{"a number for an enum", many, `{"view": 7}`, []string{"$view is no SeatView"}},
		{"no value of an enum in a list", many, `{"filter": {"statuses": ["CREATED", "GREEN"]}}`, []string{"$filter.statuses[1] is no SeatStatus", "one of CREATED, ENROLLED"}},
		{"a number for a text", many, `{"filter": {"emails": [7318]}}`, []string{"$filter.emails[0] is no String", "a text belongs there"}},
		{"a text for a number", many, `{"first": "ten"}`, []string{"$first is no Int", "a whole number belongs there"}},
		{"a number in quotation marks", many, `{"first": "10"}`, []string{"$first is no Int", "a whole number belongs there"}},
		{"a number that is not whole", many, `{"first": 2.5}`, []string{"$first is no Int"}},
		{"a number that is too large", many, `{"first": 99999999999999999999}`, []string{"$first is no Int"}},
		{"a text for true", many, `{"filter": {"hasEmail": "true"}}`, []string{"$filter.hasEmail is no Boolean", "true or false"}},
		{"a text for an object", many, `{"filter": "red"}`, []string{"$filter is no SeatFilter", "an object belongs there, with fields of businessUnitIds, "}},
		{"an unknown field", many, `{"filter": {"colour": "red"}}`, []string{`$filter has a field "colour", which SeatFilter does not have: it has businessUnitIds, seatTypes`}},
		{"no instant", many, `{"filter": {"createdSince": "yesterday"}}`, []string{`"yesterday" is not an instant; write it like`}},
		{"a number for an instant", many, `{"filter": {"createdSince": 5}}`, []string{`is not an instant; write it like`}},
		{"no id", one, `{"id": "seat 4"}`, []string{`is not an id; an id looks like`}},
		{"a number for an id", one, `{"id": 5}`, []string{`id`}},
	} {
		var variables map[string]any
		d := json.NewDecoder(strings.NewReader(row.variables))
		d.UseNumber()
		if err := d.Decode(&variables); err != nil {
			t.Fatal(err)
		}
		a := c.ask(&v, row.document, variables)
		if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("%s: %s", row.name, a.body)
			continue
		}
		for _, says := range row.says {
			if !strings.Contains(a.Errors[0].Message, says) {
				t.Errorf("%s: %q, and nothing of %q", row.name, a.Errors[0].Message, says)
			}
		}
		if strings.Contains(a.body, "7318") {
			t.Errorf("%s: the value is told: %s", row.name, a.body)
		}
	}
}

// into reads an answer's data.
func into(t *testing.T, data map[string]any, target any) {
	t.Helper()
	b, err := json.Marshal(data)
	if err == nil {
		err = json.Unmarshal(b, target)
	}
	if err != nil {
		t.Fatal(err)
	}
}
