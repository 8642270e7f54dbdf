package inventory_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

func TestEachFilterAloneAndTwoTogether(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	everything := map[string]*inventory.Enrollment{}
	unitOf := map[string]id.ID{}
	p, err := g.Inventory.Enrollments(g.as(boss), page.Args{First: ptr(100)}, inventory.EnrollmentListInput{}, nil)
	granted(t, err)
	seatOf := map[string]id.ID{}
	for _, e := range p.Nodes() {
		everything[e.SeatID] = e
		unitOf[e.SeatID] = g.unit
		if e.SeatID == "elsewhere" {
			unitOf[e.SeatID] = g.other
		}
		seat, err := g.Inventory.SeatOf(g.as(boss), e)
		granted(t, err)
		if seat != nil {
			seatOf[e.SeatID] = seat.ID
		}
	}
	type filter struct {
		name string
		put  func(*inventory.EnrollmentFilter)
		fits func(e *inventory.Enrollment) bool
	}
	profileOf := func(e *inventory.Enrollment) id.ID {
		p, err := g.Inventory.ProfileOf(g.as(boss), e, false)
		granted(t, err)
		return p.ID
	}
	created, updated, expires := everything["working"].CreatedAt, everything["rejected"].UpdatedAt, viewed.Add(30*day)
	// A span ends later than it begins, also where two filters make one.
	createdUntil, updatedUntil, expiresUntil := created.Add(time.Microsecond), updated.Add(time.Microsecond), expires.Add(time.Microsecond)
	twoSeats := []id.ID{seatOf["due-approved"], seatOf["approved"], seatOf["approved"]}
	filters := []filter{
		{"business unit", func(f *inventory.EnrollmentFilter) { f.BusinessUnitIDs = []id.ID{g.unit, g.unit} }, func(e *inventory.Enrollment) bool { return unitOf[e.SeatID] == g.unit }},
		{"statuses", func(f *inventory.EnrollmentFilter) {
			f.Statuses = []lifecycle.Status{lifecycle.Expired, lifecycle.Pending, lifecycle.Expired}
		}, func(e *inventory.Enrollment) bool {
			return e.Status == lifecycle.Expired || e.Status == lifecycle.Pending
		}},
		{"expired", func(f *inventory.EnrollmentFilter) { f.Statuses = []lifecycle.Status{lifecycle.Expired} }, func(e *inventory.Enrollment) bool { return e.Status == lifecycle.Expired }},
		{"profiles", func(f *inventory.EnrollmentFilter) { f.ProfileIDs = []id.ID{g.twice, g.under, g.twice} }, func(e *inventory.Enrollment) bool { p := profileOf(e); return p == g.twice || p == g.under }},
		{"seats", func(f *inventory.EnrollmentFilter) { f.Seats = twoSeats }, func(e *inventory.Enrollment) bool { return e.SeatID == "due-approved" || e.SeatID == "approved" }},
		{"seat types", func(f *inventory.EnrollmentFilter) { f.SeatTypes = []lifecycle.SeatType{lifecycle.Device} }, func(e *inventory.Enrollment) bool { return e.SeatType == lifecycle.Device }},
		{"methods", func(f *inventory.EnrollmentFilter) {
			f.AuthenticationMethods = []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode}
		}, func(*inventory.Enrollment) bool { return false }},
		{"enrollment methods", func(f *inventory.EnrollmentFilter) {
			f.EnrollmentMethods = []lifecycle.EnrollmentMethod{lifecycle.BrowserPKCS12, lifecycle.CSR}
		}, func(*inventory.Enrollment) bool { return true }},
		{"CA types", func(f *inventory.EnrollmentFilter) { f.CaTypes = []lifecycle.CAType{lifecycle.Public} }, func(*inventory.Enrollment) bool { return false }},
		{"created", func(f *inventory.EnrollmentFilter) { f.CreatedSince = &created }, func(e *inventory.Enrollment) bool { return !e.CreatedAt.Before(created) }},
		{"created before", func(f *inventory.EnrollmentFilter) { f.CreatedBefore = &createdUntil }, func(e *inventory.Enrollment) bool { return e.CreatedAt.Before(createdUntil) }},
		{"updated", func(f *inventory.EnrollmentFilter) { f.UpdatedSince = &updated }, func(e *inventory.Enrollment) bool { return !e.UpdatedAt.Before(updated) }},
		{"updated before", func(f *inventory.EnrollmentFilter) { f.UpdatedBefore = &updatedUntil }, func(e *inventory.Enrollment) bool { return e.UpdatedAt.Before(updatedUntil) }},
		{"expires", func(f *inventory.EnrollmentFilter) { f.ExpiresSince = &expires }, func(e *inventory.Enrollment) bool { return !e.ExpiresAt.Before(expires) }},
		{"expires before", func(f *inventory.EnrollmentFilter) { f.ExpiresBefore = &expiresUntil }, func(e *inventory.Enrollment) bool { return e.ExpiresAt.Before(expiresUntil) }},
		{"nothing at all", func(f *inventory.EnrollmentFilter) { f.SeatTypes = []lifecycle.SeatType{} }, func(*inventory.Enrollment) bool { return false }},
	}
	local := person("local", lifecycle.ViewOnly, "research", "default")
	for n, a := range filters {
		for _, b := range filters[n:] {
			var f inventory.EnrollmentFilter
			a.put(&f)
			b.put(&f)
			both := a.name + " and " + b.name
			if overwrites(a.name, b.name) {
				continue
			}
			for _, v := range []viewer.Viewer{boss, local, rita} {
				for _, order := range []inventory.EnrollmentOrderField{inventory.OrderCreatedAt, inventory.OrderExpiresAt} {
					var want []string
					for name, e := range everything {
						seen := v.Subject == "boss" || unitOf[name] == g.unit && (v.Subject == "local" || name != "anna-asks")
						if seen && a.fits(e) && b.fits(e) {
							want = append(want, name)
						}
					}
					slices.Sort(want)
					if got := g.names(v, inventory.ViewAll, &f, &inventory.EnrollmentOrder{Field: order, Direction: page.Descending}); !slices.Equal(got, want) {
						t.Errorf("%s, by %s in the order of %s:\n got %v\nwant %v", both, v.Subject, order, got, want)
					}
				}
			}
		}
	}
}

// overwrites reports whether two filters of the table set the same field.
func overwrites(a, b string) bool {
	field := map[string]string{"expired": "statuses", "nothing at all": "seat types", "ids of other things": "business unit"}
	for alias, of := range field {
		if a == alias {
			a = of
		}
		if b == alias {
			b = of
		}
	}
	return a == b
}
