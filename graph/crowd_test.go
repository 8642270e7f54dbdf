package graph_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// statements keeps the texts of the statements that a world's store sends.
type statements struct {
	mu    sync.Mutex
	texts []string
}

func (s *statements) observe(o *store.Options) {
	o.OnStatement = func(_ context.Context, text string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.texts = append(s.texts, text)
	}
}

// during are the statements of fn. Nothing else may go on in the world.
func (s *statements) during(fn func()) []string {
	s.mu.Lock()
	s.texts = nil
	s.mu.Unlock()
	fn()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.texts
}

// many is how many there are of each thing in a crowd: more than a page of 50.
const many = 52

// crowd is a world with many of each thing, all alike, so that a page of two
// needs the same reads as a page of fifty: one business unit with an allocation,
// profiles, a seat with two certificates, the second of which is renewed, and a
// request per number, each request approved once of twice and with a note; and of
// each, one with many children.
type crowd struct {
	*caller
	statements *statements
	units      []id.ID
	requests   []id.ID
}

func newCrowd(t testing.TB) *crowd {
	t.Helper()
	c := &crowd{statements: &statements{}}
	c.caller = newCaller(t, c.statements.observe)
	c.Purchase(lifecycle.User)
	anna := world.Person("anna", lifecycle.Approver)
	for n := range many {
		unit := c.Unit(fmt.Sprintf("unit-%03d", n)).ID
		c.Allocate(unit, lifecycle.User, 1)
		p := c.Profile(unit, fmt.Sprintf("Profile %d", n), world.Approvals(2))
		c.Seats(unit, lifecycle.User, fmt.Sprintf("seat-%03d", n))
		request := c.Request(rita(), p.ID, fmt.Sprintf("seat-%03d", n)).ID
		c.Note(anna, request, "Looks good.")
		c.Clock.Pass(time.Second)
		c.units, c.requests = append(c.units, unit), append(c.requests, request)
	}
	c.Approve(anna, "Yes.", c.requests...)
	c.certificates(t)
	c.lists(t)
	last := c.units[many-1]
	for n := range many {
		p := c.Profile(last, fmt.Sprintf("Another %d", n), world.Approvals(2))
		c.Approve(anna, "Yes.", c.Request(rita(), p.ID, fmt.Sprintf("seat-%03d", many-1)).ID)
		c.Note(anna, c.requests[many-1], "Another note.")
		c.Clock.Pass(time.Second)
	}
	return c
}

// certificates gives each seat a certificate, then each its successor, for which a
// successor is asked for and approved once in turn: so the latest of them are alike.
func (c *crowd) certificates(t testing.TB) {
	t.Helper()
	boss, key := c.As(world.Boss()), newRequestKey(t)
	var requests []id.ID
	for n, unit := range c.units {
		p := c.Profile(unit, fmt.Sprintf("Certificates %d", n), world.WithCSR, world.Approvals(2))
		requests = append(requests, c.Request(rita(), p.ID, fmt.Sprintf("seat-%03d", n), func(in *inventory.RequestEnrollmentInput) { in.Csr = &key.csr }).ID)
	}
	for _, soon := range []int{20, 25} {
		c.Approve(world.Person("anna", lifecycle.Approver), "Yes.", requests...)
		c.Approve(world.Person("ben", lifecycle.Approver), "Yes, too.", requests...)
		for n, one := range requests {
			c.Clock.Pass(time.Second)
			now := c.Clock.Now()
			attached, err := c.Inventory.AttachCertificate(boss, inventory.AttachCertificateInput{ID: one, Certificate: key.until(now, now.AddDate(0, 0, soon))})
			if err != nil || len(attached.UserErrors) > 0 {
				t.Fatal(err, attached)
			}
			of := column[uuid.UUID](t, c.admin, `SELECT id FROM certificates WHERE enrollment_id = $1`, one.UUID)[0]
			renewed, err := c.Inventory.RenewCertificate(boss, inventory.RenewCertificateInput{ID: id.Of(id.Certificate, of), Csr: &key.csr})
			if err != nil || len(renewed.UserErrors) > 0 {
				t.Fatal(err, renewed)
			}
			requests[n] = renewed.Enrollment.ID
		}
	}
	c.Approve(world.Person("anna", lifecycle.Approver), "Yes.", requests...)
	var places []*inventory.DiscoveredCertificate
	last := c.certificate(c.units[many-1])
	for n := range many {
		places = append(places, &inventory.DiscoveredCertificate{Content: last, Host: fmt.Sprintf("host-%03d.example.com", n), Port: 443})
	}
	found, err := c.Inventory.RecordDiscoveredCertificates(boss, inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: c.units[many-1], Certificates: places})
	if err != nil || len(found.UserErrors) > 0 || found.Results[many-1].Certificate == nil {
		t.Fatal(err, found)
	}
}

// certificate is the latest of a business unit, in base64.
func (c *crowd) certificate(unit id.ID) string {
	return column[string](c.t, c.admin, `SELECT translate(encode(der, 'base64'), E'\n', '') FROM certificates WHERE business_unit_id = $1 ORDER BY created_at DESC LIMIT 1`, unit.UUID)[0]
}

// aude has every role, and is the owner of the crowd's views, jobs and webhooks.
func aude() viewer.Viewer { return world.Person("aude", lifecycle.Roles...) }

// lookers are people whose reads take different ways: all business units, two of
// them, more than a list merges branches of, one of them that never was, and
// one's own requests only.
func (c *crowd) lookers() map[string]viewer.Viewer {
	auditor := aude()
	var all []string
	for _, u := range c.units {
		all = append(all, u.String())
	}
	return map[string]viewer.Viewer{
		"all business units":    auditor,
		"some, by id":           world.In(auditor, all[:many-2]...),
		"more than fifty":       world.In(auditor, all...),
		"some, and one unknown": world.In(auditor, append([]string{"never"}, all...)...),
		"the requester's own":   rita(),
	}
}

// TestManyOfEach asks a crowd: first alone, since it counts statements, and then
// many at a time.
func TestManyOfEach(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	t.Run("no read grows with the page", c.noReadGrowsWithThePage)
	t.Run("a list is its pages", c.aListIsItsPages)
}

// noReadGrowsWithThePage counts statements: of every root list, with all that
// hangs on it, a page of two takes as many as a page of fifty, and nothing is
// counted unless totalCount is asked for.
func (c *crowd) noReadGrowsWithThePage(t *testing.T) {
	w := newWalker(t)
	w.page = "first: $n"
	// Elements are read alike under nodes and under edges.
	w.skip = func(field string) bool {
		return strings.HasPrefix(field, "totalCount") || field == "nodes" || field == "count"
	}
	for name, v := range c.lookers() {
		for _, f := range w.schema.Query.Fields {
			if strings.HasPrefix(f.Name, "__") || f.Arguments.ForName("id") != nil || f.Arguments.ForName("ids") != nil || f.Arguments.ForName("token") != nil {
				continue
			}
			way := ""
			switch {
			case f.Arguments.ForName("first") != nil:
				way = "(first: $n)"
			case f.Name == "systemViews":
				way = "(list: ENROLLMENTS)"
			case f.Name == "listState":
				way = "(list: {enrollments: {}})"
			}
			for _, document := range w.roots(f, 2, []string{way}) {
				ask := func(n int) []string {
					var a answer
					operation, variables := "query($n: Int!) ", map[string]any{"n": n}
					if !strings.Contains(document, "$n") {
						operation, variables = "query ", nil
					}
					sent := c.statements.during(func() { a = c.ask(&v, operation+document, variables) })
					for _, e := range a.Errors {
						if e.Extensions.Code != "FORBIDDEN" {
							t.Errorf("%s for %s: %s: %s", f.Name, name, e.Extensions.Code, e.Message)
						}
					}
					return sent
				}
				few, lots := ask(2), ask(50)
				if !strings.Contains(document, "$n") && len(lots) > mostStatements {
					t.Errorf("%s for %s, which has no pages, takes %d statements for the %d business units; %d would do", f.Name, name, len(lots), many, mostStatements)
				}
				if len(few) != len(lots) {
					t.Errorf("%s for %s takes %d statements with pages of 2 and %d with pages of 50; the first that are one more:\n%s",
						f.Name, name, len(few), len(lots), strings.Join(surplus(few, lots), "\n"))
				}
				for _, s := range lots {
					if counting.MatchString(s) {
						t.Errorf("%s for %s counts, and no totalCount was asked for: %.300s", f.Name, name, s)
					}
				}
			}
		}
	}
}

// counting is a statement that counts the elements of a list; what is beside one
// thing, such as a seat's certificates, may be counted with it.
var counting = regexp.MustCompile(`(?is)select\s+count\(\*\)(\s+as\s+\w+)?\s+from`)

// mostStatements is what a list without pages may take: a fixed number, far below
// one for each of its elements.
const mostStatements = 20

// surplus are up to three statements that stand more often in b than in a.
func surplus(a, b []string) []string {
	left := map[string]int{}
	for _, s := range a {
		left[s]++
	}
	var more []string
	for _, s := range b {
		if left[s]--; left[s] < 0 && len(more) < 3 {
			more = append(more, fmt.Sprintf("%.300s", s))
		}
	}
	return more
}
