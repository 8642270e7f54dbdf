package graph_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestEveryMutationWithoutTheRightIsRefusedAndAudited tries every mutation with
// every role that lacks what it needs, with no role, and with the role but not all
// business units where those are needed.
func TestEveryMutationWithoutTheRightIsRefusedAndAudited(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.Purchase(lifecycle.User, lifecycle.Device)
	of := newTenant(t, c.World, "alpaca")
	w := newWalker(t)
	in := &inputs{t: t, schema: w.schema, ids: map[id.Kind]string{}}
	for kind, ids := range of.ids {
		in.ids[kind] = ids[0]
	}
	in.ids[id.Enrollment] = of.pending.String()
	boss := world.Boss()
	for _, m := range mutations(w.schema) {
		need, known := lifecycle.MutationNeeds(m.Name)
		if !known {
			t.Errorf("%s has no line in the table of internal/lifecycle/mutation.go, so that nobody may do it; add what it needs.", m.Name)
			continue
		}
		if need.NoLogin {
			continue
		}
		action := actionOf(t, m.Name)
		document := w.mutation(m)
		for name, v := range lacking(need, of.key) {
			input, _ := in.of(m)
			a := c.ask(&v, document, map[string]any{"input": input})
			if len(a.Errors) > 0 {
				t.Errorf("%s by %s: %s: %s", m.Name, name, a.Errors[0].Extensions.Code, a.Errors[0].Message)
				continue
			}
			if codes, _ := refused(a.Data); !slices.Equal(codes, []string{"FORBIDDEN"}) {
				t.Errorf("%s by %s: %v, want FORBIDDEN", m.Name, name, codes)
			}
			if got, want := entries(t, c, a.request), []string{string(action) + " REFUSED FORBIDDEN " + v.Subject}; !slices.Equal(got, want) {
				t.Errorf("%s by %s leaves the entries %q, want %q", m.Name, name, got, want)
			}
		}

		input, _ := in.of(m)
		a := c.ask(nil, document, map[string]any{"input": input})
		if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != "UNAUTHENTICATED" || a.Data != nil {
			t.Errorf("%s by nobody: %.300s", m.Name, a.body)
		}
		if got := entries(t, c, a.request); len(got) > 0 {
			t.Errorf("%s by nobody leaves the entries %q", m.Name, got)
		}

		// Whoever has the right is not refused for want of it, so that the input is
		// not what refused the others.
		input, _ = in.of(m)
		if codes, messages := refused(c.data(boss, document, map[string]any{"input": input})); slices.Contains(codes, "FORBIDDEN") {
			t.Errorf("%s by an ADMIN: %q", m.Name, messages)
		}
	}
}

// lacking are people who do not have what a mutation needs, by what they have.
func lacking(need lifecycle.Need, unit string) map[string]viewer.Viewer {
	people := map[string]viewer.Viewer{
		"no role":                             world.Person("no-role"),
		"no role, in the business unit":       world.In(world.Person("no-role"), unit),
		"a role that Gatehouse does not know": world.Person("stranger", "KING"),
	}
	for _, role := range lifecycle.Roles {
		v := world.Person("only-"+strings.ToLower(string(role)), role)
		switch has := v.Permissions.HasAny(need.AnyOf...); {
		case !has:
			people[string(role)] = v
		case need.AllUnits:
			people[string(role)+" of one business unit"] = world.In(v, unit)
		}
	}
	return people
}

// entries are what the log says of a request.
func entries(t *testing.T, c *caller, request string) []string {
	t.Helper()
	return column[string](t, c.admin, `SELECT concat_ws(' ', action, outcome, code, actor_subject) FROM audit_entries WHERE request_id = $1 ORDER BY id`, request)
}

// actionOf is the audit's word for a mutation: that of the table of enrollments, or
// its own name, in the singular and with or without the seat that it is about.
func actionOf(t *testing.T, mutation string) audit.Action {
	t.Helper()
	for _, r := range lifecycle.EnrollmentRows() {
		if mutation == r.Mutation || mutation == r.Mutation+"s" {
			return audit.Action(r.Action)
		}
	}
	for _, name := range []string{mutation, strings.TrimSuffix(mutation, "s"), strings.NewReplacer("Seats", "", "Seat", "").Replace(mutation)} {
		word := audit.Action(strings.ToUpper(capital.ReplaceAllString(name, "_$0")))
		if slices.Contains(audit.Actions, word) {
			return word
		}
	}
	t.Fatalf("No audit action is named after %s; add one to internal/audit/action.go, or its rule to actionOf in graph/permission_test.go.", mutation)
	return ""
}

var capital = regexp.MustCompile(`[A-Z]`)
