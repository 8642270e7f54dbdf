package inventory_test

import (
	"fmt"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// rounds is how often a race is run, so that each side is the faster now and then.
const rounds = 12

// deletes deletes a seat and returns the code of the refusal.
func (w *world) deletes(seat id.ID, revoke bool) refusal.Code {
	p, err := w.Inventory.DeleteSeat(w.as(manager), inventory.DeleteSeatInput{ID: seat, RevokeCertificates: &revoke})
	if err != nil {
		w.t.Error(err)
		return "FAULT"
	}
	return code(p.UserErrors)
}

func TestOfManyWhoDeleteASeatOneDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2)
	w.seat(lifecycle.User, "neighbour")
	for round := range rounds {
		name := fmt.Sprintf("user-%d", round)
		seat := w.seat(lifecycle.User, name)
		w.link(seat.ID, year)
		w.request(rita, w.profile(rules{}), name)
		codes := make([]refusal.Code, 6)
		together(len(codes), func(n int) { codes[n] = w.deletes(seat.ID, n%2 == 0) })
		if got := tally(codes); got[""] != 1 || got[refusal.SeatDeleted] != 5 {
			t.Fatalf("answers %v; want one yes and five SEAT_DELETED", codes)
		}
		if n := w.entries(seat.ID, audit.DeleteSeat, audit.Success); n != 1 {
			t.Errorf("%d entries of the deletion", n)
		}
	}
	if got := w.figures(lifecycle.User); got != "1 0" {
		t.Errorf("created and consumed are %s, want 1 0", got)
	}
	w.honest()
}

func TestADeletionAndAnApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2*rounds)
	for round := range rounds {
		name := fmt.Sprintf("user-%d", round)
		seat := w.seat(lifecycle.User, name)
		linked, loose := w.request(rita, w.profile(rules{}), name), w.request(rita, w.profile(rules{}), name)
		w.past(`UPDATE enrollments SET seat_row_id = NULL WHERE id = $1`, loose.UUID) // as if it had been made before the seat
		w.past(`UPDATE seats SET active_enrollments = active_enrollments - 1 WHERE id = $1`, seat.ID.UUID)
		var deleted refusal.Code
		approved := make([]refusal.Code, 2)
		together(3, func(n int) {
			if n == 2 {
				deleted = w.deletes(seat.ID, false)
				return
			}
			p, err := w.Inventory.Approve(w.as(anna), inventory.ApproveEnrollmentInput{ID: []id.ID{linked, loose}[n]})
			if err != nil {
				t.Error(err)
				return
			}
			approved[n] = code(p.UserErrors)
		})
		if deleted != "" || approved[1] != "" || approved[0] != "" && approved[0] != refusal.InvalidState {
			t.Fatalf("the deletion: %q, the approvals: %q", deleted, approved)
		}
		if got := w.enrollment(linked).Status; got != lifecycle.Rejected {
			t.Errorf("the seat's own enrollment is %s", got)
		}
		// The other goes with the seat, or has a new one, by who was the faster.
		live := 0
		if w.enrollment(loose).Status == lifecycle.Approved {
			live = 1
		}
		if got := w.liveSeats(name); got != live {
			t.Errorf("%d live seats, want %d", got, live)
		}
	}
	w.honest()
}

func TestADeletionAndARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rounds)
	under := w.profile(rules{})
	for round := range rounds {
		name := fmt.Sprintf("user-%d", round)
		seat := w.seat(lifecycle.User, name)
		together(2, func(n int) {
			if n == 0 {
				if no := w.deletes(seat.ID, false); no != "" {
					t.Errorf("the deletion: %s", no)
				}
				return
			}
			p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: name})
			if err != nil || len(p.UserErrors) > 0 {
				t.Errorf("the request: %v %+v", err, p)
			}
		})
		if n := w.count(`SELECT count(*) FROM enrollments WHERE seat_key = $1 AND (status = 'REJECTED') = (seat_row_id IS NOT NULL)`, name); n != 1 {
			t.Error("the request is neither ended with the seat that it found nor waiting without one")
		}
	}
	w.honest()
}

func TestADeletionAndALink(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rounds)
	for round := range rounds {
		seat := w.seat(lifecycle.Device, fmt.Sprintf("device-%d", round))
		certificate := der(t, year)
		var deleted, linked refusal.Code
		together(2, func(n int) {
			if n == 0 {
				deleted = w.deletes(seat.ID, true)
				return
			}
			out, err := w.Inventory.LinkCertificate(w.as(manager), inventory.LinkCertificateInput{SeatID: seat.ID, Source: lifecycle.SourceIssued, Der: certificate})
			if err != nil {
				t.Error(err)
				return
			}
			linked = code(out.Why())
		})
		if deleted != "" || linked != "" && linked != refusal.SeatDeleted {
			t.Fatalf("the deletion: %q, the link: %q", deleted, linked)
		}
		if n := w.count(`SELECT count(*) FROM certificates WHERE seat_row_id = $1 AND status <> 'REVOKED'`, seat.ID.UUID); n != 0 {
			t.Error("a certificate outlived the seat with which it was to be revoked")
		}
	}
	if got := w.figures(lifecycle.Device); got != "0 0" {
		t.Errorf("created and consumed are %s", got)
	}
	w.honest()
}

func TestADeletionAndANewSeatOfTheSameName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rounds) // one for each seat that is there at the end
	for round := range rounds {
		name := fmt.Sprintf("user-%d", round)
		seat := w.seat(lifecycle.User, name)
		var made refusal.Code
		together(2, func(n int) {
			if n == 0 {
				if no := w.deletes(seat.ID, false); no != "" {
					t.Errorf("the deletion: %s", no)
				}
				return
			}
			p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: name})
			if err != nil {
				t.Error(err)
				return
			}
			made = code(p.UserErrors)
		})
		live := 0
		switch made {
		case "":
			live = 1
		case refusal.Duplicate:
		default:
			t.Errorf("the new seat: %s", made)
		}
		if got := w.liveSeats(name); got != live {
			t.Errorf("%d live seats, want %d", got, live)
		}
	}
	w.honest()
}

func TestOneCertificateForManySeatsIsLinkedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	var seats []id.ID
	for n := range 6 {
		seats = append(seats, w.seat(lifecycle.User, fmt.Sprintf("user-%d", n)).ID)
	}
	certificate := der(t, year)
	codes := make([]refusal.Code, len(seats))
	together(len(seats), func(n int) {
		out, err := w.Inventory.LinkCertificate(w.as(manager), inventory.LinkCertificateInput{SeatID: seats[n], Source: lifecycle.SourceImported, Der: certificate})
		if err != nil {
			t.Error(err)
			return
		}
		codes[n] = code(out.Why())
	})
	if got := tally(codes); got[""] != 1 || got[refusal.Duplicate] != 5 {
		t.Errorf("answers %v; want one link and five DUPLICATE", codes)
	}
	if got := w.figures(lifecycle.User); got != "6 1" {
		t.Errorf("created and consumed are %s", got)
	}
	w.honest()
}

// Of seats of two pools whose licences are given back crosswise, none waits for ever.
func TestDeletionsOfConsumedSeatsOfSeveralPools(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 8*rounds)
	for range rounds {
		calls := make([][]id.ID, 8)
		for n := range calls {
			for k, kind := range []lifecycle.SeatType{lifecycle.User, lifecycle.Device} {
				seat := w.seat(kind, fmt.Sprintf("%s-%d", kind, n))
				if n%2 == k { // each call has one consumed seat, of the one pool or the other
					w.link(seat.ID, year)
				}
				calls[n] = append(calls[n], seat.ID)
			}
		}
		together(len(calls), func(n int) {
			p, err := w.Inventory.DeleteSeats(w.as(manager), inventory.DeleteSeatsInput{IDs: calls[n], RevokeCertificates: ptr(true)})
			if err != nil {
				t.Error(err)
				return
			}
			for _, r := range p.Results {
				if len(r.UserErrors) > 0 {
					t.Error(r.UserErrors)
				}
			}
		})
	}
	if got := w.figures(lifecycle.User) + ", " + w.figures(lifecycle.Device); got != "0 0, 0 0" {
		t.Errorf("created and consumed are %s", got)
	}
	w.honest()
}
