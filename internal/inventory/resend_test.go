package inventory_test

import (
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

func TestAnInvitationIsMailedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	under, open := w.byCode(), w.byCode(public, mailsCode)
	for _, c := range []struct {
		name    string
		e       id.ID
		newCode bool
		told    map[string]string
	}{
		{"created", w.invited(under, "created"), false, map[string]string{}},
		{"due", w.lapsed(under, "due"), true, map[string]string{"status": "EXPIRED > CREATED", "attempts": "2 > 0"}},
		{"due-public", w.lapsed(open, "due-public"), true, map[string]string{"status": "EXPIRED > CREATED", "attempts": "2 > 0"}},
		{"created-public", w.invited(open, "created-public"), false, map[string]string{}},
	} {
		w.past(`UPDATE enrollments SET attempts = 2 WHERE id = $1`, c.e.UUID)
		code, secret := w.secretsOf(c.e)
		before := w.enrollment(c.e)
		p, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: c.e, Comment: ptr("Lost"), ExpectedVersion: &before.Version})
		e := done(t, p, err)
		code2, secret2 := w.secretsOf(c.e)
		if (code2 != code) != c.newCode || secret2 == secret || w.token(c.e) != secret2 {
			t.Errorf("%s: the code is another: %v, and the link: %v", c.name, code2 != code, secret2 != secret)
		}
		if e.Status != lifecycle.Created || e.Version <= before.Version {
			t.Errorf("%s: it is %s, in version %d after %d", c.name, e.Status, e.Version, before.Version)
		}
		if c.newCode && (e.Attempts != 0 || !e.ExpiresAt.Equal(morning.Add(10*day))) || !c.newCode && (e.Attempts != 2 || !e.ExpiresAt.Equal(before.ExpiresAt)) {
			t.Errorf("%s: %d attempts, until %s", c.name, e.Attempts, e.ExpiresAt)
		}
		if to := w.mailed(c.e, lifecycle.MailInvitation); to != c.name+"@example.org,"+c.name+"@example.org" {
			t.Errorf("%s: invited are %q; want the address twice", c.name, to)
		}
		told := w.told(c.e, audit.ResendEnrollment)
		for field, want := range c.told {
			if told[field] != want {
				t.Errorf("%s: the entry tells %v", c.name, told)
			}
		}
		if len(c.told) == 0 && len(told) > 0 || w.comment(c.e, audit.ResendEnrollment) != "Lost" {
			t.Errorf("%s: the entry tells %v", c.name, told)
		}
		if n, _ := w.active(c.name); n != 1 {
			t.Errorf("%s: the seat counts %d", c.name, n)
		}
	}
	w.honest()
}

func TestARequestIsMailedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	under := w.profile(rules{changes: profile.RuleChanges{ApprovalsRequired: ptr(2), ApproverEmails: []string{"one@example.org", "two@example.org"}}})
	pending := w.request(rita, under, "pending")
	p, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: pending})
	if e := done(t, p, err); e.Status != lifecycle.Pending || e.Version != 1 || e.Round != 1 {
		t.Errorf("the pending one is %+v", e)
	}
	if to := w.mailed(pending, lifecycle.MailReview); to != "one@example.org,two@example.org,one@example.org,two@example.org" {
		t.Errorf("asked are %q", to)
	}
	if w.entries(pending, audit.ResendEnrollment, audit.Success) != 1 {
		t.Error("want an entry")
	}

	// Approved by one of two, then expired: a new round, in which she may approve again.
	w.seat(lifecycle.User, "half") // its request counts on a seat
	half := w.request(rita, under, "half")
	w.approve(anna, half)
	token := w.token(half)
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, half.UUID, morning)
	p, err = w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: half})
	e := done(t, p, err)
	if e.Status != lifecycle.Pending || e.Round != 2 || e.ApprovalsGiven != 0 || !e.ExpiresAt.After(morning) {
		t.Errorf("the second round is %+v", e)
	}
	if told := w.told(half, audit.ResendEnrollment); told["status"] != "EXPIRED > PENDING" || told["round"] != "1 > 2" || told["approvalsGiven"] != "1 > 0" {
		t.Errorf("the entry tells %v", told)
	}
	if n, status := w.active("half"); n != 1 || status != lifecycle.SeatEnrolled {
		t.Errorf("the seat counts %d and is %s", n, status)
	}
	if w.token(half) != token {
		t.Error("the link that shows where the request stands is another")
	}
	approvals, err := w.Inventory.ApprovalsOf(w.as(boss), e)
	granted(t, err)
	if len(approvals) != 1 || approvals[0].Round != 1 {
		t.Errorf("the earlier approval is %+v; want it visible", approvals)
	}
	w.approve(anna, half)
	if now := w.approve(ben, half); now.Status != lifecycle.Approved {
		t.Errorf("after two approvals of the second round it is %s", now.Status)
	}
	if w.pickup(half) == "" {
		t.Error("it has no pick-up secret")
	}
	// And approved, but never picked up: what the first approval opened is closed.
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, half.UUID, morning)
	p, err = w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: half})
	if e := done(t, p, err); e.Status != lifecycle.Pending || e.Round != 3 || w.pickup(half) != "" {
		t.Errorf("the third round is %+v, and has a pick-up secret: %v", e, w.pickup(half) != "")
	}
	w.honest()
}

func TestResendingThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	seat := w.seat(lifecycle.User, "nobody")
	unaddressed := w.enroll(seat, w.byCode()).Enrollment.ID
	scep := w.invited(w.byCode(redeemedBy(lifecycle.SCEP)), "scep")
	given := w.manual(w.byCode(public), "given")
	unread := w.request(rita, w.profile(rules{}), "unread")
	locked := w.locked(w.byCode(), "locked")
	other := w.invited(w.byCode(), "other")
	for _, c := range []struct {
		name string
		in   inventory.ResendEnrollmentInput
		want refusal.Code
		says string
	}{
		{"nobody to mail", inventory.ResendEnrollmentInput{ID: unaddressed}, refusal.Invalid, "Give the seat one, and send it again."},
		{"by SCEP", inventory.ResendEnrollmentInput{ID: scep}, refusal.ResendNotForThisMethod, "SCEP"},
		{"a code that nobody would learn of", inventory.ResendEnrollmentInput{ID: given}, refusal.Invalid, "Use resetEnrollment, which keeps the code"},
		{"no approvers", inventory.ResendEnrollmentInput{ID: unread}, refusal.Invalid, "There is nobody to mail"},
		{"locked", inventory.ResendEnrollmentInput{ID: locked}, refusal.InvalidState, "LOCKED"},
		{"another version", inventory.ResendEnrollmentInput{ID: other, ExpectedVersion: ptr(5)}, refusal.Conflict, "(version 1, you sent 5)"},
	} {
		mails := w.count(`SELECT count(*) FROM mails`)
		p, err := w.Inventory.Resend(w.as(manager), c.in)
		granted(t, err)
		if code(p.UserErrors) != c.want || !strings.Contains(p.UserErrors[0].Message, c.says) {
			t.Errorf("%s: %v; want %s: %s", c.name, p.UserErrors, c.want, c.says)
		}
		if n := w.count(`SELECT count(*) FROM mails`); n != mails || w.entries(c.in.ID, audit.ResendEnrollment, audit.Refused) != 1 {
			t.Errorf("%s: %d mails after %d, or no entry", c.name, n, mails)
		}
	}
	// Sending again is all that is refused there: an expired one begins a new round.
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, unread.UUID, morning)
	again, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: unread})
	if e := done(t, again, err); e.Status != lifecycle.Pending || e.Round != 2 {
		t.Errorf("an expired request without approvers' addresses is %s in round %d; it is PENDING in round 2", e.Status, e.Round)
	}
	// What was advised helps: the seat gets an address.
	_, err = w.Inventory.UpdateSeat(w.as(boss), inventory.UpdateSeatInput{ID: seat.ID, Email: ptr("now@example.org")})
	granted(t, err)
	p, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: unaddressed})
	done(t, p, err)
	if to := w.mailed(unaddressed, lifecycle.MailInvitation); to != "now@example.org" {
		t.Errorf("invited is %q", to)
	}
	w.honest()
}

// One call with every kind: each in its way, in the order asked.
func TestSeveralKindsAreSentAgainTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8)
	under, asks := w.byCode(), w.profile(reviewed)
	fresh, due := w.invited(under, "fresh"), w.lapsed(under, "due")
	pending, lapsed := w.request(rita, asks, "pending"), w.request(rita, asks, "lapsed")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, lapsed.UUID, morning)
	gone := w.approvedFor(asks, "gone") // its seat goes with it
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, gone.UUID, morning)
	p, err := w.Inventory.ResendMany(w.as(manager), inventory.ResendEnrollmentsInput{IDs: []id.ID{lapsed, due, gone, pending, fresh}})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	for n, c := range []struct {
		want refusal.Code
		now  lifecycle.Status
	}{{"", lifecycle.Pending}, {"", lifecycle.Created}, {refusal.SeatDeleted, lifecycle.Expired}, {"", lifecycle.Pending}, {"", lifecycle.Created}} {
		if r := p.Results[n]; code(r.UserErrors) != c.want || r.Enrollment.Status != c.now {
			t.Errorf("%d: %v, %s; want %q, %s", n, r.UserErrors, r.Enrollment.Status, c.want, c.now)
		}
	}
	if w.liveSeats("gone") != 0 {
		t.Error("the seat that the lapsed approval had made is still there")
	}
	w.honest()
}
