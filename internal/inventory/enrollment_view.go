package inventory

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// EnrollmentView is a system view of enrollments (domain.md; TLM's "views").
type EnrollmentView string

// The system views.
const (
	ViewAll              EnrollmentView = "ALL"
	ViewNeedsMyApproval  EnrollmentView = "NEEDS_MY_APPROVAL"
	ViewPendingApproval  EnrollmentView = "PENDING_APPROVAL"
	ViewInProgress       EnrollmentView = "IN_PROGRESS"
	ViewLocked           EnrollmentView = "LOCKED"
	ViewExpired          EnrollmentView = "EXPIRED"
	ViewExpiringSoon     EnrollmentView = "EXPIRING_SOON"
	ViewAwaitingPickup   EnrollmentView = "AWAITING_PICKUP"
	ViewRecentlyRedeemed EnrollmentView = "RECENTLY_REDEEMED"
	ViewRejected         EnrollmentView = "REJECTED"
	ViewMine             EnrollmentView = "MINE"
)

// EnrollmentViews lists the system views in the order in which they are offered.
var EnrollmentViews = []EnrollmentView{
	ViewAll, ViewNeedsMyApproval, ViewPendingApproval, ViewInProgress, ViewLocked, ViewExpired, ViewExpiringSoon,
	ViewAwaitingPickup, ViewRecentlyRedeemed, ViewRejected, ViewMine,
}

// How near is soon, and how far back is recent.
const (
	Soon   = 7 * 24 * time.Hour
	Recent = 30 * 24 * time.Hour
)

// MarshalGQL writes the view as a GraphQL enum value.
func (v EnrollmentView) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(v))) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *EnrollmentView) UnmarshalGQL(x any) error {
	s, _ := x.(string)
	if !slices.Contains(EnrollmentViews, EnrollmentView(s)) {
		return fmt.Errorf("%q is no view of enrollments", x)
	}
	*v = EnrollmentView(s)
	return nil
}

// statuses are those that the view shows.
func (v EnrollmentView) statuses() []lifecycle.Status {
	switch v {
	case ViewNeedsMyApproval:
		return lifecycle.Waiting
	case ViewPendingApproval:
		return []lifecycle.Status{lifecycle.Pending, lifecycle.PendingSecondApproval}
	case ViewInProgress:
		return []lifecycle.Status{lifecycle.InProgress}
	case ViewLocked:
		return []lifecycle.Status{lifecycle.Locked}
	case ViewExpired:
		return []lifecycle.Status{lifecycle.Expired}
	case ViewExpiringSoon:
		return lifecycle.Expiring
	case ViewAwaitingPickup:
		return []lifecycle.Status{lifecycle.Approved}
	case ViewRecentlyRedeemed:
		return []lifecycle.Status{lifecycle.Redeemed}
	case ViewRejected:
		return []lifecycle.Status{lifecycle.Rejected}
	case ViewAll, ViewMine:
		return lifecycle.Statuses
	}
	return nil
}

// order is the view's own order.
func (v EnrollmentView) order() EnrollmentOrder {
	switch v {
	case ViewExpiringSoon:
		return EnrollmentOrder{Field: OrderExpiresAt, Direction: page.Ascending}
	case ViewRecentlyRedeemed:
		return EnrollmentOrder{Field: OrderUpdatedAt, Direction: page.Descending}
	}
	return EnrollmentOrder{Field: OrderCreatedAt, Direction: page.Descending}
}
