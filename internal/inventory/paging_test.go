package inventory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/inventory"
	"gatehouse/internal/page"
)

func TestPagesHoldTogetherInEveryOrder(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	// Many rows of one value: the id must break the tie.
	g.past(`UPDATE enrollments SET updated_at = $1 WHERE seat_key LIKE 'anna%'`, morning)
	for _, view := range []inventory.EnrollmentView{inventory.ViewAll, inventory.ViewExpired, inventory.ViewPendingApproval} {
		for _, field := range []inventory.EnrollmentOrderField{inventory.OrderCreatedAt, inventory.OrderExpiresAt, inventory.OrderUpdatedAt, inventory.OrderSeatID} {
			for _, direction := range []page.Direction{page.Ascending, page.Descending} {
				order := &inventory.EnrollmentOrder{Field: field, Direction: direction}
				name := fmt.Sprintf("%s %s %s", view, field, direction)
				whole, err := g.Inventory.Enrollments(g.as(looker), page.Args{First: ptr(100)}, inventory.EnrollmentListInput{View: &view, OrderBy: order}, nil)
				granted(t, err)
				want := seatIDs(whole.Nodes())
				if !slices.IsSortedFunc(whole.Nodes(), func(a, b *inventory.Enrollment) int { return sign(direction) * compare(field, a, b) }) {
					t.Errorf("%s: not in order: %v", name, want)
				}
				var forth, back []string
				args := page.Args{First: ptr(2)}
				for {
					p, err := g.Inventory.Enrollments(g.as(looker), args, inventory.EnrollmentListInput{View: &view, OrderBy: order}, nil)
					granted(t, err)
					forth = append(forth, seatIDs(p.Nodes())...)
					if args.After = p.PageInfo.EndCursor; !p.PageInfo.HasNextPage {
						break
					}
				}
				args = page.Args{Last: ptr(3)}
				for {
					p, err := g.Inventory.Enrollments(g.as(looker), args, inventory.EnrollmentListInput{View: &view, OrderBy: order}, nil)
					granted(t, err)
					back = append(seatIDs(p.Nodes()), back...)
					if args.Before = p.PageInfo.StartCursor; !p.PageInfo.HasPreviousPage {
						break
					}
				}
				if !slices.Equal(forth, want) || !slices.Equal(back, want) {
					t.Errorf("%s:\nforwards  %v\nbackwards %v\nwant      %v", name, forth, back, want)
				}
			}
		}
	}
}

// compare is the order of two enrollments in a field.
func compare(field inventory.EnrollmentOrderField, a, b *inventory.Enrollment) int {
	switch field {
	case inventory.OrderCreatedAt:
		return a.CreatedAt.Compare(b.CreatedAt)
	case inventory.OrderExpiresAt:
		return a.ExpiresAt.Compare(b.ExpiresAt)
	case inventory.OrderUpdatedAt:
		return a.UpdatedAt.Compare(b.UpdatedAt)
	}
	return strings.Compare(strings.ToLower(a.SeatID), strings.ToLower(b.SeatID))
}

func sign(d page.Direction) int {
	if d == page.Descending {
		return -1
	}
	return 1
}
