package inventory_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// What stands around the certificates of a page is read by one statement each, however
// many they are.
func TestWhatStandsAroundCertificatesIsReadTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	under := w.profile(widely(renewable(lifecycle.User)))
	seat := w.addressed(lifecycle.User, "chain")
	issue := func(n int) {
		t.Helper()
		guest := w.inviteSeat(under, &inventory.Seat{ID: seat})
		for range n {
			guest = w.guest(w.renewed(w.takes(guest)))
		}
		w.past(`UPDATE enrollments SET status = 'EXPIRED' WHERE id = $1`, guest.e.UUID)
		w.past(`UPDATE seats SET active_enrollments = 0 WHERE id = $1`, seat.UUID)
	}
	var statements atomic.Int64
	w.onStatement.Store(ptr(func(context.Context, string) { statements.Add(1) }))
	reads := func(want, replaced int) int64 {
		t.Helper()
		before := statements.Load()
		s, err := w.Inventory.Seat(w.as(boss), seat)
		granted(t, err)
		list, err := w.Inventory.CertificatesOf(w.as(boss), s, page.Args{}, inventory.Fields{"subject": true})
		granted(t, err)
		var found int
		for _, c := range list.Nodes() {
			_, err := w.Inventory.RenewalOf(w.as(boss), c)
			granted(t, err)
			by, err := w.Inventory.ReplacedBy(w.as(boss), c, inventory.Fields{"subject": true})
			granted(t, err)
			of, err := w.Inventory.ReplacesOfCertificate(w.as(boss), c, inventory.Fields{"subject": true})
			granted(t, err)
			_, err = w.Inventory.MailsOfCertificate(w.as(boss), c)
			granted(t, err)
			if by != nil {
				found++
				back, err := w.Inventory.ReplacesOfCertificate(w.as(boss), by, inventory.Fields{"subject": true})
				granted(t, err)
				if back == nil || back.ID != c.ID {
					t.Errorf("%s replaces %v, want %s", by.ID, back, c.ID)
				}
			}
			if of != nil && of.Subject == "" {
				t.Errorf("%s replaces one without a subject", c.ID)
			}
		}
		enrollments, err := w.Inventory.EnrollmentsOf(w.as(boss), s, page.Args{}, nil)
		granted(t, err)
		for _, e := range enrollments.Nodes() {
			_, err := w.Inventory.ReplacesOfEnrollment(w.as(boss), e, nil)
			granted(t, err)
		}
		if n := len(list.Nodes()); n != want || found != replaced {
			t.Errorf("%d certificates of which %d are replaced, want %d and %d", n, found, want, replaced)
		}
		return statements.Load() - before
	}
	issue(2)
	few := reads(2, 1)
	issue(5)
	if many := reads(7, 5); many != few {
		t.Errorf("%d statements around two certificates, %d around seven", few, many)
	}
}

// What stands around a certificate is shown to those who may see it where it stands.
func TestWhoSeesWhatStandsAroundACertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	w.newUnit("sales", 0)
	under := w.profile(widely(renewable(lifecycle.User)))
	first := w.issued(under, lifecycle.User, "ada")
	second := w.takes(w.guest(w.renewed(first)))
	third := w.renewed(second).Enrollment
	one, two := w.sees(boss, first), w.sees(boss, second)
	for _, c := range []struct {
		who                 viewer.Viewer
		sees                bool
		certificatesVisible bool
	}{
		{boss, true, true}, {looker, true, true}, {person("same", lifecycle.EnrollmentManager, "research"), true, true},
		{person("other", lifecycle.Admin, "sales"), false, false}, {rita, false, false},
	} {
		ctx := w.as(c.who)
		fresh := func(of *inventory.Certificate) *inventory.Certificate { // a group remembers its answers
			found, err := w.Inventory.CertificatesByID(w.as(boss), []id.ID{of.ID}, nil)
			granted(t, err)
			return found[of.ID]
		}
		renewal, err := w.Inventory.RenewalOf(ctx, fresh(two))
		granted(t, err)
		by, err := w.Inventory.ReplacedBy(ctx, fresh(one), nil)
		granted(t, err)
		of, err := w.Inventory.ReplacesOfCertificate(ctx, fresh(two), nil)
		granted(t, err)
		again, err := w.Inventory.EnrollmentsByID(w.as(boss), []id.ID{third.ID}, nil)
		granted(t, err)
		replaced, err := w.Inventory.ReplacesOfEnrollment(ctx, again[third.ID], nil)
		granted(t, err)
		if got, want := fmt.Sprint(renewal != nil, by != nil, of != nil, replaced != nil), fmt.Sprint(c.sees, c.certificatesVisible, c.certificatesVisible, c.certificatesVisible); got != want {
			t.Errorf("%s sees %s of the renewal, the successor, the predecessor and what is replaced; want %s", c.who.Subject, got, want)
		}
	}
}
