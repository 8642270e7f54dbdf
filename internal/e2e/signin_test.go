//go:build e2e

package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// The dashboard, as far as a test looks at it.
type dashboard struct {
	Viewer          struct{ Roles []string }
	SeatUsage       struct{ Allocated, Created, Consumed, Available int }
	MyTurn, Pending struct{ TotalCount int }
}

// decision is the answer of the tab Approve.
type decision struct {
	ApproveEnrollment struct {
		Enrollment *struct {
			ID, Status         string
			AvailableActions   []string
			UnavailableActions []struct{ Action, Code, Message string }
		}
		UserErrors []struct{ Code, Message string }
	}
}

// A viewer and an approver sit down at GraphiQL, one after the other: both see how
// things stand, the approver approves, and the viewer is told in words why not.
func TestTwoPeopleAtGraphiQL(t *testing.T) {
	t.Parallel()
	dev := startDev(t, demoDir(t))
	office := openOffice(t, dev.url, "e2e-harbour", "Harbour office", "quay.example.com", "crane.example.com")
	p := openGraphiQL(t, dev.url)

	// Whoever opens the page and presses the button is the administrator.
	p.openTab(t, "Dashboard")
	var seen dashboard
	p.run(t, &seen)
	p.picture(t, "1-dashboard-of-an-administrator")
	if !slices.Equal(seen.Viewer.Roles, []string{"ADMIN"}) || seen.Pending.TotalCount < len(office.requests) {
		t.Errorf("the administrator of everything sees %+v", seen)
	}

	p.signIn(t, "Viewer", office.name)
	seen = dashboard{}
	p.run(t, &seen)
	p.picture(t, "2-dashboard-of-a-viewer")
	if !slices.Equal(seen.Viewer.Roles, []string{"VIEWER"}) {
		t.Errorf("the roles are %v", seen.Viewer.Roles)
	}
	if u := seen.SeatUsage; u.Allocated != licences || u.Created != 0 || u.Available != licences {
		t.Errorf("the seat usage is %+v, want %d licences and none used", u, licences)
	}
	if seen.Pending.TotalCount != 2 || seen.MyTurn.TotalCount != 0 {
		t.Errorf("%d are pending and %d wait for the viewer, want 2 and 0", seen.Pending.TotalCount, seen.MyTurn.TotalCount)
	}

	p.signIn(t, "Approver", office.name)
	p.run(t, &seen)
	if seen.Pending.TotalCount != 2 || seen.MyTurn.TotalCount != 2 {
		t.Errorf("%d are pending and %d wait for the approver, want 2 and 2", seen.Pending.TotalCount, seen.MyTurn.TotalCount)
	}
	p.openTab(t, "WhatWaitsForMe")
	var waiting struct {
		Enrollments struct{ Nodes []struct{ ID, SeatID string } }
	}
	p.run(t, &waiting)
	p.picture(t, "3-what-waits-for-the-approver")
	var ids []string
	for _, n := range waiting.Enrollments.Nodes {
		ids = append(ids, n.ID)
	}
	if slices.Sort(ids); !slices.Equal(ids, slices.Sorted(slices.Values(office.requests))) {
		t.Fatalf("%v wait for the approver, want %v", ids, office.requests)
	}

	p.openTab(t, "Approve")
	var decided decision
	p.setVariables(t, approval(office.requests[0], "Checked with the harbour team."))
	p.run(t, &decided)
	p.picture(t, "4-approved")
	if d := decided.ApproveEnrollment; d.Enrollment == nil || d.Enrollment.Status != "APPROVED" || len(d.UserErrors) > 0 {
		t.Errorf("the approval says %+v", d)
	}

	p.signIn(t, "Viewer", office.name)
	decided = decision{}
	p.setVariables(t, approval(office.requests[1], "Just trying."))
	p.run(t, &decided)
	p.picture(t, "5-refused-as-a-viewer")
	isRefusedInWords(t, decided)

	p.openTab(t, "Usage")
	var usage struct {
		SeatUsage struct{ Allocated, Created int }
	}
	p.run(t, &usage)
	p.picture(t, "6-usage")
	if usage.SeatUsage.Allocated != licences || usage.SeatUsage.Created != 1 {
		t.Errorf("the seat usage is %+v, want %d licences and the one seat that the approval made", usage.SeatUsage, licences)
	}

	p.do(t, "switching to the dark", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	p.picture(t, "7-in-the-dark")

	auditor := as(t, dev.url, "olga-weber", "Olga Weber", "AUDITOR")
	if got := []string{auditor.status(t, office.requests[0]), auditor.status(t, office.requests[1])}; !slices.Equal(got, []string{"APPROVED", "PENDING"}) {
		t.Errorf("the two requests are %v", got)
	}
	if got, want := auditor.trail(t, office.requests[0]), []string{"REQUEST SUCCESS Rita Costa", "APPROVE SUCCESS Amara Okafor"}; !slices.Equal(got, want) {
		t.Errorf("the trail of the approved request is %q, want %q", got, want)
	}
	if got, want := auditor.trail(t, office.requests[1]), []string{"REQUEST SUCCESS Rita Costa", "APPROVE REFUSED Viktor Hahn"}; !slices.Equal(got, want) {
		t.Errorf("the trail of the refused request is %q, want %q", got, want)
	}
	p.isClean(t, dev.url)
}

// approval is the variables of the tab Approve.
func approval(id, comment string) map[string]any {
	return map[string]any{"input": map[string]any{"id": id, "comment": comment}}
}

// isRefusedInWords holds a refusal to what a person needs: that it is about rights,
// which one is missing, who has it; in a sentence, and nothing of the inside.
func isRefusedInWords(t *testing.T, d decision) {
	t.Helper()
	if len(d.ApproveEnrollment.UserErrors) != 1 {
		t.Fatalf("want one refusal, got %+v", d)
	}
	refused := d.ApproveEnrollment.UserErrors[0]
	if refused.Code != "FORBIDDEN" {
		t.Errorf("the code is %s", refused.Code)
	}
	for _, word := range []string{"permission", "APPROVE_ENROLLMENTS", "roles", "APPROVER"} {
		if !strings.Contains(refused.Message, word) {
			t.Errorf("the message does not say %q: %s", word, refused.Message)
		}
	}
	if !strings.HasSuffix(refused.Message, ".") || regexp.MustCompile(`(?i)pq:|sql|panic|nil|%!|[{}]`).MatchString(refused.Message) {
		t.Errorf("the message is no sentence for a person: %s", refused.Message)
	}
	if d.ApproveEnrollment.Enrollment != nil && slices.Contains(d.ApproveEnrollment.Enrollment.AvailableActions, "APPROVE") {
		t.Error("what was just refused is said to be available")
	}
}

// trail is who did what to an enrollment, the first first.
func (c caller) trail(t *testing.T, id string) []string {
	t.Helper()
	var data struct {
		Enrollment struct {
			AuditTrail struct {
				Nodes []struct {
					Action, Outcome string
					Actor           struct{ Name string }
				}
			}
		}
	}
	c.ask(t, `query ($id: ID!) { enrollment(id: $id) { auditTrail(first: 20) { nodes { action outcome actor { name } } } } }`,
		map[string]any{"id": id}, &data)
	var out []string
	for _, n := range data.Enrollment.AuditTrail.Nodes {
		out = append(out, n.Action+" "+n.Outcome+" "+n.Actor.Name)
	}
	slices.Reverse(out)
	return out
}
