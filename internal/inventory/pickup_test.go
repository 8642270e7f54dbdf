package inventory_test

import (
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// The secret of the pick-up comes with the last approval and not before; the
// request's own link is there from the beginning and is another.
func TestTheLinksOfARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	e := w.request(rita, w.profile(rules{changes: profile.RuleChanges{ApprovalsRequired: ptr(2)}}), "ada")
	token := w.token(e)
	if token == "" || w.pickup(e) != "" {
		t.Fatalf("a new request has a link: %v, and a pick-up secret: %v", token != "", w.pickup(e) != "")
	}
	w.approve(anna, e)
	if w.pickup(e) != "" {
		t.Error("one of two approvals made a pick-up secret")
	}
	w.approve(ben, e)
	first := w.pickup(e)
	if first == "" || first == token || w.token(e) != token {
		t.Errorf("approved for good: a pick-up secret: %v, the link as it was: %v", first != "", w.token(e) == token)
	}
	if to := w.mailed(e, lifecycle.MailApproved); to != "ada@example.org" {
		t.Errorf("told is %q", to)
	}

	before := w.enrollment(e)
	p, err := w.Inventory.ResendApproval(w.as(manager), inventory.ResendApprovalEmailInput{ID: e, Comment: ptr("Lost it"), ExpectedVersion: &before.Version})
	now := done(t, p, err)
	if now.Status != lifecycle.Approved || !now.ExpiresAt.Equal(before.ExpiresAt) || w.pickup(e) == first || w.pickup(e) == "" || w.token(e) != token {
		t.Errorf("resent: %s until %s, another secret: %v", now.Status, now.ExpiresAt, w.pickup(e) != first)
	}
	if to := w.mailed(e, lifecycle.MailApproved); to != "ada@example.org,ada@example.org" {
		t.Errorf("told are %q", to)
	}
	if w.entries(e, audit.ResendApproval, audit.Success) != 1 || len(w.told(e, audit.ResendApproval)) > 0 || w.comment(e, audit.ResendApproval) != "Lost it" {
		t.Errorf("the entry tells %v", w.told(e, audit.ResendApproval))
	}
	w.honest()
}

func TestPickUpLinksThatAreNotMailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{})
	approved, pending, due := w.approvedFor(under, "approved"), w.request(rita, under, "pending"), w.approvedFor(under, "due")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, due.UUID, morning)
	nobody := w.approvedFor(under, "nobody")
	w.past(`UPDATE enrollments SET email = '' WHERE id = $1`, nobody.UUID)
	w.past(`UPDATE seats SET email = '' WHERE seat_key = 'nobody'`)
	seats := w.approvedFor(under, "seats")
	w.past(`UPDATE enrollments SET email = '' WHERE id = $1`, seats.UUID)
	invited := w.invited(w.byCode(), "invited")
	p, err := w.Inventory.ResendApprovalMany(w.as(manager), inventory.ResendApprovalEmailsInput{IDs: []id.ID{pending, approved, due, nobody, seats, invited}})
	granted(t, err)
	for n, want := range []refusal.Code{refusal.InvalidState, "", refusal.InvalidState, refusal.Invalid, "", refusal.WrongMethod} {
		if r := p.Results[n]; code(r.UserErrors) != want {
			t.Errorf("%d: %v; want %q", n, r.UserErrors, want)
		}
	}
	if to := w.mailed(seats, lifecycle.MailApproved); to != "seats@example.org,seats@example.org" {
		t.Errorf("told are %q; want the seat's address", to)
	}
	w.honest()
}
