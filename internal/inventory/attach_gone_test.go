package inventory_test

import (
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// TestACertificateThatWasFoundFirstIsAttached: it was issued elsewhere, installed,
// found on the network, and only then attached to the request that asked for it.
// While its DISCOVERY seat lives it stays there; once that is deleted it is free.
func TestACertificateThatWasFoundFirstIsAttached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	a := w.approvedWithCSR(w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR}), "web-01")
	leaf := pemOf(a.ca.certify("web-01", &a.key.PublicKey, year, false))
	seen := w.discover("web-01.example.com", 443, leaf)[0]
	granted(t, nil, seen.UserErrors...)
	seat, err := w.Inventory.SeatOfCertificate(w.as(boss), seen.Certificate)
	granted(t, err)
	refused(t, w.attach(a.e, leaf).UserErrors, refusal.Duplicate)

	w.delete(boss, seat.ID, false)
	p := w.attach(a.e, leaf)
	granted(t, nil, p.UserErrors...)
	c, err := w.Inventory.CertificateOf(w.as(boss), p.Enrollment, nil)
	granted(t, err)
	if c == nil || c.ID != seen.Certificate.ID || c.LocationCount != 1 {
		t.Fatalf("it led to %+v, and %s was found", c, seen.Certificate.ID)
	}
	now, err := w.Inventory.SeatOfCertificate(w.as(boss), c)
	granted(t, err)
	if now.ID == seat.ID || now.SeatType != lifecycle.Device || now.Status != lifecycle.SeatConsumed {
		t.Errorf("it is on %s %s, which is %s", now.SeatType, now.SeatID, now.Status)
	}
	if n := w.count(`SELECT valid_certificates FROM seats WHERE id = $1`, seat.ID.UUID); n != 0 {
		t.Errorf("the deleted seat still counts %d certificates", n)
	}
	w.honest()
}
