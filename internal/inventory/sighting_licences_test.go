package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// setSeats sets a figure of the unit's allocation by hand.
func (w *world) setSeats(kind lifecycle.SeatType, figure int) {
	w.t.Helper()
	p, err := w.Licences.Allocate(w.as(boss), licence.AllocateSeatsInput{BusinessUnitID: w.unit, SeatType: kind, Allocated: figure})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
}

// purchased sets how many licences of a type the account has.
func (w *world) purchased(kind lifecycle.SeatType, figure int) {
	w.t.Helper()
	p, err := w.Licences.SetPurchased(w.as(boss), licence.SetPurchasedSeatsInput{SeatType: kind, Purchased: &figure})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
}

func TestTheLicencesThatAreLeftGoToTheFirstCertificates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		limit func(*world)
		grows bool
		says  string
	}{
		{"a figure was set", func(w *world) { w.setSeats(lifecycle.Imported, 2) }, false, "Allocate more licences to it"},
		{"the account has no more", func(w *world) { w.purchased(lifecycle.Imported, 2) }, true, "purchase more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			c.limit(w)
			files := several(t, "a", "b", "c", "d")
			// A place of its own for the one that has no licence, and one that shares the
			// seat of the first.
			shared := found(t, like{cn: "a", ends: morning.Add(-day)})
			results := w.imports(inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{
				{Name: ptr("a"), Content: strings.Join(files, "") + shared}, {Name: ptr("b"), Content: files[3]},
			}})
			w.came(results, created, created, notTaken, notTaken, created, notTaken)
			for _, n := range []int{2, 3, 5} {
				refused(t, results[n].UserErrors, refusal.NoSeatLeft)
				if no := results[n].UserErrors[0].Message; !strings.Contains(no, "Unit research has no IMPORTED seat left: 2 allocated, 2 created") || !strings.Contains(no, c.says) {
					t.Errorf("result %d: %s", n, no)
				}
			}
			w.grownTo(lifecycle.Imported, 2, 2, 2, c.grows)
			if n := w.count(`SELECT count(*) FROM certificates`); n != 3 {
				t.Errorf("%d certificates", n)
			}
			if n := w.count(`SELECT count(*) FROM certificate_locations`); n != 3 {
				t.Errorf("%d places", n)
			}
			w.honest()
		})
	}
}

func TestACertificateWithoutASeatStaysSoWhenNoLicenceIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	text := found(t, like{cn: "www"})
	one := w.came(w.importFile("a.pem", text), created)[0]
	p, err := w.Inventory.DeleteSeat(w.as(boss), inventory.DeleteSeatInput{ID: w.placed(one).ID})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	w.setSeats(lifecycle.Imported, 0)
	w.came(w.importFile("b.pem", text), notTaken)
	if n := w.count(`SELECT count(*) FROM certificates WHERE NOT assigned AND places = 1 AND version = 1`); n != 1 {
		t.Error("it was changed")
	}
	w.honest()
	w.setSeats(lifecycle.Imported, 1)
	w.came(w.importFile("b.pem", text), reseated)
	w.grownTo(lifecycle.Imported, 1, 1, 1, false)
	w.honest()
}

func TestWhatIsFoundOfACertificateThatIsOnAnotherSeatTakesNoLicence(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	text := found(t, like{cn: "www"})
	w.came(w.importFile("a.pem", text), created)
	for n := range 3 {
		w.discover(fmt.Sprintf("host-%d", n), 443, text)
	}
	if n := w.count(`SELECT count(*) FROM seat_allocations WHERE seat_type = 'DISCOVERY'`); n != 0 {
		t.Error("licences were allocated")
	}
	w.grownTo(lifecycle.Imported, 1, 1, 1, true)
	w.honest()
}
