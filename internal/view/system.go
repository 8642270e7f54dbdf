package view

import (
	"context"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// SystemView is a view that every server has.
type SystemView struct {
	List  lifecycle.List
	View  string
	Title string
}

// systemView is a system view by its word, and what people call it.
type systemView struct{ view, title string }

// enrollmentTitles, seatTitles and certificateTitles are what people call the system
// views; a test finds one for each.
var (
	enrollmentTitles = map[inventory.EnrollmentView]string{
		inventory.ViewAll: "All enrollments", inventory.ViewNeedsMyApproval: "Needs my approval", inventory.ViewPendingApproval: "Pending approval",
		inventory.ViewInProgress: "In progress", inventory.ViewLocked: "Locked", inventory.ViewExpired: "Expired",
		inventory.ViewExpiringSoon: "Expiring within 7 days", inventory.ViewAwaitingPickup: "Awaiting pick-up",
		inventory.ViewRecentlyRedeemed: "Redeemed in the last 30 days", inventory.ViewRejected: "Rejected", inventory.ViewMine: "My requests",
	}
	seatTitles = map[inventory.SeatView]string{
		inventory.SeatsAll: "All seats", inventory.SeatsNotEnrolled: "Not enrolled", inventory.SeatsEnrolled: "Enrolled",
		inventory.SeatsConsumed: "Consumed", inventory.SeatsUnused: "Unused for 90 days", inventory.SeatsDeleted: "Deleted",
	}
	certificateTitles = map[inventory.CertificateView]string{
		inventory.CertificatesAll: "All certificates", inventory.CertificatesExpiring: "Expiring within 30 days",
		inventory.CertificatesExpired: "Expired", inventory.CertificatesRevoked: "Revoked",
		inventory.CertificatesDiscovered: "Discovered", inventory.CertificatesUnassigned: "Without a seat",
	}
)

// offered are the system views of a list with their titles.
func offered[V ~string](views []V) []systemView {
	out := make([]systemView, len(views))
	for n, v := range views {
		out[n].view = string(v)
		switch v := any(v).(type) {
		case inventory.EnrollmentView:
			out[n].title = enrollmentTitles[v]
		case inventory.SeatView:
			out[n].title = seatTitles[v]
		case inventory.CertificateView:
			out[n].title = certificateTitles[v]
		}
	}
	return out
}

// SystemViews are the views of a list that every server has, in the order in which
// they are to be offered; none for a viewer who may not see the list.
func (vs *Views) SystemViews(ctx context.Context, list lifecycle.List) ([]*SystemView, error) {
	out := []*SystemView{}
	s, _ := shapeOf(list)
	if v, _ := viewer.From(ctx); !v.Permissions.HasAny(s.needs...) {
		return out, nil
	}
	for _, v := range s.views {
		out = append(out, &SystemView{List: list, View: v.view, Title: v.title})
	}
	return out, nil
}
