package inventory_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// Two officers look at the same expired codes and both reset them, in opposite
// orders, while the sweep writes down that they have expired: each is reset once.
func TestOfficersWhoResetTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	under := w.byCode()
	var all []id.ID
	for n := range 20 {
		all = append(all, w.lapsed(under, fmt.Sprintf("user-%02d", n)))
	}
	var yes atomic.Int64
	together(6, func(n int) {
		if n == 5 {
			if _, err := w.Inventory.ExpireDue(t.Context(), 100); err != nil {
				t.Error(err)
			}
			return
		}
		ids := make([]id.ID, len(all))
		for k := range all {
			ids[k] = all[k]
			if n%2 == 1 {
				ids[k] = all[len(all)-1-k]
			}
		}
		p, err := w.Inventory.ResetMany(w.as(manager), inventory.ResetEnrollmentsInput{IDs: ids})
		if err != nil {
			t.Error(err)
			return
		}
		for _, r := range p.Results {
			switch code(r.UserErrors) {
			case "":
				yes.Add(1)
			case refusal.InvalidState:
			default:
				t.Errorf("officer %d: %v", n, r.UserErrors)
			}
			if r.Enrollment == nil || r.Enrollment.Status != lifecycle.Created {
				t.Errorf("officer %d is shown %+v", n, r.Enrollment)
			}
		}
	})
	if n := w.entries(id.ID{}, audit.Reset, audit.Success); yes.Load() != 20 || n != 20 || w.entries(id.ID{}, audit.Expire, audit.Success) != 20 {
		t.Errorf("%d answers of yes, %d entries of resets, %d of expiries; want 20 of each", yes.Load(), n, w.entries(id.ID{}, audit.Expire, audit.Success))
	}
	w.honest()
}

// One expired enrollment is reset, another of the same place too, and the seat is
// enrolled anew: whoever is first has the place.
func TestOnePlaceIsTakenByOneOfMany(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.byCode()
	for round := range 6 {
		name := fmt.Sprintf("user-%d", round)
		first := w.lapsed(under, name)
		second := w.invitedAgain(under, name)
		w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, second.UUID, morning)
		seat := w.enrollment(first)
		s, err := w.Inventory.SeatOf(w.as(boss), seat)
		granted(t, err)
		codes := make([]refusal.Code, 4)
		together(len(codes), func(n int) {
			switch n {
			case 0, 1:
				p, err := w.Inventory.Reset(w.as(manager), inventory.ResetEnrollmentInput{ID: []id.ID{first, second}[n]})
				if err != nil {
					t.Error(err)
					return
				}
				codes[n] = code(p.UserErrors)
			case 2:
				p, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: first})
				if err != nil {
					t.Error(err)
					return
				}
				if codes[n] = code(p.UserErrors); codes[n] == "" {
					codes[n] = "SENT" // the first may be reset and mailed again: both are well
				}
			case 3:
				p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: s.ID, ProfileID: under})
				if err != nil {
					t.Error(err)
					return
				}
				codes[n] = code(p.UserErrors)
			}
		})
		if n := w.count(`SELECT count(*) FROM enrollments WHERE seat_key = $1 AND status IN ('CREATED')`, name); n != 1 {
			t.Errorf("round %d: %d active ones after %v; want 1", round, n, codes)
		}
		if n, _ := w.active(name); n != 1 {
			t.Errorf("round %d: the seat counts %d", round, n)
		}
	}
	w.honest()
}

// A request that has no seat yet is guarded by no seat's lock: somebody asks for
// the place between the look and the change, and the index has the last word.
func TestAPlaceTakenBetweenTheLookAndTheChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(reviewed)
	e := w.request(rita, under, "ada")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
	w.sweep()
	w.before("UPDATE enrollments AS t", func() { w.request(manager, under, "ada") })
	p, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: e})
	granted(t, err)
	refused(t, p.UserErrors, refusal.ActiveEnrollmentExists)
	if p.Enrollment.Status != lifecycle.Expired || w.entries(e, audit.ResendEnrollment, audit.Refused) != 1 {
		t.Errorf("it is %s", p.Enrollment.Status)
	}
	w.honest()
}

// A request that was approved lapses while one officer mails its link again and
// another asks for a new round: what is left is one story, and the counters follow.
func TestALapsedApprovalMeetsTwoOfficersAndTheSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	under := w.profile(reviewed)
	for round := range 6 {
		name := fmt.Sprintf("user-%d", round)
		w.seat(lifecycle.User, name) // not made by the approval: it stays
		e := w.approvedFor(under, name)
		w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, morning)
		codes := make([]refusal.Code, 4)
		together(len(codes), func(n int) {
			var p *inventory.EnrollmentPayload
			var err error
			switch n {
			case 0, 1:
				p, err = w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: e})
			case 2:
				p, err = w.Inventory.ResendApproval(w.as(manager), inventory.ResendApprovalEmailInput{ID: e})
			case 3:
				_, err = w.Inventory.ExpireDue(t.Context(), 100)
			}
			if err != nil {
				t.Error(err)
				return
			}
			if p != nil {
				codes[n] = code(p.UserErrors)
			}
		})
		// The second officer mails the approvers of the new round once more.
		if codes[0] != "" || codes[1] != "" || codes[2] != refusal.InvalidState {
			t.Errorf("round %d: %v", round, codes)
		}
		if now := w.enrollment(e); now.Status != lifecycle.Pending || now.Round != 2 || w.pickup(e) != "" || w.entries(e, audit.Expire, audit.Success) != 1 {
			t.Errorf("round %d: %+v, %d expiries", round, now, w.entries(e, audit.Expire, audit.Success))
		}
		if n, _ := w.active(name); n != 1 {
			t.Errorf("round %d: the seat counts %d", round, n)
		}
	}
	w.honest()
}
