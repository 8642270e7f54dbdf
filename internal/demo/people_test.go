package demo

import (
	"os"
	"regexp"
	"testing"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// TestSignIn holds the people against those whom GraphiQL's sign-in offers.
func TestSignIn(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("../graphiql/assets/signin.js")
	if err != nil {
		t.Fatal(err)
	}
	offered := regexp.MustCompile(`(?m)^\s*\["([A-Z_]+)", "[^"]+", "([^"]+)", `).FindAllStringSubmatch(string(script), -1)
	if len(offered) != len(signIn) {
		t.Fatalf("the page offers %d people, the story has %d", len(offered), len(signIn))
	}
	for n, p := range signIn {
		if offered[n][1] != string(p.role) || offered[n][2] != p.name {
			t.Errorf("the page offers %s as %s, the story has %s as %s", offered[n][2], offered[n][1], p.name, p.role)
		}
	}
}

// everybodySees signs each person of the sign-in page in and looks at what the
// dashboard shows them.
func everybodySees(t *testing.T, h *house.House) {
	for _, p := range signIn {
		t.Run(p.name, func(t *testing.T) {
			sees := func(view inventory.EnrollmentView) int {
				c, err := h.Inventory.Enrollments(viewer.With(t.Context(), p.viewer()), page.Args{}, inventory.EnrollmentListInput{View: &view}, nil)
				if err != nil {
					t.Fatal(err)
				}
				n, err := c.TotalCount(viewer.With(t.Context(), p.viewer()))
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			for _, view := range []inventory.EnrollmentView{
				inventory.ViewPendingApproval, inventory.ViewInProgress, inventory.ViewExpiringSoon, inventory.ViewAwaitingPickup, inventory.ViewExpired, inventory.ViewRejected,
			} {
				if sees(view) == 0 {
					t.Errorf("sees nothing in %s", view)
				}
			}
			grants := p.role.Permissions()
			if mine := sees(inventory.ViewNeedsMyApproval); (mine >= 20) != grants.Has(lifecycle.ApproveEnrollments) {
				t.Errorf("%d requests wait for them", mine)
			}
			if own := sees(inventory.ViewMine); (own > 0) != grants.Has(lifecycle.RequestEnrollments) && p.name != ada.name {
				t.Errorf("%d requests are theirs", own)
			}
			if !grants.Has(lifecycle.ViewAuditLog) {
				return
			}
			entries, err := h.Log.List(viewer.With(t.Context(), p.viewer()), page.Args{}, auditlog.ListInput{Filter: &auditlog.Filter{}})
			if err != nil || len(entries.Nodes()) == 0 {
				t.Errorf("sees no audit entry: %v", err)
			}
		})
	}
}
