package graph_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// surface is one way in which somebody may come to see something.
type surface struct {
	name string
	// look is everything that somebody is told by it.
	look func(v viewer.Viewer) string
	// tells is what stands in it for somebody of the business unit, and for nobody else.
	tells string
	// subscription is the root field of one; empty for what is none.
	subscription string
}

// TestNoWayAroundTheBusinessUnits tries every way to see things of a business unit:
// as somebody of it, who sees them; as somebody with all roles in another one; and as
// the first person with a token that names another one since. The last two see none,
// not even by what the first person has made: a saved view, a job, a webhook, a call
// under the same idempotency key.
func TestNoWayAroundTheBusinessUnits(t *testing.T) {
	t.Parallel()
	c := newCaller(t)
	go c.Feed.Run(t.Context(), c.DB.AppURL, nil)
	c.Purchase(lifecycle.User, lifecycle.Device)
	a := &wayAround{caller: c, t: t, here: newTenant(t, c.World, "alpaca")}
	a.elsewhere()
	insider, stranger := a.here.eve(), world.In(world.Person("yak-eve", lifecycle.Roles...), "yak")
	moved := world.In(insider, "yak")
	surfaces := a.surfaces()
	for _, f := range contract(t).Subscription.Fields {
		if !slices.ContainsFunc(surfaces, func(s surface) bool { return s.subscription == f.Name }) {
			t.Errorf("The subscription %s is not tried from another business unit; add it to surfaces in graph/around_units_test.go.", f.Name)
		}
	}
	for _, s := range surfaces {
		found := regexp.MustCompile(s.tells)
		if text := s.look(insider); !found.MatchString(text) {
			t.Errorf("%s: somebody of the business unit does not see %s, so that nothing would be noticed: %.600s", s.name, s.tells, text)
		}
		for who, v := range map[string]viewer.Viewer{"a stranger": stranger, "who has left": moved} {
			if text := s.look(v); found.MatchString(text) {
				t.Errorf("%s: %s sees %s: %.900s", s.name, who, s.tells, text)
			}
		}
	}
	a.aLinkIsOfItsMaking(insider, moved)
}

// wayAround is the business unit that is looked at, and another one.
type wayAround struct {
	*caller
	t    *testing.T
	here *tenant
	// there is a profile of the other business unit.
	there id.ID
	made  int
}

// elsewhere is a business unit in which there is nothing but a profile; here there is
// a colleague's saved view.
func (a *wayAround) elsewhere() {
	unit := a.Unit("yak").ID
	a.Allocate(unit, lifecycle.User, 5)
	a.there = a.Profile(unit, "yak open").ID
	a.data(world.Boss(), fmt.Sprintf(`mutation { saveView(input: {name: "Ours", list: {seats: {}}, shared: true, businessUnitId: %q}) { view { id } } }`, a.here.unit), nil)
}

// item is a request of the business unit that a job was done to.
func (a *wayAround) item() id.ID {
	return id.Of(id.Enrollment, column[uuid.UUID](a.t, a.admin, `SELECT id FROM enrollments WHERE seat_key = $1`, a.here.key+"-item-1")[0])
}

// asked is a look by a document.
func (a *wayAround) asked(document string) func(viewer.Viewer) string {
	return func(v viewer.Viewer) string { return a.ask(&v, document, nil).body }
}

func (a *wayAround) surfaces() []surface {
	n := a.here
	item := a.item().String()
	views := n.ids[id.View]
	return []surface{
		{"a list", a.asked(`{ enrollments(first: 100, search: "` + n.key + `") { nodes { id } } }`), item, ""},
		{"an id that is known", a.asked(fmt.Sprintf(`{ nodes(ids: [%q]) { id ... on Enrollment { seatId } } }`, item)), `"seatId":"alpaca-item-1"`, ""},
		{"mails, which the mailbox shows", a.asked(fmt.Sprintf(`{ enrollment(id: %q) { mails { recipient } } }`, item)), `"recipient":".+alpaca`, ""},
		{"the log", a.asked(`{ auditEntries(first: 100) { nodes { businessUnit { name } } } }`), "Renamed alpaca", ""},
		{"the counts of system views", a.asked(`{ systemViews(list: ENROLLMENTS) { count { count } } }`), `"count":[1-9]`, ""},
		{"a saved view that is shared with the business unit", a.asked(`{ views(first: 100) { nodes { name isMine } } }`), `"name":"Ours","isMine":false`, ""},
		{"the list of a saved view", a.asked(fmt.Sprintf(`{ enrollments(first: 100, viewId: %q) { nodes { id } } }`, a.viewOf(lifecycle.Enrollments))), item, ""},
		{"the counts of saved views", a.asked(fmt.Sprintf(`{ nodes(ids: [%s]) { ... on View { count { count } } } }`, strings.Join(quotedAll(views), ", "))), `"count":[1-9]`, ""},
		{"the count of a view that names the business unit", a.ownView, `"count":\{"count":[1-9]`, ""},
		{"the results of a job", a.asked(fmt.Sprintf(`{ job(id: %q) { results(first: 100) { totalCount nodes { id message } } } }`, n.job)), item, ""},
		{"the export of a job's results", a.exported(func() export.Content { return export.Content{Job: &n.job, Format: lifecycle.CSV} }), item, ""},
		{"the export of a list", a.exported(func() export.Content {
			return export.Content{List: &view.ListInput{Seats: &inventory.SeatListInput{}}, Format: lifecycle.NDJSON}
		}), "alpaca-seat-1", ""},
		{"a link that one makes oneself", a.linked, "alpaca-seat-1", ""},
		{"a call again, under its key", a.again(`createSeat(input: {businessUnitId: $here, seatType: USER, seatId: "twice", idempotencyKey: "k"}) { seat { id seatId } userErrors { code } }`), `"seatId":"twice"`, ""},
		{"a bulk call again, under its key", a.again(`createSeats(input: {businessUnitId: $here, seatType: USER, seats: [{seatId: "thrice"}], idempotencyKey: "k"}) { results { seat { id seatId } } userErrors { code } }`), `"seatId":"thrice"`, ""},
		{"the report of a CSV file again, under its key", a.again(`importSeats(input: {businessUnitId: $here, seatType: USER, operation: CREATE_OR_UPDATE, csv: "seat_id\nfrom-file\n", idempotencyKey: "k"}) { rows { seat { id name seatType } } userErrors { code } }`), `"seatType":"USER"`, ""},
		{"the secret of a webhook again, under its key", a.again(`createWebhook(input: {url: "https://hooks.example.com/", filter: {businessUnitIds: [$here]}, idempotencyKey: "k"}) { secret userErrors { code } }`), "whsec_", ""},
		{"what a webhook was told", a.delivered, item + "|" + n.unit.String(), ""},
		{"changes of enrollments, as they happen", a.changed, "alpaca-new-", "enrollmentChanged"},
		{"the figures of the business unit, as they change", a.streamed(fmt.Sprintf(`subscription { seatUsageChanged(businessUnitId: %q) { usage { created } } }`, n.unit)), `"usage":\{"created":[1-9]`, "seatUsageChanged"},
		{"the progress of jobs", a.progressed, item, "jobProgressed"},
		{"a job that is followed by its id", a.followed, item, "jobProgressed"},
	}
}
