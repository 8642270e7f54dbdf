package inventory_test

import (
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// Two officers revoke the same certificates in opposite orders, one puts them on
// hold, and the sweep writes down which have expired: each certificate ends once,
// and the figures follow.
func TestOfficersWhoEndTheSameCertificates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	w.announced()
	var seats, all []id.ID
	for n := range 12 {
		seat := w.seat(lifecycle.User, "user-"+string(rune('a'+n))).ID
		ends := year
		if n%3 == 0 {
			ends = morning.Add(day)
		}
		seats, all = append(seats, seat), append(all, w.made(seat, "built-in", ends), w.made(seat, "ACME", ends))
	}
	w.set(morning.Add(2 * day))
	var turned []id.ID
	for n := range all {
		turned = append(turned, all[len(all)-1-n])
	}
	together(6, func(n int) {
		switch n {
		case 0, 1, 2, 3:
			ids := all
			if n%2 == 1 {
				ids = turned
			}
			p, err := w.Inventory.RevokeCertificates(w.as(manager), inventory.RevokeCertificatesInput{IDs: ids, Reason: lifecycle.RevokedSuperseded})
			if err != nil {
				t.Error(err)
				return
			}
			for _, r := range p.Results {
				if c := code(r.UserErrors); c != "" && c != refusal.InvalidState || r.Certificate == nil || r.Certificate.Status.Counts() {
					t.Errorf("officer %d: %v, and is shown %+v", n, r.UserErrors, r.Certificate)
				}
			}
		case 4:
			for _, c := range all {
				p, err := w.Inventory.SuspendCertificate(w.as(manager), inventory.SuspendCertificateInput{ID: c})
				switch code := codeOf(w, p, err); code {
				case "", refusal.InvalidState, refusal.IssuedElsewhere:
				default:
					t.Errorf("putting it on hold: %s", code)
				}
			}
		case 5:
			for range 4 {
				if _, err := w.Inventory.ExpireCertificatesDue(t.Context(), 3); err != nil {
					t.Error(err)
				}
			}
		}
	})
	revoked, expired := w.entries(id.ID{}, audit.RevokeCertificate, audit.Success), w.entries(id.ID{}, audit.Expire, audit.Success)
	if revoked != 16 || expired != 8 {
		t.Errorf("%d were revoked and %d expired; want 16 and 8", revoked, expired)
	}
	for _, seat := range seats {
		if got := w.stands(seat); got != "CREATED false 0" {
			t.Errorf("a seat is %s", got)
		}
	}
	if n := w.count(`SELECT count(*) FROM jobs WHERE kind = 'report-revocation'`); n != 8 {
		t.Errorf("%d jobs tell ACME; want 8", n)
	}
	if got := w.figures(lifecycle.User); got != "12 0" {
		t.Errorf("the figures are %s", got)
	}
	w.honest()
}

// One certificate is put on hold, revoked, taken off hold, and goes with its seat,
// all at once: what is left is one story.
func TestEverythingAtOnceOnOneCertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.announced()
	for round := range 5 {
		seat := w.seat(lifecycle.Device, "device-"+string(rune('a'+round))).ID
		c := w.made(seat, "built-in", year)
		changes := w.raised()
		codes := make([]refusal.Code, 5)
		together(len(codes), func(n int) {
			switch n {
			case 0, 1:
				p, err := certificateActs[lifecycle.CertificateActSuspend](w, manager, c)
				codes[n] = codeOf(w, p, err)
			case 2:
				p, err := certificateActs[lifecycle.CertificateActResume](w, manager, c)
				codes[n] = codeOf(w, p, err)
			case 3:
				p, err := certificateActs[lifecycle.CertificateActRevoke](w, manager, c)
				codes[n] = codeOf(w, p, err)
			case 4:
				codes[n] = w.deletes(seat, true)
			}
		})
		for n, code := range codes {
			if code != "" && code != refusal.InvalidState {
				t.Errorf("round %d: caller %d is answered %s", round, n, code)
			}
		}
		if n := w.entries(c, audit.RevokeCertificate, audit.Success); n != 1 || w.theCertificate(c).Status != lifecycle.CertificateRevoked {
			t.Errorf("round %d: revoked %d times after %v, and is %s", round, n, codes, w.theCertificate(c).Status)
		}
		moves := w.entries(c, audit.SuspendCertificate, audit.Success) + w.entries(c, audit.ResumeCertificate, audit.Success) + 1
		if n := w.raised() - changes; n != moves {
			t.Errorf("round %d: its list was raised %d times by %d changes", round, n, moves)
		}
	}
	w.honest()
}
