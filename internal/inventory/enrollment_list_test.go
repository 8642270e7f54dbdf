package inventory_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// crowd adds enrollments of every kind to the world's two business units, past every
// use case, and reads back what a naive list needs of them.
type crowd struct {
	*world
	other    id.ID
	profiles []id.ID
	rows     []crowded
}

// crowded is an enrollment as its row says.
type crowded struct {
	id, unit, profile         uuid.UUID
	seat                      *uuid.UUID
	kind, method, auth, ca    string
	key, email, name          string
	status                    lifecycle.Status // effective
	issuance                  *string
	requester                 string
	created, updated, expires time.Time
}

func newCrowd(t *testing.T, n int) *crowd {
	t.Helper()
	c := &crowd{world: newWorld(t, 50)}
	c.other = c.newUnit("sales", 0)
	for k, r := range []rules{{}, {kind: lifecycle.Device}, {unit: c.other}, {unit: c.other, kind: lifecycle.Server}, {}, {kind: lifecycle.Server}} {
		p := c.profile(r)
		c.past(`UPDATE certificate_profiles SET ca_type = $2, enrollment_method = $3, authentication_method = $4 WHERE id = $1`,
			p.UUID, []string{"PRIVATE", "PUBLIC"}[k/2%2], []string{"CSR", "BROWSER_PKCS12", "SCEP"}[k%3], []string{"MANUAL_APPROVAL", "MANUAL_APPROVAL", "ENROLLMENT_CODE"}[k%3])
		c.profiles = append(c.profiles, p)
	}
	for n := range 12 {
		c.seat(lifecycle.User, fmt.Sprintf("Seat-%d", n))
	}
	profiles := make([]string, len(c.profiles))
	for n, p := range c.profiles {
		profiles[n] = p.UUID.String()
	}
	c.past(`INSERT INTO enrollments (id, created_at, updated_at, business_unit_id, profile_id, seat_row_id, seat_type, seat_id, seat_key, name, email, ca_type, authentication_method,
  enrollment_method, status, expires_at, promise, approvals_required, requester_issuer, requester_subject, issuance, issuance_since)
SELECT gen_random_uuid(), $1::timestamptz + (n * 37 % 50) * interval '1 hour', $1::timestamptz + (n * 17 % 40) * interval '3 hours', p.business_unit_id, p.id,
  CASE WHEN status IN ('CREATED', 'APPROVED', 'REDEEMED', 'LOCKED') OR n % 3 = 0 THEN (SELECT s.id FROM seats s WHERE s.seat_key = 'seat-' || n % 12) END,
  p.seat_type, 'Seat-' || n, 'seat-' || n, 'Ada ' || n % 7, CASE WHEN n % 4 > 0 THEN 'Ada' || n % 9 || '@Example.com' ELSE '' END, p.ca_type, p.authentication_method, p.enrollment_method, status,
  $1::timestamptz + (n * 29 % 60) * interval '1 day', '{}', 1, 'https://id.example.com', (ARRAY['rita', 'manager', 'looker', 'nobody'])[n % 4 + 1],
  CASE WHEN status IN ('CREATED', 'APPROVED') AND n % 5 < 2 THEN (ARRAY['REQUESTED', 'FAILED'])[n % 5 + 1] END, CASE WHEN status IN ('CREATED', 'APPROVED') AND n % 5 < 2 THEN $1::timestamptz END
FROM (SELECT n, (SELECT x FROM unnest($2::uuid[]) WITH ORDINALITY AS u(x, o) WHERE o = n % 6 + 1) AS profile FROM generate_series(1, $3::int) n) y JOIN certificate_profiles p ON p.id = y.profile
CROSS JOIN LATERAL (SELECT CASE WHEN p.authentication_method = 'MANUAL_APPROVAL' THEN (ARRAY['PENDING','PENDING_SECOND_APPROVAL','IN_PROGRESS','APPROVED','REDEEMED','REJECTED','EXPIRED'])[n / 6 % 7 + 1]
  ELSE (ARRAY['CREATED','LOCKED','REDEEMED','REJECTED','EXPIRED'])[n / 6 % 5 + 1] END AS status) z`, morning, "{"+strings.Join(profiles, ",")+"}", n)
	c.past(`INSERT INTO enrollment_texts (id, business_unit_id, email, search_text) SELECT id, business_unit_id, lower(email), E'\n' || seat_key || E'\n' || lower(email) || E'\n' || replace(lower(name), ' ', E'\n') FROM enrollments`)
	c.set(morning.Add(25 * day))
	rows, err := c.admin.Query(`SELECT id, business_unit_id, profile_id, seat_row_id, seat_type, enrollment_method, authentication_method, ca_type, seat_key, lower(email), lower(name), status, issuance,
  requester_subject, created_at, updated_at, expires_at FROM enrollments`)
	granted(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r crowded
		granted(t, rows.Scan(&r.id, &r.unit, &r.profile, &r.seat, &r.kind, &r.method, &r.auth, &r.ca, &r.key, &r.email, &r.name, &r.status, &r.issuance, &r.requester, &r.created, &r.updated, &r.expires))
		r.status = lifecycle.Effective(r.status, r.expires, morning.Add(25*day), r.issuance != nil && *r.issuance == "REQUESTED")
		c.rows = append(c.rows, r)
	}
	granted(t, rows.Err())
	return c
}

// asked is a random filter, and what it lets pass.
type asked struct {
	filter inventory.EnrollmentFilter
	fits   []func(crowded) bool
}

func (a *asked) also(fit func(crowded) bool) { a.fits = append(a.fits, fit) }

// parts are the filters that one is put together of.
func (c *crowd) parts() []func(*asked, *rand.Rand) {
	pick := func(r *rand.Rand) crowded { return c.rows[r.IntN(len(c.rows))] }
	return []func(*asked, *rand.Rand){
		func(a *asked, r *rand.Rand) {
			u := pick(r).unit
			a.filter.BusinessUnitIDs = []id.ID{id.Of(id.BusinessUnit, u)}
			a.also(func(x crowded) bool { return x.unit == u })
		},
		func(a *asked, r *rand.Rand) {
			s := []lifecycle.Status{pick(r).status, pick(r).status}
			a.filter.Statuses = s
			a.also(func(x crowded) bool { return slices.Contains(s, x.status) })
		},
		func(a *asked, r *rand.Rand) {
			p, q := pick(r).profile, pick(r).profile
			a.filter.ProfileIDs = []id.ID{id.Of(id.Profile, p), id.Of(id.Profile, q), id.Of(id.Profile, p)}
			a.also(func(x crowded) bool { return x.profile == p || x.profile == q })
		},
		func(a *asked, r *rand.Rand) {
			s := pick(r).kind
			a.filter.SeatTypes = []lifecycle.SeatType{lifecycle.SeatType(s)}
			a.also(func(x crowded) bool { return x.kind == s })
		},
		func(a *asked, r *rand.Rand) {
			s := pick(r).auth
			a.filter.AuthenticationMethods = []lifecycle.AuthenticationMethod{lifecycle.AuthenticationMethod(s)}
			a.also(func(x crowded) bool { return x.auth == s })
		},
		func(a *asked, r *rand.Rand) {
			s, ca := pick(r).method, pick(r).ca
			a.filter.EnrollmentMethods, a.filter.CaTypes = []lifecycle.EnrollmentMethod{lifecycle.EnrollmentMethod(s)}, []lifecycle.CAType{lifecycle.CAType(ca)}
			a.also(func(x crowded) bool { return x.method == s && x.ca == ca })
		},
		func(a *asked, r *rand.Rand) {
			s := pick(r).seat
			if s == nil {
				return
			}
			a.filter.Seats = []id.ID{id.Of(id.Seat, *s)}
			a.also(func(x crowded) bool { return x.seat != nil && *x.seat == *s })
		},
		func(a *asked, r *rand.Rand) {
			s, q := pick(r).key, pick(r).key
			a.filter.SeatIDs = []string{" " + strings.ToUpper(s), q}
			a.also(func(x crowded) bool { return x.key == s || x.key == q })
		},
		func(a *asked, r *rand.Rand) {
			s := cmp.Or(pick(r).email, "nobody@example.com")
			a.filter.Emails = []string{strings.ToUpper(s) + " "}
			a.also(func(x crowded) bool { return x.email == s })
		},
		func(a *asked, r *rand.Rand) {
			s := pick(r).requester
			a.filter.Requesters = []string{s}
			a.also(func(x crowded) bool { return x.requester == s })
		},
		func(a *asked, r *rand.Rand) {
			s := []string{"REQUESTED", "FAILED"}[r.IntN(2)]
			a.filter.Issuance = []lifecycle.IssuanceState{lifecycle.IssuanceState(s)}
			a.also(func(x crowded) bool { return x.issuance != nil && *x.issuance == s })
		},
		func(a *asked, r *rand.Rand) {
			yes := r.IntN(2) == 0
			a.filter.HasSeat = &yes
			a.also(func(x crowded) bool { return (x.seat != nil) == yes })
		},
		func(a *asked, r *rand.Rand) {
			yes := r.IntN(2) == 0
			a.filter.HasEmail = &yes
			a.also(func(x crowded) bool { return (x.email != "") == yes })
		},
		func(a *asked, r *rand.Rand) {
			s := pick(r).status
			a.filter.ExcludeStatuses = []lifecycle.Status{s}
			a.also(func(x crowded) bool { return x.status != s })
		},
		func(a *asked, r *rand.Rand) {
			p := pick(r).profile
			a.filter.ExcludeProfileIDs = []id.ID{id.Of(id.Profile, p)}
			a.also(func(x crowded) bool { return x.profile != p })
		},
		func(a *asked, r *rand.Rand) {
			u := pick(r).unit
			a.filter.ExcludeBusinessUnitIDs = []id.ID{id.Of(id.BusinessUnit, u)}
			a.also(func(x crowded) bool { return x.unit != u })
		},
		func(a *asked, r *rand.Rand) {
			since, before := pick(r).created, pick(r).expires
			a.filter.CreatedSince, a.filter.ExpiresBefore = &since, &before
			a.also(func(x crowded) bool { return !x.created.Before(since) && x.expires.Before(before) })
		},
		func(a *asked, r *rand.Rand) {
			before := pick(r).updated
			a.filter.UpdatedBefore = &before
			a.also(func(x crowded) bool { return x.updated.Before(before) })
		},
	}
}

// TestAListShowsWhatANaiveOneWould asks many lists at random, in every view, with and
// without a search, filters and orders, by people who see all, a part or their own; and
// compares the pages, the ids of the whole, the whole and the count with the rows.
func TestAListShowsWhatANaiveOneWould(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 420)
	parts := c.parts()
	r := rand.New(rand.NewPCG(5, 6)) // the same lists each time
	local := person("local", lifecycle.ViewOnly, "sales")
	for n := range 150 {
		a := &asked{}
		for _, part := range r.Perm(len(parts))[:r.IntN(4)] { // each once: it sets its own fields
			parts[part](a, r)
		}
		by := []viewer.Viewer{looker, local, rita}[r.IntN(3)]
		view := inventory.EnrollmentViews[r.IntN(len(inventory.EnrollmentViews))]
		if view == inventory.ViewNeedsMyApproval || n%2 == 0 {
			view = inventory.ViewAll
		}
		in := inventory.EnrollmentListInput{View: &view, Filter: &a.filter, OrderBy: &inventory.EnrollmentOrder{
			Field: []inventory.EnrollmentOrderField{inventory.OrderCreatedAt, inventory.OrderUpdatedAt, inventory.OrderExpiresAt, inventory.OrderSeatID}[r.IntN(4)], Direction: []page.Direction{page.Ascending, page.Descending}[r.IntN(2)],
		}}
		if n%5 == 0 {
			text := []string{"ada", "ada3", "da3@ex", "SEAT-1 ada", "eat-11", "example.com 5"}[r.IntN(6)]
			in.Search = &text
		}
		c.compare(t, fmt.Sprintf("list %d", n), by, in, a)
	}
}

// compare reads a list in every way.
func (c *crowd) compare(t *testing.T, name string, by viewer.Viewer, in inventory.EnrollmentListInput, a *asked) {
	t.Helper()
	want := c.naive(by, in, a)
	name = fmt.Sprintf("%s: %s of %s, %+v, search %v, by %s", name, *in.View, by.Subject, a.filter, in.Search, *in.OrderBy)
	var got []uuid.UUID
	args := page.Args{First: ptr(20)}
	for {
		p, err := c.Inventory.Enrollments(c.as(by), args, in, inventory.Fields{})
		granted(t, err)
		for _, e := range p.Nodes() {
			got = append(got, e.ID.UUID)
		}
		if args.After = p.PageInfo.EndCursor; !p.PageInfo.HasNextPage {
			n, err := p.TotalCount(c.as(by))
			granted(t, err)
			if n != len(want) {
				t.Errorf("%s: counted %d of %d", name, n, len(want))
			}
			break
		}
	}
	ids, err := c.Inventory.EnrollmentIDs(c.as(by), in, 1000)
	granted(t, err)
	var whole []uuid.UUID
	granted(t, c.Inventory.EachEnrollment(c.as(by), in, func(es []*inventory.Enrollment) error {
		for _, e := range es {
			whole = append(whole, e.ID.UUID)
		}
		return nil
	}))
	n, capped, err := c.Inventory.CountEnrollments(c.as(by), in)
	granted(t, err)
	if !slices.Equal(got, want) || !slices.Equal(ids, want) || !slices.Equal(whole, want) || n != len(want) || capped {
		t.Fatalf("%s:\n want %d\npages %d %v\n  ids %d %v\nwhole %d %v\ncount %d", name, len(want), len(got), slices.Equal(got, want), len(ids), slices.Equal(ids, want), len(whole), slices.Equal(whole, want), n)
	}
	if few, err := c.Inventory.EnrollmentIDs(c.as(by), in, 7); err != nil || !slices.Equal(few, want[:min(8, len(want))]) {
		t.Errorf("%s: the first 8 are %v, %v", name, few, err)
	}
}

// naive are the ids of a list, made of all rows.
func (c *crowd) naive(by viewer.Viewer, in inventory.EnrollmentListInput, a *asked) []uuid.UUID {
	now := morning.Add(25 * day)
	var rows []crowded
	for _, x := range c.rows {
		fits := x.matches(in.Search) && x.shown(*in.View, by.Subject, now)
		switch by.Subject {
		case "local":
			fits = fits && x.unit == c.other.UUID
		case "rita":
			fits = fits && x.requester == "rita"
		}
		for _, fit := range a.fits {
			fits = fits && fit(x)
		}
		if fits {
			rows = append(rows, x)
		}
	}
	slices.SortFunc(rows, func(x, y crowded) int {
		by := 0
		switch in.OrderBy.Field {
		case inventory.OrderCreatedAt:
			by = x.created.Compare(y.created)
		case inventory.OrderUpdatedAt:
			by = x.updated.Compare(y.updated)
		case inventory.OrderExpiresAt:
			by = x.expires.Compare(y.expires)
		case inventory.OrderSeatID:
			by = strings.Compare(x.key, y.key)
		}
		return sign(in.OrderBy.Direction) * cmp.Or(by, slices.Compare(x.id[:], y.id[:]))
	})
	var ids []uuid.UUID
	for _, x := range rows {
		ids = append(ids, x.id)
	}
	return ids
}

// shown reports whether a view shows the row.
func (x crowded) shown(v inventory.EnrollmentView, subject string, now time.Time) bool {
	is := func(s ...lifecycle.Status) bool { return slices.Contains(s, x.status) }
	switch v {
	case inventory.ViewPendingApproval:
		return is(lifecycle.Pending, lifecycle.PendingSecondApproval)
	case inventory.ViewInProgress:
		return is(lifecycle.InProgress)
	case inventory.ViewLocked:
		return is(lifecycle.Locked)
	case inventory.ViewExpired:
		return is(lifecycle.Expired)
	case inventory.ViewExpiringSoon:
		return is(lifecycle.Expiring...) && x.expires.Before(now.Add(inventory.Soon))
	case inventory.ViewAwaitingPickup:
		return is(lifecycle.Approved)
	case inventory.ViewRecentlyRedeemed:
		return is(lifecycle.Redeemed) && !x.updated.Before(now.Add(-inventory.Recent))
	case inventory.ViewRejected:
		return is(lifecycle.Rejected)
	case inventory.ViewMine:
		return x.requester == subject
	}
	return true
}

// matches reports whether a search finds the row: each of its words in one of the words
// of the seatId, the address and the name.
func (x crowded) matches(search *string) bool {
	if search == nil {
		return true
	}
	words := append([]string{x.key, x.email}, strings.Fields(x.name)...)
	for _, w := range strings.Fields(strings.ToLower(*search)) {
		if !slices.ContainsFunc(words, func(s string) bool {
			return strings.HasPrefix(s, w) || len(w) >= 3 && strings.Contains(s, w)
		}) {
			return false
		}
	}
	return true
}

func TestFiltersOfEnrollmentsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	many := make([]string, 101)
	for n := range many {
		many[n] = fmt.Sprint("seat-", n)
	}
	later, earlier := morning.Add(day), morning
	for name, c := range map[string]struct {
		filter inventory.EnrollmentFilter
		at     []string
	}{
		"101 seatIds":            {inventory.EnrollmentFilter{SeatIDs: many}, []string{"filter", "seatIds"}},
		"an empty address":       {inventory.EnrollmentFilter{Emails: []string{"ada@example.com", " "}}, []string{"filter", "emails", "1"}},
		"no address":             {inventory.EnrollmentFilter{Emails: []string{"ada at example.com"}}, []string{"filter", "emails", "0"}},
		"a requester of 2 lines": {inventory.EnrollmentFilter{Requesters: []string{"a\nb"}}, []string{"filter", "requesters", "0"}},
		"a reversed span":        {inventory.EnrollmentFilter{CreatedSince: &later, CreatedBefore: &earlier}, []string{"filter", "createdBefore"}},
		"a span of nothing":      {inventory.EnrollmentFilter{ExpiresSince: &later, ExpiresBefore: &later}, []string{"filter", "expiresBefore"}},
	} {
		_, err := w.Inventory.Enrollments(w.as(looker), page.Args{}, inventory.EnrollmentListInput{Filter: &c.filter}, nil)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Invalid || !strings.HasSuffix(strings.Join(no.Field, "."), strings.Join(c.at, ".")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
