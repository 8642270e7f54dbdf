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

// none is no id.
var none id.ID

func TestACertificateIsRenewedByCode(t *testing.T) {
	t.Parallel()
	for _, kind := range []lifecycle.SeatType{lifecycle.User, lifecycle.Device} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			old := w.issued(w.profile(renewable(kind)), kind, "ada")
			seat, end := w.seatOf("ada"), w.ends(old)
			w.set(end.Add(-20 * day))

			p := w.renew(manager, inventory.RenewCertificateInput{ID: old, ExpectedVersion: ptr(1), Email: ptr("elsewhere@example.org")})
			granted(t, nil, p.UserErrors...)
			code, token := w.secretsOf(p.Enrollment.ID)
			if p.Code == nil || *p.Code != code || p.EnrollmentURL == nil || behind(*p.EnrollmentURL) != token || p.Enrollment.Status != lifecycle.Created || p.Enrollment.Email != "elsewhere@example.org" {
				t.Errorf("the renewal shows code %v and link %v of %+v", p.Code, p.EnrollmentURL, p.Enrollment)
			}
			if to := w.mailed(p.Enrollment.ID, lifecycle.MailInvitation); to != "elsewhere@example.org" {
				t.Errorf("the invitation goes to %q", to)
			}
			w.isAround(t, "asked for", old, p.Enrollment.ID, none, none)
			if c, err := w.Inventory.ReplacesOfEnrollment(w.as(boss), p.Enrollment, nil); err != nil || c == nil || c.ID != old {
				t.Errorf("the enrollment replaces %v (%v)", c, err)
			}
			if got := w.stands(seat); got != "CONSUMED true 1" {
				t.Errorf("asked for, the seat is %s", got)
			}

			fresh := w.takes(w.guest(p))
			w.isAround(t, "issued", old, none, fresh, none)
			w.isAround(t, "the successor", fresh, none, none, old)
			if got, figures := w.stands(seat), w.figures(kind); got != "CONSUMED true 2" || figures != "1 1" {
				t.Errorf("with both, the seat is %s, and created and consumed are %s", got, figures)
			}
			if c := w.sees(boss, old); c.NextReminderAt != nil || c.Version != 1 {
				t.Errorf("the predecessor is told of at %v, in version %d", c.NextReminderAt, c.Version)
			}
			if c := w.sees(boss, fresh); c.NextReminderAt == nil || !c.NextReminderAt.Equal(c.NotAfter.Add(-30*day)) {
				t.Errorf("the successor is told of at %v", c.NextReminderAt)
			}
			w.set(end)
			n, err := w.Inventory.ExpireCertificatesDue(t.Context(), 100)
			if granted(t, err); n != 1 {
				t.Errorf("%d certificates have expired", n)
			}
			if got, figures := w.stands(seat), w.figures(kind); got != "CONSUMED true 1" || figures != "1 1" {
				t.Errorf("when the predecessor has ended, the seat is %s, and created and consumed are %s", got, figures)
			}
			w.honest()
		})
	}
}

func TestACertificateIsRenewedByRequest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		method    lifecycle.EnrollmentMethod
		first     *string
		second    *string
		names     []*inventory.RequestedName
		hosts     string
		addresses string
	}{
		{"in the browser, with the names of the certificate", lifecycle.BrowserPKCS12, nil, nil,
			[]*inventory.RequestedName{{Kind: lifecycle.SANDNS, Value: "b.example"}, {Kind: lifecycle.SANEmail, Value: "Ada@example.org"}, {Kind: lifecycle.SANDNS, Value: "a.example"}}, "b.example a.example", "Ada@example.org"},
		{"with a CSR, of other names", lifecycle.CSR, ptr(csr(t, "a.example")), ptr(csr(t, "c.example")), nil, "c.example", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			old := w.requested(w.profile(byRequest(lifecycle.Device, c.method)), "ada", c.first, c.names...)
			end := w.ends(old)
			w.set(end.Add(-day))

			p := w.renew(manager, inventory.RenewCertificateInput{ID: old, Csr: c.second, Comment: ptr("It ends tomorrow.")})
			granted(t, nil, p.UserErrors...)
			e := p.Enrollment
			if e.Status != lifecycle.Pending || p.Code != nil || p.EnrollmentURL != nil || e.SeatID != "ada" || e.Email != "ada@example.org" || e.RequesterComment != "It ends tomorrow." {
				t.Errorf("the renewal shows %+v", p)
			}
			if !w.Inventory.IsMine(w.as(manager), e) {
				t.Error("it was not asked for by who asked for it")
			}
			if to := w.mailed(e.ID, lifecycle.MailReview); to != "approvers@example.org" {
				t.Errorf("to be reviewed by %q", to)
			}
			own, err := w.Inventory.Approve(w.as(manager), inventory.ApproveEnrollmentInput{ID: e.ID})
			granted(t, err)
			refused(t, own.UserErrors, refusal.OwnRequest)
			if said := w.comment(e.ID, audit.RenewCertificate); said != "It ends tomorrow." {
				t.Errorf("the entry says %q", said)
			}
			fresh := w.pickedUp(e.ID, c.second == nil)
			w.isAround(t, "issued", old, none, fresh, none)
			names, err := w.sees(boss, fresh).Names()
			granted(t, err)
			if strings.Join(names.DNSNames, " ") != c.hosts || strings.Join(names.EmailAddresses, " ") != c.addresses {
				t.Errorf("the successor names %+v", names)
			}
			if got := w.stands(w.seatOf("ada")); got != "CONSUMED true 2" {
				t.Errorf("with both, the seat is %s", got)
			}
			w.honest()
		})
	}
}

// A renewal that was rejected leaves the certificate to be asked for again.
func TestARejectedRenewalIsNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	old := w.requested(w.profile(byRequest(lifecycle.Device, lifecycle.BrowserPKCS12)), "ada", nil)
	w.set(w.ends(old).Add(-day))
	p := w.renewed(old)
	refused(t, w.renew(boss, inventory.RenewCertificateInput{ID: old}).UserErrors, refusal.ActiveEnrollmentExists)
	r, err := w.Inventory.Reject(w.as(anna), inventory.RejectEnrollmentInput{ID: p.Enrollment.ID, Reason: "not yet"})
	granted(t, err)
	granted(t, nil, r.UserErrors...)
	w.isAround(t, "rejected", old, none, none, none)
	again := w.renewed(old)
	w.isAround(t, "asked for again", old, again.Enrollment.ID, none, none)
}

// The window is the profile's present one; it opens at its very instant, and closes at
// the certificate's end.
func TestWhenTheRenewalWindowIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(renewable(lifecycle.User))
	old := w.issued(under, lifecycle.User, "ada")
	end := w.ends(old)
	attempt := func(when string, at time.Time, want refusal.Code) {
		t.Helper()
		w.set(at)
		p := w.renew(manager, inventory.RenewCertificateInput{ID: old})
		if code(p.UserErrors) != want {
			t.Errorf("%s: %v, want %q", when, p.UserErrors, want)
		}
		can, err := w.Inventory.CertificateActions(w.as(manager), w.sees(manager, old))
		granted(t, err)
		if offered := strings.Contains(strings.Join(texts(can), " "), "RENEW"); want != "" && offered {
			t.Errorf("%s: RENEW is offered among %v", when, can)
		}
		if want != "" {
			if p.Enrollment != nil || p.Certificate == nil {
				t.Errorf("%s: the refusal shows %+v", when, p)
			}
			return
		}
		cancelled, err := w.Inventory.Cancel(w.as(manager), inventory.CancelEnrollmentInput{ID: p.Enrollment.ID, Reason: "the next attempt"})
		granted(t, err)
		granted(t, nil, cancelled.UserErrors...)
	}
	widen := func(days period.Period) {
		t.Helper()
		p, err := w.Profiles.Update(w.as(boss), profile.UpdateCertificateProfileInput{ID: under, RuleChanges: profile.RuleChanges{RenewalWindow: ptr(days * period.Day)}})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
	}
	attempt("before the window", end.Add(-20*day-time.Microsecond), refusal.OutsideRenewalWindow)
	attempt("when it opens", end.Add(-20*day), "")
	widen(3)
	attempt("when it is narrower now", end.Add(-3*day-time.Microsecond), refusal.OutsideRenewalWindow)
	attempt("when the narrower one opens", end.Add(-3*day), "")
	widen(60)
	attempt("when it is wider now", end.Add(-60*day), "")
	attempt("at the last moment", end.Add(-time.Microsecond), "")
	attempt("at the end", end, refusal.InvalidState)
	if status := w.sees(boss, old).Status; status != lifecycle.CertificateExpired {
		t.Errorf("refused at its end, it is %s", status)
	}
	if n := w.count(`SELECT count(*) FROM certificates WHERE status = 'EXPIRED'`); n != 1 {
		t.Error("the refusal has not written down that it had expired")
	}
	w.honest()
}

// texts are the values of an enum.
func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for n, v := range values {
		out[n] = string(v)
	}
	return out
}

// Two entries tell of a renewal, and a repeat of the call does nothing twice and shows
// nothing twice that is shown once.
func TestARenewalIsToldAndRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	old := w.issued(w.profile(renewable(lifecycle.User)), lifecycle.User, "ada")
	w.set(w.ends(old).Add(-10 * day))
	in := inventory.RenewCertificateInput{ID: old, Code: ptr("ABCDEFGHJKMN"), IdempotencyKey: ptr("once")}
	first := w.renew(manager, in)
	granted(t, nil, first.UserErrors...)
	again := w.renew(manager, in)
	granted(t, nil, again.UserErrors...)
	if !again.Replayed || again.Code != nil || again.EnrollmentURL != nil || again.Enrollment == nil || again.Enrollment.ID != first.Enrollment.ID || again.Certificate == nil {
		t.Errorf("the repeat shows %+v", again)
	}
	for _, told := range []struct {
		about id.ID
		says  string
	}{{first.Enrollment.ID, ""}, {old, "By " + first.Enrollment.ID.String() + "."}} {
		if n := w.entries(told.about, audit.RenewCertificate, audit.Success); n != 1 {
			t.Errorf("%d entries about %s", n, told.about)
		}
		if said := w.comment(told.about, audit.RenewCertificate); said != told.says {
			t.Errorf("the entry about %s says %q", told.about, said)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND changes @> jsonb_build_array(jsonb_build_object('after', $2::text))`, first.Enrollment.ID.UUID, old.String()); n != 1 {
		t.Error("the enrollment's entry does not tell what it replaces")
	}
	if n := w.entries(none, audit.Enroll, audit.Success); n != 1 {
		t.Errorf("%d entries tell of an enrolling; the first certificate's alone should", n)
	}
	in.Code = ptr("NMKJHGFEDCBA")
	refused(t, w.renew(manager, in).UserErrors, refusal.KeyReused)
}

// An expired renewal that is reset goes on to be one.
func TestAResetRenewalStaysOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	old := w.issued(w.profile(renewable(lifecycle.Device)), lifecycle.Device, "ada")
	w.set(w.ends(old).Add(-20 * day))
	p := w.renew(manager, inventory.RenewCertificateInput{ID: old, ExpiresAt: ptr(w.ends(old).Add(-15 * day))})
	granted(t, nil, p.UserErrors...)
	w.set(w.ends(old).Add(-15 * day))
	w.isAround(t, "expired", old, none, none, none)
	reset, err := w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: p.Enrollment.ID})
	granted(t, err)
	granted(t, nil, reset.UserErrors...)
	w.isAround(t, "reset", old, p.Enrollment.ID, none, none)
	w.isAround(t, "issued", w.takes(w.guest(p)), none, none, old)
	w.honest()
}

// A successor that was revoked is none any more.
func TestARevokedSuccessorMakesRoomForAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	old := w.issued(w.profile(renewable(lifecycle.Device)), lifecycle.Device, "ada")
	w.set(w.ends(old).Add(-20 * day))
	lost := w.takes(w.guest(w.renewed(old)))
	refused(t, w.renew(manager, inventory.RenewCertificateInput{ID: old}).UserErrors, refusal.AlreadyReplaced)
	w.revoke(lost)
	w.isAround(t, "revoked", old, none, lost, none)
	fresh := w.takes(w.guest(w.renewed(old)))
	w.isAround(t, "issued again", old, none, fresh, none)
	w.honest()
}
