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

func TestOneSeatHasOneActiveEnrollmentUnderAProfileHoweverManyAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	s, under, other := w.ada(), w.byCode(), w.byCode()
	w.set(morning)
	codes, shown := make([]refusal.Code, 24), make([]bool, 24)
	together(len(codes), func(n int) {
		in := inventory.EnrollSeatInput{ID: s.ID, ProfileID: under}
		if n%2 == 1 {
			in.ProfileID = other
		}
		p, err := w.Inventory.EnrollSeat(w.as(manager), in)
		if err != nil {
			t.Error(err)
			return
		}
		codes[n], shown[n] = code(p.UserErrors), p.Code != nil
	})
	if got := tally(codes); got[""] != 2 || got[refusal.ActiveEnrollmentExists] != 22 || tally(shown)[true] != 2 {
		t.Errorf("answers %v, %d codes; want one enrollment under each of the two profiles, and 22 ACTIVE_ENROLLMENT_EXISTS", got, tally(shown)[true])
	}
	if made, not := w.entries(id.ID{}, audit.Enroll, audit.Success), w.entries(id.ID{}, audit.Enroll, audit.Refused); made != 2 || not != 22 {
		t.Errorf("%d entries of enrollments and %d of refusals; want 2 and 22", made, not)
	}
	w.honest()
}

// Calls that name the same seats in opposite orders wait for each other and do not
// deadlock; each seat is enrolled by one of them.
func TestCallsForTheSameSeatsShareThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	under := w.byCode()
	var seats []id.ID
	for n := range 30 {
		seats = append(seats, w.seat(lifecycle.User, fmt.Sprintf("user-%02d", n)).ID)
	}
	got := make([]map[refusal.Code]int, 8)
	together(len(got), func(n int) {
		in := inventory.EnrollSeatsInput{ProfileID: under}
		for k := range seats {
			if n%2 == 1 {
				k = len(seats) - 1 - k
			}
			in.Seats = append(in.Seats, &inventory.SeatToEnroll{ID: seats[k]})
		}
		p, err := w.Inventory.EnrollSeats(w.as(manager), in)
		if err != nil {
			t.Error(err)
			return
		}
		answers := make([]refusal.Code, len(p.Results))
		for k, r := range p.Results {
			answers[k] = code(r.UserErrors)
		}
		got[n] = tally(answers)
	})
	yes := 0
	for n, answers := range got {
		yes += answers[""]
		if answers[""]+answers[refusal.ActiveEnrollmentExists] != len(seats) {
			t.Errorf("call %d: %v", n, answers)
		}
	}
	if yes != len(seats) || w.count(`SELECT count(*) FROM enrollments`) != len(seats) {
		t.Errorf("%d enrollments were told of and %d made; want %d", yes, w.count(`SELECT count(*) FROM enrollments`), len(seats))
	}
	w.honest()
}

// Enrolling again races with the sweep that writes down what has expired: the new
// enrollment is made once, and the old one expires once.
func TestEnrollingAgainRacesWithTheSweep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 40)
	under := w.byCode()
	var seats []*inventory.Seat
	for n := range 20 {
		seats = append(seats, w.seat(lifecycle.User, fmt.Sprintf("user-%02d", n)))
		w.enroll(seats[n], under)
	}
	w.set(morning.Add(11 * day))
	together(len(seats)+4, func(n int) {
		if n >= len(seats) {
			if _, err := w.Inventory.ExpireDue(t.Context(), 100); err != nil {
				t.Error(err)
			}
			return
		}
		p, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ID: seats[n].ID, ProfileID: under})
		if err != nil || len(p.UserErrors) > 0 {
			t.Errorf("seat %d: %v %+v", n, err, p)
		}
	})
	if expired, active := w.count(`SELECT count(*) FROM enrollments WHERE status = 'EXPIRED'`), w.count(`SELECT count(*) FROM enrollments WHERE status = 'CREATED'`); expired != 20 || active != 20 {
		t.Errorf("%d expired and %d active; want 20 and 20", expired, active)
	}
	if n := w.entries(id.ID{}, audit.Expire, audit.Success); n != 20 {
		t.Errorf("%d entries of expiry; want 20", n)
	}
	w.honest()
}
