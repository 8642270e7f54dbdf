package graph_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// TestWhatLiesInAnotherBusinessUnitDoesNotExist asks every field of the schema,
// in every way that the recipes know, as somebody of one business unit, for what
// belongs to another.
func TestWhatLiesInAnotherBusinessUnitDoesNotExist(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	c.Purchase(lifecycle.User, lifecycle.Device)
	ours, theirs := newTenant(t, c.World, "alpaca"), newTenant(t, c.World, "zebra")
	nobodys := idsOf(t, c.DB.Admin(t), id.ID{})
	if len(nobodys[id.AuditEntry]) == 0 {
		t.Fatal("there are no audit entries without a business unit to look for")
	}
	theirs.ids[id.AuditEntry] = append(theirs.ids[id.AuditEntry], nobodys[id.AuditEntry]...)
	for _, u := range column[uuid.UUID](t, c.DB.Admin(t), `SELECT id FROM seat_licenses`) {
		theirs.ids[id.License] = append(theirs.ids[id.License], id.Of(id.License, u).String())
	}

	type looking struct {
		name   string
		viewer viewer.Viewer
		depth  int
	}
	everything := world.Person("alpaca-eve", lifecycle.Roles...)
	lookers := []looking{
		{"every role, by key", world.In(everything, ours.key), deep},
		{"every role, by id", world.In(everything, ours.unit.String()), 1},
		{"no business unit", world.In(everything), 1},
		{"a business unit that never was", world.In(everything, "never", id.New(id.BusinessUnit).String()), 1},
		{"the requester of both", world.In(rita(), ours.key), 1},
	}
	for _, role := range lifecycle.Roles {
		lookers = append(lookers, looking{"only " + string(role), world.In(world.Person("alpaca-eve", role), ours.key), 1})
	}
	for _, looker := range lookers {
		t.Run(looker.name, func(t *testing.T) {
			t.Parallel()
			if raced && looker.depth == deep {
				t.Skip("the race detector sees every resolver in the shallow walks; .ci/run does this one without it")
			}
			w := newWalker(t)
			known := theirs.known()
			for _, f := range w.schema.Query.Fields {
				if strings.HasPrefix(f.Name, "__") {
					continue
				}
				known.narrow = true
				documents := w.rootDocuments(f, looker.depth, known)
				if looker.depth == deep { // and in every order, view and time, to where the lists end
					known.narrow = false
					documents = append(documents, w.rootDocuments(f, 1, known)...)
				}
				for _, document := range documents {
					body := c.ask(&looker.viewer, document, nil).body
					if shown := theirs.shownIn(body, theirs.saidIn(f, document)...); len(shown) > 0 {
						t.Errorf("%.200s… shows %q, which belongs to %s:\n%s", document, shown, theirs.key, around(body, shown[0]))
					}
					if strings.Contains(body, codeOfFault) {
						t.Errorf("%.200s…: %.300s", document, body)
					}
				}
			}
			if looker.depth == deep {
				w.everyFieldReached()
			}
		})
	}

	// The walk can see: with "*" it finds everything of both, and with one
	// business unit everything of that one.
	for name, can := range map[string]struct {
		viewer viewer.Viewer
		of     []*tenant
	}{
		"one's own":       {world.In(everything, ours.key), []*tenant{ours}},
		"with everything": {everything, []*tenant{ours, theirs}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWalker(t)
			var bodies strings.Builder
			for _, f := range w.schema.Query.Fields {
				if strings.HasPrefix(f.Name, "__") {
					continue
				}
				for _, of := range can.of {
					known := of.known()
					known.narrow = name == "with everything" // every argument is tried with one's own
					for _, document := range w.rootDocuments(f, 1, known) {
						a := c.ask(&can.viewer, document, nil)
						for _, e := range a.Errors {
							otherList := e.Extensions.Code == "BAD_USER_INPUT" && strings.Contains(document, "viewId: ") // each view is of one list
							if e.Extensions.Code != "FORBIDDEN" && !otherList {
								t.Errorf("%.200s…: %s: %s", document, e.Extensions.Code, e.Message)
							}
						}
						bodies.WriteString(a.body)
					}
				}
			}
			for _, of := range can.of {
				for _, one := range of.all() {
					if !strings.Contains(bodies.String(), one) {
						t.Errorf("%s of %s is never shown to somebody who may see it, so that the walk would not notice it", one, of.key)
					}
				}
			}
		})
	}
}

// deep is how many objects down the widest walk goes: from an enrollment to its
// seat, to that seat's enrollments, and to what hangs on those.
const deep = 3

// codeOfFault is the code of what is no answer to a question but a bug.
const codeOfFault = `"code":"INTERNAL"`

// around is the part of a text in which something stands.
func around(text, what string) string {
	at := strings.Index(text, what)
	return text[max(0, at-300):min(len(text), at+100)]
}
