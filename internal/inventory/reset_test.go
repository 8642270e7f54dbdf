package inventory_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

func TestAnExpiredCodeIsReset(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.byCode(func(in *profile.CreateCertificateProfileInput) { in.Expiry = ptr(3 * period.Day) })
	for _, c := range []struct {
		name    string
		swept   bool // its expiry is written down already
		at      *time.Time
		newCode *bool
		ends    time.Time
	}{
		{name: "due", ends: morning.Add(8 * day)},
		{name: "swept", swept: true, ends: morning.Add(8 * day)},
		{name: "until-a-time", at: ptr(morning.Add(300 * day)), ends: morning.Add(300 * day)},
		{name: "the-same-code", newCode: ptr(false), ends: morning.Add(8 * day)},
		{name: "a-new-code", newCode: ptr(true), ends: morning.Add(8 * day)},
	} {
		w.set(morning)
		e := w.invited(under, c.name)
		w.past(`UPDATE enrollments SET attempts = 3 WHERE id = $1`, e.UUID)
		oldCode, oldSecret := w.secretsOf(e)
		w.set(morning.Add(5 * day))
		if c.swept {
			w.sweep()
		}
		seen := w.enrollment(e)
		p, err := w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: e, ExpiresAt: c.at, NewCode: c.newCode, Comment: ptr("Back from leave"), ExpectedVersion: &seen.Version})
		now := done(t, p, err)
		if now.Status != lifecycle.Created || !now.ExpiresAt.Equal(c.ends) || now.Attempts != 0 {
			t.Errorf("%s: %s until %s, %d attempts", c.name, now.Status, now.ExpiresAt, now.Attempts)
		}
		code, secret := w.secretsOf(e)
		if asked := c.newCode != nil && *c.newCode; (code != oldCode) != asked || len(code) != len(oldCode) || secret != oldSecret || w.token(e) != secret {
			t.Errorf("%s: the code is another: %v, the link is another: %v", c.name, code != oldCode, secret != oldSecret)
		}
		if told := w.told(e, audit.Reset); told["status"] != "EXPIRED > CREATED" || told["attempts"] != "3 > 0" || told["expiresAt"] == "" || len(told) != 3 || w.comment(e, audit.Reset) != "Back from leave" {
			t.Errorf("%s: the entry tells %v", c.name, told)
		}
		if w.entries(e, audit.Expire, audit.Success) != 1 || w.entries(e, audit.Reset, audit.Success) != 1 {
			t.Errorf("%s: want one entry of the expiry, by the system, and one of the reset", c.name)
		}
		if n, status := w.active(c.name); n != 1 || status != lifecycle.SeatEnrolled {
			t.Errorf("%s: the seat counts %d and is %s", c.name, n, status)
		}
		if to := w.invitations(e); to != c.name+"@example.org" {
			t.Errorf("%s: a reset mails nothing, and the mails are for %q", c.name, to)
		}
	}
	w.honest()
}

func TestAResetThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	under := w.byCode()
	pub, hand := w.byCode(public, mailsCode), w.byCode(public)
	for _, c := range []struct {
		name string
		in   inventory.ResetEnrollmentInput
		want refusal.Code
		at   string
		says string
	}{
		{"a time that has passed", inventory.ResetEnrollmentInput{ID: w.lapsed(under, "passed"), ExpiresAt: &morning}, refusal.Invalid, "input.expiresAt", "its end lies after now"},
		{"a time too far ahead", inventory.ResetEnrollmentInput{ID: w.lapsed(under, "far"), ExpiresAt: ptr(morning.Add(367 * day))}, refusal.Invalid, "input.expiresAt", "its end lies after now"},
		{"a comment too long", inventory.ResetEnrollmentInput{ID: w.lapsed(under, "long"), Comment: ptr(strings.Repeat("x", 1001))}, refusal.Invalid, "input.comment", "1000"},
		{"a new code under a public authority", inventory.ResetEnrollmentInput{ID: w.lapsed(pub, "public"), NewCode: ptr(true)}, refusal.Invalid, "input.newCode", "Use resendEnrollment, which makes a new code and mails it"},
		{"a new code that is not mailed", inventory.ResetEnrollmentInput{ID: w.manual(hand, "hand"), NewCode: ptr(true)}, refusal.Invalid, "input.newCode", "enroll the seat again with a code that you give"},
		{"another version", inventory.ResetEnrollmentInput{ID: w.lapsed(under, "version"), ExpectedVersion: ptr(7)}, refusal.Conflict, "input.expectedVersion", "(version 2, you sent 7)"},
		{"not expired", inventory.ResetEnrollmentInput{ID: w.invited(under, "created")}, refusal.InvalidState, "", "RESET goes from EXPIRED only"},
		{"of nothing", inventory.ResetEnrollmentInput{ID: id.New(id.Enrollment)}, refusal.NotFound, "", "There is no enrollment"},
	} {
		p, err := w.Inventory.Reset(w.as(manager), c.in)
		granted(t, err)
		if code(p.UserErrors) != c.want || strings.Join(p.UserErrors[0].Field, ".") != c.at || !strings.Contains(p.UserErrors[0].Message, c.says) {
			t.Errorf("%s: %v at %v; want %s at %s: %s", c.name, p.UserErrors, p.UserErrors[0].Field, c.want, c.at, c.says)
		}
		if w.entries(c.in.ID, audit.Reset, audit.Refused) != 1 || w.entries(c.in.ID, audit.Reset, audit.Success) != 0 {
			t.Errorf("%s: the attempt has no entry of its own", c.name)
		}
		if p.Enrollment != nil && c.name != "not expired" && p.Enrollment.Status != lifecycle.Expired {
			t.Errorf("%s: it is %s", c.name, p.Enrollment.Status)
		}
	}
	w.honest()
}

// Several that stood in one place get it back one at a time, and what has lost the
// place by time alone holds nothing.
func TestOnePlaceIsGivenBackOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.byCode()
	first := w.lapsed(under, "ada")
	second := w.invitedAgain(under, "ada") // it writes that the first has expired
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, second.UUID, morning)
	other := w.lapsed(under, "ben")
	live := w.invited(under, "eva")

	p, err := w.Inventory.ResetMany(w.as(manager), inventory.ResetEnrollmentsInput{IDs: []id.ID{first, live, second, other, first}})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	want := []refusal.Code{"", refusal.InvalidState, refusal.ActiveEnrollmentExists, ""}
	if len(p.Results) != len(want) {
		t.Fatalf("%d results", len(p.Results))
	}
	for n, r := range p.Results {
		if code(r.UserErrors) != want[n] || r.Enrollment == nil {
			t.Errorf("result %d: %v; want %q", n, r.UserErrors, want[n])
		}
	}
	if got := []lifecycle.Status{w.enrollment(first).Status, w.enrollment(second).Status, w.enrollment(other).Status}; got[0] != lifecycle.Created || got[1] != lifecycle.Expired || got[2] != lifecycle.Created {
		t.Errorf("they are %v", got)
	}
	if n, _ := w.active("ada"); n != 1 {
		t.Errorf("the seat counts %d active enrollments; want 1", n)
	}
	again, err := w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: second})
	granted(t, err)
	refused(t, again.UserErrors, refusal.ActiveEnrollmentExists)
	// The holder's time passes and nobody writes it down: the place is free.
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, first.UUID, morning)
	p2, err := w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: second})
	done(t, p2, err)
	if w.enrollment(first).Status != lifecycle.Expired || w.entries(first, audit.Expire, audit.Success) != 2 {
		t.Errorf("the first is %s with %d entries of expiry", w.enrollment(first).Status, w.entries(first, audit.Expire, audit.Success))
	}
	w.honest()
}

// manual is a due invitation under a profile that mails no codes, with a given one.
func (w *world) manual(under id.ID, seatID string) id.ID {
	w.t.Helper()
	s := w.seat(lifecycle.User, seatID)
	p, err := w.Inventory.EnrollSeat(w.as(boss), inventory.EnrollSeatInput{ID: s.ID, ProfileID: under, Code: ptr("K7QX2MABCDEF"), Email: ptr(seatID + "@example.org")})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, p.Enrollment.ID.UUID, morning)
	return p.Enrollment.ID
}
