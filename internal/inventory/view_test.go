package inventory_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// gallery is a small world with an enrollment for everything that a view tells
// apart. Each is named by its seatId.
type gallery struct {
	*world
	under, twice, short, devices id.ID
	other                        id.ID
	byName                       map[string]id.ID
}

// viewed is when the gallery is looked at.
var viewed = morning.Add(40 * day)

func newGallery(t *testing.T) *gallery {
	t.Helper()
	w := newWorld(t, 50)
	g := &gallery{world: w, byName: map[string]id.ID{}}
	g.other = w.newUnit("sales", 50)
	long := profile.RuleChanges{Expiry: ptr(90 * period.Day), PickupTime: ptr(90 * period.Day)}
	two := long
	two.ApprovalsRequired = ptr(2)
	g.under, g.twice = w.profile(rules{changes: long}), w.profile(rules{changes: two})
	g.short = w.profile(rules{})
	g.devices = w.profile(rules{kind: lifecycle.Device, unit: g.other, changes: long})
	add := func(v viewer.Viewer, under id.ID, name string) id.ID {
		g.byName[name] = w.request(v, under, name)
		w.set(time.UnixMicro(w.now.Load()).Add(time.Minute)) // so that each has its own place in time
		return g.byName[name]
	}
	add(rita, g.short, "due") // expires on day 10; nobody has written it down
	w.approve(anna, add(rita, g.short, "due-approved"))
	w.set(morning.Add(day))
	stored := add(rita, g.short, "stored")
	w.past(`UPDATE enrollments SET status = 'EXPIRED' WHERE id = $1`, stored.UUID)
	add(rita, g.under, "pending")
	add(rita, g.under, "anna-asks") // whom a directory also lets approve
	w.past(`UPDATE enrollments SET requester_subject = 'anna' WHERE id = $1`, g.byName["anna-asks"].UUID)
	add(rita, g.under, "anna-holds")
	w.past(`UPDATE enrollments SET email = 'ANNA@Example.com' WHERE id = $1`, g.byName["anna-holds"].UUID)
	w.seat(lifecycle.User, "anna-sits")
	w.past(`UPDATE seats SET email = 'Anna@example.com' WHERE seat_key = 'anna-sits'`)
	add(rita, g.under, "anna-sits")
	add(rita, g.under, "anna-will-sit") // its seat is made by hand after the request
	w.seat(lifecycle.User, "anna-will-sit")
	w.past(`UPDATE seats SET email = 'anna@example.com' WHERE seat_key = 'anna-will-sit'`)
	w.approve(anna, add(rita, g.twice, "anna-said-yes"))
	w.approve(ben, add(rita, g.twice, "ben-said-yes"))
	working, err := w.Inventory.ChangeStatus(w.as(anna), inventory.ChangeEnrollmentStatusInput{ID: add(rita, g.under, "working"), Status: lifecycle.InProgress})
	granted(t, err)
	granted(t, nil, working.UserErrors...)
	w.approve(anna, add(rita, g.under, "approved"))
	for name, status := range map[string]string{"redeemed": "REDEEMED", "redeemed-long-ago": "REDEEMED", "locked": "LOCKED"} {
		w.approve(anna, add(rita, g.under, name))
		w.past(`UPDATE enrollments SET status = $2, updated_at = $3 WHERE id = $1`, g.byName[name].UUID, status, viewed.Add(-30*day))
	}
	w.past(`UPDATE enrollments SET updated_at = updated_at - interval '1 microsecond' WHERE id = $1`, g.byName["redeemed-long-ago"].UUID)
	rejected, err := w.Inventory.Reject(w.as(ben), inventory.RejectEnrollmentInput{ID: add(rita, g.under, "rejected"), Reason: "not ours"})
	granted(t, err)
	granted(t, nil, rejected.UserErrors...)
	add(rita, g.under, "ends-in-a-week")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, g.byName["ends-in-a-week"].UUID, viewed.Add(7*day))
	add(rita, g.under, "ends-sooner")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, g.byName["ends-sooner"].UUID, viewed.Add(7*day-time.Microsecond))
	add(manager, g.devices, "elsewhere")
	w.set(viewed)
	return g
}

// names are what a viewer sees in a view with a filter, sorted; the count must agree.
func (g *gallery) names(v viewer.Viewer, view inventory.EnrollmentView, filter *inventory.EnrollmentFilter, order *inventory.EnrollmentOrder) []string {
	g.t.Helper()
	p, err := g.Inventory.Enrollments(g.as(v), page.Args{First: ptr(100)}, inventory.EnrollmentListInput{View: &view, Filter: filter, OrderBy: order}, nil)
	if err != nil {
		g.t.Fatalf("%s of %s: %v", view, v.Subject, err)
	}
	n, err := p.TotalCount(g.as(v))
	granted(g.t, err)
	got := sorted(seatIDs(p.Nodes()))
	if n != len(got) {
		g.t.Errorf("%s of %s shows %d and counts %d", view, v.Subject, len(got), n)
	}
	return got
}

func TestEachViewShowsWhatItSays(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	everything := sorted(keys(g.byName))
	anna := anna // everywhere
	// An approver whose token names only the one unit.
	local := person("ben", lifecycle.Approver, "research")
	waiting := []string{"anna-asks", "anna-holds", "anna-sits", "anna-will-sit", "ends-in-a-week", "ends-sooner", "pending"}
	for _, c := range []struct {
		view inventory.EnrollmentView
		by   viewer.Viewer
		want []string
	}{
		{inventory.ViewAll, looker, everything},
		{inventory.ViewAll, local, without(everything, "elsewhere")},
		{inventory.ViewAll, person("nowhere", lifecycle.ViewOnly, "no-such-unit"), nil},
		{inventory.ViewAll, rita, without(everything, "elsewhere", "anna-asks")},
		{inventory.ViewAll, person("rita", lifecycle.Requester, "sales"), nil},
		{inventory.ViewMine, rita, without(everything, "elsewhere", "anna-asks")},
		{inventory.ViewMine, anna, []string{"anna-asks"}},
		{inventory.ViewMine, manager, []string{"elsewhere"}},
		{inventory.ViewNeedsMyApproval, anna, []string{"ben-said-yes", "elsewhere", "ends-in-a-week", "ends-sooner", "pending", "working"}},
		{inventory.ViewNeedsMyApproval, local, sorted(append([]string{"anna-said-yes", "working"}, waiting...))},
		{inventory.ViewNeedsMyApproval, looker, nil},
		{inventory.ViewNeedsMyApproval, rita, nil},
		{inventory.ViewPendingApproval, looker, sorted(append([]string{"anna-said-yes", "ben-said-yes", "elsewhere"}, waiting...))},
		{inventory.ViewInProgress, looker, []string{"working"}},
		{inventory.ViewLocked, looker, []string{"locked"}},
		{inventory.ViewExpired, looker, []string{"due", "due-approved", "stored"}},
		{inventory.ViewExpiringSoon, looker, []string{"ends-sooner"}},
		{inventory.ViewAwaitingPickup, looker, []string{"approved"}},
		{inventory.ViewRecentlyRedeemed, looker, []string{"redeemed"}},
		{inventory.ViewRejected, looker, []string{"rejected"}},
	} {
		if got := g.names(c.by, c.view, nil, nil); !slices.Equal(got, c.want) {
			t.Errorf("%s of %s:\n got %v\nwant %v", c.view, c.by.Subject, got, c.want)
		}
	}
	for _, v := range []viewer.Viewer{{}, {Kind: viewer.User, Issuer: "x", Subject: "x", Units: viewer.Units{All: true}}} {
		_, err := g.Inventory.Enrollments(g.as(v), page.Args{}, inventory.EnrollmentListInput{}, nil)
		if no := refusal.Find(err); no == nil || no.Code != refusal.Forbidden {
			t.Errorf("somebody without a role is answered %v", err)
		}
	}
}

func TestNeedsMyApprovalIsWhatApproveAllows(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	g.past(`UPDATE enrollments SET email = 'ÉVA@Example.com' WHERE id = $1`, g.byName["pending"].UUID)
	eva := viewer.New("https://id.example.com", "eva", "Éva", " éva@example.com", []lifecycle.Role{lifecycle.Approver}, viewer.Units{All: true})
	blank := viewer.New("https://id.example.com", "blank", "Blank", "  ", []lifecycle.Role{lifecycle.Approver}, viewer.Units{All: true})
	for _, v := range []viewer.Viewer{anna, ben, eva, blank, boss} {
		needs := g.names(v, inventory.ViewNeedsMyApproval, nil, nil)
		p, err := g.Inventory.Enrollments(g.as(v), page.Args{First: ptr(100)}, inventory.EnrollmentListInput{}, nil)
		granted(t, err)
		var may []string
		for _, e := range p.Nodes() {
			can, err := g.Inventory.EnrollmentActions(g.as(v), e)
			granted(t, err)
			if slices.Contains(can, lifecycle.ActApprove) {
				may = append(may, e.SeatID)
			}
		}
		if slices.Sort(may); !slices.Equal(needs, may) {
			t.Errorf("%s: the view shows %v, and availableActions offer %v", v.Subject, needs, may)
		}
	}
}

// without is a list without some of its elements.
func without(list []string, names ...string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(names, s) })
}

func keys(m map[string]id.ID) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	return out
}
