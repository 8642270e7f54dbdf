package inventory_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// many adds n pending requests of a type in a business unit, one each second.
func (w *world) many(n int, unit, under id.ID, kind lifecycle.SeatType) {
	w.t.Helper()
	w.past(`INSERT INTO enrollments (id, created_at, updated_at, business_unit_id, profile_id, seat_type, seat_id, seat_key, ca_type, authentication_method,
  enrollment_method, status, expires_at, promise, approvals_required, requester_issuer, requester_subject)
SELECT gen_random_uuid(), $1::timestamptz + n * interval '1 second', $1, $2, $3, $4::text, $4 || n, lower($4 || n), 'PRIVATE', 'MANUAL_APPROVAL', 'BROWSER_PKCS12', 'PENDING',
  $1::timestamptz + interval '90 days', '{}', 1, 'https://id.example.com', 'rita' FROM generate_series(1, $5::int) n`, morning, unit.UUID, under.UUID, string(kind), n)
}

func TestAFilterThatReadsTooMuchIsRefusedAndNeverLies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	under := w.profile(rules{})
	w.many(10_040, w.unit, under, lifecycle.User)
	w.many(3, w.unit, under, lifecycle.Device) // the oldest three, and three others of the same seconds
	w.past(`UPDATE enrollments SET email = 'ada@example.com' WHERE seat_type = 'DEVICE'`)

	for _, c := range []struct {
		name   string
		filter inventory.EnrollmentFilter
		order  page.Direction
		first  int
		page   bool // shown rather than refused
		count  int  // exact, or -1 for refused
		capped bool
	}{
		{"everything", inventory.EnrollmentFilter{}, page.Descending, 5, true, 10_000, true},
		{"few of many, at the far end", inventory.EnrollmentFilter{HasEmail: ptr(true)}, page.Descending, 2, false, -1, false},
		{"few of many, at the near end", inventory.EnrollmentFilter{HasEmail: ptr(true)}, page.Ascending, 2, true, -1, false},
		{"few of few", inventory.EnrollmentFilter{HasEmail: ptr(true), CreatedBefore: ptr(morning.Add(100e9))}, page.Descending, 5, true, 3, false},
		{"almost all of many", inventory.EnrollmentFilter{HasEmail: ptr(false)}, page.Descending, 5, true, 10_000, true},
	} {
		p, err := w.Inventory.Enrollments(w.as(looker), page.Args{First: &c.first}, inventory.EnrollmentListInput{Filter: &c.filter, OrderBy: &inventory.EnrollmentOrder{Field: inventory.OrderCreatedAt, Direction: c.order}}, nil)
		if no := refusal.Find(err); (err == nil) != c.page || err != nil && (no == nil || no.Code != page.TooBroad) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil {
			continue
		}
		if want := min(c.first, max(c.count, 2)); len(p.Edges) != want {
			t.Errorf("%s: %d of a page of %d", c.name, len(p.Edges), c.first)
		}
		n, err := p.TotalCount(w.as(looker))
		if c.count < 0 {
			if no := refusal.Find(err); no == nil || no.Code != page.TooBroad {
				t.Errorf("%s: counted %d, %v; what cannot be counted must say so", c.name, n, err)
			}
			continue
		}
		capped, _ := p.TotalCountCapped(w.as(looker))
		if err != nil || n != c.count || capped != c.capped {
			t.Errorf("%s: counted %d, capped %v, %v; want %d, %v", c.name, n, capped, err, c.count, c.capped)
		}
	}
}

func TestAViewerOfManyBusinessUnitsSeesTheseAndNoOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	under := w.profile(rules{})
	mine := []string{"research"}
	for n := range 61 {
		unit := id.New(id.BusinessUnit)
		key := fmt.Sprintf("unit-%02d", n)
		w.past(`INSERT INTO business_units (id, created_at, updated_at, key, name, approver_emails, manager_emails) VALUES ($1, $2, $2, $3, $3, '[]', '[]')`, unit.UUID, morning, key)
		w.many(1, unit, under, lifecycle.User)
		w.past(`INSERT INTO seats (id, created_at, updated_at, unused_since, business_unit_id, seat_type, seat_id, seat_key) VALUES ($1, $2, $2, $2, $3, 'USER', $4, $4)`, uuid.New(), morning, unit.UUID, key)
		if n < 60 {
			mine = append(mine, key)
		}
	}
	w.set(morning.Add(91 * day)) // all of them are due, so that both kinds of branch are walked
	for _, c := range []struct {
		units []string
		want  int
	}{{mine, 60}, {mine[:11], 10}, {nil, 61}} {
		who := person("looker", lifecycle.ViewOnly, c.units...)
		for _, view := range []inventory.EnrollmentView{inventory.ViewAll, inventory.ViewExpired} {
			p, err := w.Inventory.Enrollments(w.as(who), page.Args{First: ptr(100)}, inventory.EnrollmentListInput{View: &view}, nil)
			granted(t, err)
			n, err := p.TotalCount(w.as(who))
			granted(t, err)
			if len(p.Edges) != c.want || n != c.want {
				t.Errorf("%d business units: %s shows %d and counts %d, want %d", len(c.units), view, len(p.Edges), n, c.want)
			}
		}
		seats, err := w.Inventory.Seats(w.as(who), page.Args{First: ptr(100)}, inventory.SeatListInput{})
		granted(t, err)
		n, err := seats.TotalCount(w.as(who))
		granted(t, err)
		if len(seats.Edges) != c.want || n != c.want {
			t.Errorf("%d business units: %d seats shown, %d counted; want %d", len(c.units), len(seats.Edges), n, c.want)
		}
	}
}
