package inventory_test

import (
	"fmt"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// One and hundreds of each kind are revoked by as many statements; and what may be
// done with the certificates of a page is read by one.
func TestTheStatementsOfRevocationsDoNotGrow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.announced()
	under := w.profile(rules{})
	seat := w.seat(lifecycle.User, "ada").ID
	batch := func(n int) (ids []id.ID) {
		in := inventory.LinkCertificatesInput{Source: lifecycle.SourceIssued}
		for range 4 * n {
			in.Certificates = append(in.Certificates, &inventory.CertificateToLink{SeatID: seat, Der: der(t, year)})
		}
		out, err := w.Inventory.LinkCertificates(w.as(manager), in)
		w.each(out, err)
		for k, item := range out.Items {
			ids = append(ids, item.ID)
			switch k % 4 {
			case 0:
				makings["built-in"](w, item.ID)
			case 1:
				makings["built-in"](w, item.ID)
				w.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = $2 WHERE id = $1`, item.ID.UUID, morning)
			case 2:
				makings["ACME"](w, item.ID)
			}
		}
		return ids
	}
	w.link(seat, year) // so that the seat stays consumed, and no figure moves
	few, many := batch(1), batch(50)
	small, large := w.counted(func() { w.revoke(few...) }), w.counted(func() { w.revoke(many...) })
	if small != large || small == 0 {
		t.Errorf("revoke: %d statements for few, %d for many", small, large)
	}
	t.Logf("revoke: %d statements", large)

	e := w.request(rita, under, "ada")
	for range 30 {
		w.past(`UPDATE certificates SET enrollment_id = $2 WHERE id = $1`, w.link(seat, year).UUID, e.UUID)
	}
	shown, err := w.Inventory.CertificatesOf(w.as(manager), w.seatAs(manager, seat), page.Args{First: ptr(30)}, nil)
	granted(t, err)
	asked := w.counted(func() {
		for _, c := range shown.Nodes() {
			can, err := w.Inventory.CertificateActions(w.as(manager), c)
			granted(t, err)
			cannot, err := w.Inventory.UnavailableCertificateActions(w.as(manager), c)
			granted(t, err)
			if len(can)+len(cannot) < 4 {
				t.Fatal(fmt.Sprint(can, cannot))
			}
		}
	})
	if asked != 1 {
		t.Errorf("the actions of %d certificates took %d statements", len(shown.Nodes()), asked)
	}
	asked = w.counted(func() {
		for _, c := range shown.Nodes() {
			_, err := w.Inventory.CertificateActions(w.as(looker), c)
			granted(t, err)
		}
	})
	if asked != 0 {
		t.Errorf("what somebody may not renew is read by %d statements", asked)
	}
}
