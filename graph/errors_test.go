package graph_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gatehouse/graph"
	faults "gatehouse/internal/fault"
	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestWhatACallerIsToldOfABadQuestion: a code for programs and a sentence that
// says what was wrong and what would be right.
func TestWhatACallerIsToldOfABadQuestion(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	never := id.New(id.Enrollment).String()
	many := "[" + strings.Repeat(fmt.Sprintf("%q, ", never), 101) + "]"
	for name, test := range map[string]struct{ document, code, says string }{
		"an id that is none":             {`{ enrollment(id: "42") { id } }`, "BAD_USER_INPUT", `"42" is not an id; an id looks like enr_`},
		"an id of a kind that is none":   {`{ node(id: "cat_01h455vb4pex5vsknk084sn02q") { id } }`, "BAD_USER_INPUT", "is not an id"},
		"an id that is cut short":        {`{ nodes(ids: ["` + never[:12] + `"]) { id } }`, "BAD_USER_INPUT", "is not an id"},
		"a number for an id":             {`{ seat(id: 7) { id } }`, "BAD_USER_INPUT", "An id is a string, not 7"},
		"more nodes than one call finds": {`{ nodes(ids: ` + many + `) { id } }`, "BAD_USER_INPUT", "up to 100 things; 101 ids were given"},
		"a page of nothing":              {`{ seats(first: 0) { nodes { id } } }`, "BAD_USER_INPUT", "1 to 100 elements; 0 were asked for"},
		"a page of more than there is":   {`{ enrollments(first: 101) { nodes { id } } }`, "BAD_USER_INPUT", "1 to 100 elements; 101 were asked for"},
		"a page of less than nothing":    {`{ auditEntries(last: -1) { nodes { id } } }`, "BAD_USER_INPUT", "1 to 100 elements; -1 were asked for"},
		"both ends at once":              {`{ businessUnits(first: 1, last: 1) { nodes { id } } }`, "BAD_USER_INPUT", "first or last, not both"},
		"a cursor that is none":          {`{ certificateProfiles(after: "somewhere") { nodes { id } } }`, "BAD_USER_INPUT", "The cursor in after is none of ours"},
		"a nested page of too much":      {`{ seatUsage { allocations(first: 101) { nodes { id } } } }`, "BAD_USER_INPUT", "101 were asked for"},
		"an instant that is none":        {`{ seats(filter: {createdSince: "yesterday"}) { nodes { id } } }`, "BAD_USER_INPUT", `"yesterday" is not an instant; write it like 2026-11-22T09:30:00Z`},
		"a search for nothing":           {`{ seats(search: " ") { nodes { id } } }`, "BAD_USER_INPUT", "leave it out to list everything"},
		"a search for signs":             {`{ seats(search: "%_") { nodes { id } } }`, "BAD_USER_INPUT", "three letters or digits"},
		"a value that no enum has":       {`{ enrollments(view: NICE_ONES) { nodes { id } } }`, "BAD_USER_INPUT", "NICE_ONES"},
		"a field that does not exist":    {`{ seats { nodes { colour } } }`, "BAD_USER_INPUT", "colour"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eve := everyRole()
			a := c.ask(&eve, test.document, nil)
			if len(a.Errors) != 1 {
				t.Fatalf("%d errors: %s", len(a.Errors), a.body)
			}
			e := a.Errors[0]
			if e.Extensions.Code != test.code || !strings.Contains(e.Message, test.says) || e.Extensions.RequestID != a.request {
				t.Errorf("%s of request %s: %s; want %s: …%s…", e.Extensions.Code, e.Extensions.RequestID, e.Message, test.code, test.says)
			}
		})
	}
}

// TestABadVariableIsToldAsABadValueInTheDocument: the same sentence either way.
func TestABadVariableIsToldAsABadValueInTheDocument(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	eve := everyRole()
	a := c.ask(&eve, `query($id: ID!, $ids: [ID!]!) { enrollment(id: $id) { id } nodes(ids: $ids) { id } }`, map[string]any{"id": "42", "ids": []string{"43"}})
	if len(a.Errors) != 2 {
		t.Fatalf("%d errors: %s", len(a.Errors), a.body)
	}
	for _, e := range a.Errors {
		if e.Extensions.Code != "BAD_USER_INPUT" || !strings.Contains(e.Message, "is not an id; an id looks like enr_") {
			t.Errorf("%s: %s", e.Extensions.Code, e.Message)
		}
	}
}

// TestWhatIsNotThereIsNull: without an error, as is what lies outside.
func TestWhatIsNotThereIsNull(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	for _, f := range contract(t).Query.Fields {
		a := f.Arguments.ForName("id")
		if a == nil {
			continue
		}
		for _, kind := range id.Kinds {
			data := c.data(everyRole(), fmt.Sprintf("{ one: %s(id: %q) { id } }", f.Name, id.New(kind)), nil)
			if data["one"] != nil {
				t.Errorf("%s shows %v for an id of the kind %s that never was", f.Name, data["one"], kind)
			}
		}
	}
	data := c.data(everyRole(), fmt.Sprintf("{ nodes(ids: [%q, %q]) { id } }", id.New(id.Seat), id.New(id.Job)), nil)
	if list, ok := data["nodes"].([]any); !ok || len(list) != 2 || list[0] != nil || list[1] != nil {
		t.Errorf("nodes that never were: %v", data["nodes"])
	}
}

// TestAnEmptyListMatchesNothing: it says "any of these", of none.
func TestAnEmptyListMatchesNothing(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.Purchase(lifecycle.User, lifecycle.Device)
	newTenant(t, c.World, "alpaca")
	schema := contract(t)
	for _, f := range lists(schema) {
		a := f.Arguments.ForName("filter")
		if a == nil {
			continue
		}
		filter := schema.Types[a.Type.Name()]
		count := func(filter string) any {
			data := c.data(everyRole(), "{ list: "+f.Name+"(filter: "+filter+") { totalCount nodes { id } } }", nil)["list"].(map[string]any)
			if n := len(data["nodes"].([]any)); float64(n) != data["totalCount"] && n < 25 {
				t.Errorf("%s(filter: %s) shows %d and counts %v", f.Name, filter, n, data["totalCount"])
			}
			return data["totalCount"]
		}
		if count("{}") == 0.0 {
			t.Errorf("%s shows nothing without a filter", f.Name)
		}
		for _, by := range filter.Fields {
			if by.Type.Elem == nil {
				continue
			}
			all, want := count("{}"), any(0.0)
			if strings.HasPrefix(by.Name, "exclude") { // none of these, of none
				want = all
			}
			if n := count("{" + by.Name + ": []}"); n != want {
				t.Errorf("%s(filter: {%s: []}) matches %v of %v", f.Name, by.Name, n, all)
			}
			if n := count("{" + by.Name + ": null}"); n != all {
				t.Errorf("%s(filter: {%s: null}) matches %v of %v", f.Name, by.Name, n, all)
			}
		}
	}
}

// TestRootReadsWithoutThePermissionAreForbidden: with a sentence that names it and
// the viewer's own roles.
func TestRootReadsWithoutThePermissionAreForbidden(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	// What each root field needs, as its description says.
	needs := map[string][]lifecycle.Permission{
		"viewer": nil, "node": nil, "nodes": nil,
		"businessUnit": {lifecycle.ViewBusinessUnits}, "businessUnits": {lifecycle.ViewBusinessUnits},
		"seatLicenses": {lifecycle.ViewBusinessUnits}, "seatUsage": {lifecycle.ViewBusinessUnits},
		"certificateProfile": {lifecycle.ViewProfiles}, "certificateProfiles": {lifecycle.ViewProfiles},
		"seat": {lifecycle.ViewSeats}, "seats": {lifecycle.ViewSeats},
		"enrollment":  {lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments},
		"enrollments": {lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments},
		"certificate": {lifecycle.ViewCertificates}, "certificates": {lifecycle.ViewCertificates}, "enrollmentInvitation": nil,
		"auditEntries": {lifecycle.ViewAuditLog}, "eventCursor": nil,
		"views": {lifecycle.ViewEnrollments, lifecycle.ViewSeats}, "systemViews": nil, "listState": nil,
		"job": nil, "jobs": nil, "webhooks": {lifecycle.ManageWebhooks},
	}
	people := map[string]viewer.Viewer{"no role": world.Person("nobody")}
	for _, role := range lifecycle.Roles {
		people[string(role)] = world.Person("somebody", role)
	}
	w := newWalker(t)
	for _, f := range w.schema.Query.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		need, known := needs[f.Name]
		if !known {
			t.Errorf("Query.%s has no line in the test that reads are refused; add what it needs to needs in graph/errors_test.go.", f.Name)
			continue
		}
		for _, p := range need {
			if !strings.Contains(f.Description, string(p)) {
				t.Errorf("The description of Query.%s does not name %s", f.Name, p)
			}
		}
		document := w.roots(f, 0, w.ways(f, recipes{few: []string{id.New(id.Seat).String()}, ids: []string{id.New(id.Seat).String()}, strings: []string{"x"}})[:1])[0]
		for name, v := range people {
			a := c.ask(&v, document, nil)
			if len(need) == 0 || v.Permissions.HasAny(need...) {
				if len(a.Errors) > 0 {
					t.Errorf("Query.%s for %s: %.300s", f.Name, name, a.body)
				}
				continue
			}
			if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "FORBIDDEN" || !strings.Contains(a.Errors[0].Message, string(need[0])) || !strings.Contains(a.Errors[0].Message, "ADMIN") {
				t.Errorf("Query.%s for %s: %.300s", f.Name, name, a.body)
			}
		}
		if strings.Contains(f.Description, "Without a login") {
			if a := c.ask(nil, document, nil); len(a.Errors) > 0 || a.Data[f.Name] != nil {
				t.Errorf("Query.%s for nobody, by a link that never was: %.300s", f.Name, a.body)
			}
			continue
		}
		if a := c.ask(nil, document, nil); len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "UNAUTHENTICATED" || a.Data != nil {
			t.Errorf("Query.%s for nobody: %.300s", f.Name, a.body)
		}
	}
}

// TestNoFaultTellsOfTheDatabase: whatever goes wrong below, a caller learns that
// it did, the request id, and nothing else.
func TestNoFaultTellsOfTheDatabase(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		bring func(t *testing.T, c *caller) *caller
		code  string
	}{
		"the database cannot be reached": {unreachable, "UNAVAILABLE"},
		"a statement fails":              {withoutTables, "INTERNAL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCaller(t)
			unit := c.Unit("alpaca").ID.String()
			c = fault.bring(t, c)
			eve := everyRole()
			for _, document := range []string{
				`{ businessUnits { nodes { id } } }`, `{ seatLicenses { id } }`, `{ seatUsage { created } }`, `{ certificateProfiles { nodes { id } } }`,
				`{ seats { nodes { id } } }`, `{ enrollments { nodes { id } } }`, `{ auditEntries { nodes { id } } }`, `{ node(id: "` + unit + `") { id } }`,
				`mutation { createSeat(input: {businessUnitId: "` + unit + `", seatType: USER, seatId: "s"}) { seat { id } } }`,
				`mutation { updateBusinessUnit(input: {id: "` + unit + `", name: "n"}) { businessUnit { id } } }`,
			} {
				a := c.ask(&eve, document, nil)
				if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != fault.code || a.Errors[0].Extensions.RequestID != a.request {
					t.Errorf("%s: %s", document, a.body)
				}
				said := strings.ReplaceAll(a.body, a.request, "") // which is random, and may well spell SQL
				for _, secret := range []string{"pq:", "sql", "SQL", "SELECT", "relation", "42P01", "gatehouse_", "goroutine", "127.0.0.1", "does not exist", "refused"} {
					if strings.Contains(said, secret) {
						t.Errorf("%s tells of %q: %s", document, secret, a.body)
					}
				}
			}
		})
	}
}

// TestACallerWhoHasGoneIsNoFaultOfTheDatabase: whoever hangs up in the middle of a
// statement, as often as they like, leaves no warning behind.
func TestACallerWhoHasGoneIsNoFaultOfTheDatabase(t *testing.T) {
	t.Parallel()
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for name, test := range map[string]struct {
		ctx  context.Context
		told bool
	}{"gone": {gone, false}, "waiting": {t.Context(), true}} {
		var log bytes.Buffer
		shown := graph.Presenter(slog.New(slog.NewTextHandler(&log, nil)))(test.ctx, fmt.Errorf("read a list: %w: %w", faults.Unavailable, context.Canceled))
		if shown.Extensions["code"] != "UNAVAILABLE" || strings.Contains(log.String(), "not available") != test.told {
			t.Errorf("%s: shown %v, logged %q", name, shown, log.String())
		}
	}
}

// unreachable asks a house whose database is not there.
func unreachable(t *testing.T, _ *caller) *caller {
	s, err := store.Open(store.Options{URL: "postgres://somebody@127.0.0.1:1/nothing?sslmode=disable&connect_timeout=1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h, err := house.Open(s, world.Keys(t), house.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return asking(t, &world.World{House: h})
}

// withoutTables makes every statement fail.
func withoutTables(t *testing.T, c *caller) *caller {
	owner := c.DB.Owner(t)
	for _, table := range []string{"business_units", "seat_licenses", "seat_allocations", "certificate_profiles", "seats", "enrollments", "audit_entries"} {
		if _, err := owner.ExecContext(t.Context(), `ALTER TABLE `+table+` RENAME TO gone_`+table); err != nil {
			t.Fatal(err)
		}
	}
	return c
}
