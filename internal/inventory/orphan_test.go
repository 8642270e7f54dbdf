package inventory_test

import (
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// pickup is when what these tests approve has expired: 30 days after the approval.
var pickup = morning.Add(30 * day)

func TestAnApprovedOneThatExpiresTakesItsSeatAlong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		kept  bool
		setUp func(w *world, under id.ID) // before and after the approval of the request for ada
	}{
		{"which its approval made and nothing else uses", false, func(w *world, under id.ID) {
			w.approvedFor(under, "ada")
		}},
		{"but not a seat that was there before", true, func(w *world, under id.ID) {
			w.seat(lifecycle.User, "ada")
			w.approvedFor(under, "ada")
		}},
		{"but not while a younger enrollment uses it", true, func(w *world, under id.ID) {
			w.approvedFor(under, "ada")
			w.set(morning.Add(25 * day))
			w.request(rita, w.profile(rules{}), "ada")
		}},
		{"but not with a certificate on it", true, func(w *world, under id.ID) {
			w.approvedFor(under, "ada")
			w.certificate("ada", lifecycle.CertificateIssued, morning.Add(365*day))
		}},
		{"also when another that uses it expires at the same instant", false, func(w *world, under id.ID) {
			first, second := w.request(rita, under, "ada"), w.request(rita, w.profile(rules{}), "ada")
			w.approveAll(first, second)
		}},
		{"also when that other one is the older", false, func(w *world, under id.ID) {
			second, first := w.request(rita, under, "ada"), w.request(rita, w.profile(rules{}), "ada")
			w.approveAll(first, second)
		}},
		{"also when a request that waits on it expires at the same instant", false, func(w *world, under id.ID) {
			w.approvedFor(under, "ada")
			w.set(morning.Add(20 * day))
			w.request(rita, w.profile(rules{}), "ada")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 3)
			c.setUp(w, w.profile(rules{}))
			w.set(pickup)
			if w.sweep() == 0 {
				t.Fatal("the sweep found nothing")
			}
			want := 0
			if c.kept {
				want = 1
			}
			if got := w.liveSeats("ada"); got != want {
				t.Errorf("%d live seats after the expiry, want %d", got, want)
			}
			if created := w.count(`SELECT created FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = 'USER'`, w.unit.UUID); created != want {
				t.Errorf("%d licences are taken, want %d", created, want)
			}
			if got := w.entries(id.ID{}, audit.DeleteSeat, audit.Success); got != 1-want {
				t.Errorf("%d entries of deleted seats, want %d", got, 1-want)
			}
			w.honest()
		})
	}
}

func TestAnEarlierUserOfTheSeatDoesNotKeepItForTheLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 3)
	first, second := w.request(rita, w.profile(rules{}), "ada"), w.request(rita, w.profile(rules{}), "ada")
	w.approveAll(first, second)
	// One of the two that one approval seated goes another way; the other expires.
	w.past(`UPDATE enrollments SET expires_at = expires_at - interval '1 day' WHERE id = $1`, first.UUID)
	w.set(pickup.Add(-day))
	w.sweep()
	if w.liveSeats("ada") != 1 {
		t.Fatal("the seat went although the second request uses it")
	}
	w.set(pickup)
	w.sweep()
	if w.liveSeats("ada") != 0 {
		t.Error("the seat that the approval made is there, and nothing uses it")
	}
	w.honest()
}

func TestARequestForAPlaceWhoseSeatGoesWithItsExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	under := w.profile(rules{})
	old := w.approvedFor(under, "ada")
	w.set(pickup)

	again := w.request(rita, under, "ada")
	if got := w.enrollment(again); got.Status != lifecycle.Pending {
		t.Errorf("the new request is %s", got.Status)
	}
	if w.enrollment(old).Status != lifecycle.Expired || w.liveSeats("ada") != 0 {
		t.Error("the expiry of the old one, and of the seat it had made, is not written")
	}
	if got := w.approve(anna, again); got.Status != lifecycle.Approved || w.liveSeats("ada") != 1 {
		t.Errorf("approved anew it is %s, with %d seats", got.Status, w.liveSeats("ada"))
	}
	w.honest()
}

func TestABatchWithADueOneAndAnotherForItsSeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1) // the licence that the expiry gives back is the only one
	due := w.approvedFor(w.profile(rules{}), "ada")
	w.set(pickup.Add(-day))
	w.past(`UPDATE seats SET seat_key = 'hidden' WHERE seat_key = 'ada'`) // so that the request is made before there is a seat
	waiting := w.request(rita, w.profile(rules{}), "ada")
	w.past(`UPDATE seats SET seat_key = 'ada' WHERE seat_key = 'hidden'`)
	w.set(pickup)
	p, err := w.Inventory.ApproveMany(w.as(anna), inventory.ApproveEnrollmentsInput{IDs: []id.ID{due, waiting}})
	granted(t, err)
	if code(p.Results[0].UserErrors) != "INVALID_STATE" || len(p.Results[1].UserErrors) != 0 {
		t.Fatalf("the due one: %v; the other: %v", p.Results[0].UserErrors, p.Results[1].UserErrors)
	}
	if w.liveSeats("ada") != 1 || w.enrollment(waiting).Status != lifecycle.Approved {
		t.Errorf("%d live seats, the other is %s", w.liveSeats("ada"), w.enrollment(waiting).Status)
	}
	w.honest()
}

func TestAnExpiryThatMeetsAnApprovalBetweenItsLocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	e := w.request(rita, w.profile(rules{}), "ada")
	w.set(pickup.Add(day))
	// The sweep has locked the seats (there is none) and is about to lock the
	// request, when an approval that began long ago commits and makes the seat.
	w.before("FOR UPDATE OF e", func() {
		p, err := w.Inventory.Approve(store.At(w.as(anna), morning), inventory.ApproveEnrollmentInput{ID: e})
		if err != nil || len(p.UserErrors) > 0 {
			t.Errorf("approve: %v %+v", err, p)
		}
	})
	if n := w.sweep(); n != 1 {
		t.Errorf("the sweep wrote %d expiries, want 1", n)
	}
	if w.enrollment(e).Status != lifecycle.Expired || w.liveSeats("ada") != 0 {
		t.Errorf("the enrollment is %s, with %d seats", w.enrollment(e).Status, w.liveSeats("ada"))
	}
	w.honest()
}

// The same, when it is another request for the place that finds the expired one:
// it must not write the expiry down past the seat.
func TestARequestThatMeetsAnApprovalBetweenItsLocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	under := w.profile(rules{})
	e := w.request(rita, under, "ada")
	w.set(pickup.Add(day))
	w.before("FOR UPDATE OF e", func() {
		p, err := w.Inventory.Approve(store.At(w.as(anna), morning), inventory.ApproveEnrollmentInput{ID: e})
		if err != nil || len(p.UserErrors) > 0 {
			t.Errorf("approve: %v %+v", err, p)
		}
	})
	again := w.request(rita, under, "ada")
	if w.enrollment(e).Status != lifecycle.Expired || w.enrollment(again).Status != lifecycle.Pending || w.liveSeats("ada") != 0 {
		t.Errorf("the first is %s, the second %s, with %d seats", w.enrollment(e).Status, w.enrollment(again).Status, w.liveSeats("ada"))
	}
	w.honest()
}

// approveAll approves requests by one call, in this order.
func (w *world) approveAll(ids ...id.ID) {
	w.t.Helper()
	p, err := w.Inventory.ApproveMany(w.as(anna), inventory.ApproveEnrollmentsInput{IDs: ids})
	granted(w.t, err)
	for _, r := range p.Results {
		granted(w.t, nil, r.UserErrors...)
	}
}
