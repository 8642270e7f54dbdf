package inventory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// keyed makes a seat under an idempotency key.
func (w *world) keyed(v viewer.Viewer, key, seatID string) (*inventory.SeatPayload, error) {
	return w.Inventory.CreateSeat(w.as(v), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: seatID, IdempotencyKey: &key})
}

func TestOneKeyFromManyCallersHasOneEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	under := w.profile(rules{})
	e := w.request(rita, under, "ada")
	for _, c := range []struct {
		name string
		call func() (got *id.ID, replayed bool, nos []*refusal.Refusal, err error)
	}{
		{"createSeat", func() (*id.ID, bool, []*refusal.Refusal, error) {
			p, err := w.keyed(boss, "k", "seat")
			if err != nil || p.Seat == nil {
				return nil, false, nil, errors.Join(err, fmt.Errorf("%+v", p))
			}
			return &p.Seat.ID, p.Replayed, p.UserErrors, nil
		}},
		{"approveEnrollment", func() (*id.ID, bool, []*refusal.Refusal, error) {
			p, err := w.Inventory.Approve(w.as(anna), inventory.ApproveEnrollmentInput{ID: e, IdempotencyKey: ptr("k")})
			if err != nil || p.Enrollment == nil {
				return nil, false, nil, errors.Join(err, fmt.Errorf("%+v", p))
			}
			return &p.Enrollment.ID, p.Replayed, p.UserErrors, nil
		}},
		{"requestEnrollment", func() (*id.ID, bool, []*refusal.Refusal, error) {
			p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: "ben", IdempotencyKey: ptr("k")})
			if err != nil || p.Enrollment == nil {
				return nil, false, nil, errors.Join(err, fmt.Errorf("%+v", p))
			}
			return &p.Enrollment.ID, p.Replayed, p.UserErrors, nil
		}},
	} {
		ids, replayed := make([]id.ID, 16), make([]bool, 16)
		together(16, func(n int) {
			got, again, nos, err := c.call()
			if err != nil || len(nos) > 0 {
				t.Errorf("%s: %v %v", c.name, err, nos)
				return
			}
			ids[n], replayed[n] = *got, again
		})
		if len(tally(ids)) != 1 || tally(replayed)[true] != 15 {
			t.Errorf("%s: %d different ids, %d replays; want one and 15", c.name, len(tally(ids)), tally(replayed)[true])
		}
	}
	if w.liveSeats("seat") != 1 || w.entries(e, audit.Approve, audit.Success) != 1 || w.enrollment(e).ApprovalsGiven != 1 {
		t.Error("a repeat had an effect of its own")
	}
	w.honest()
}

// The parts of this story follow each other: each finds what the one before has left.
func TestWhatAKeyRemembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 1)
	first, err := w.keyed(boss, "one", "ada")
	granted(t, err)
	granted(t, nil, first.UserErrors...)
	t.Run("another input", func(t *testing.T) {
		p, err := w.keyed(boss, "one", "ben")
		granted(t, err)
		refused(t, p.UserErrors, refusal.KeyReused)
		if p.Seat != nil || w.liveSeats("ben") != 0 {
			t.Error("it had an effect")
		}
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE code = 'KEY_REUSED' AND outcome = 'REFUSED'`); n != 1 {
			t.Errorf("%d entries of the refused attempt, want 1", n)
		}
	})
	t.Run("another person", func(t *testing.T) {
		p, err := w.keyed(manager, "one", "ada")
		granted(t, err)
		refused(t, p.UserErrors, refusal.Duplicate)
	})
	t.Run("another mutation", func(t *testing.T) {
		p, err := w.Inventory.CreateSeats(w.as(boss), inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, Seats: []*inventory.NewSeat{{SeatID: "ada"}}, IdempotencyKey: ptr("one")})
		granted(t, err)
		if p.Replayed || len(p.Results) != 1 || code(p.Results[0].UserErrors) != refusal.Duplicate {
			t.Errorf("%+v", p)
		}
	})
	t.Run("a refusal", func(t *testing.T) {
		for again := range 2 {
			p, err := w.keyed(boss, "full", "clara")
			granted(t, err)
			refused(t, p.UserErrors, refusal.NoSeatLeft)
			if p.Replayed != (again == 1) || !strings.Contains(p.UserErrors[0].Message, "1 allocated, 1 created") {
				t.Errorf("call %d: %+v", again, p)
			}
		}
		for again := range 2 { // one that is refused as a whole
			p, err := w.Inventory.CreateSeats(w.as(boss), inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, IdempotencyKey: ptr("none")})
			granted(t, err)
			refused(t, p.UserErrors, refusal.Invalid)
			if p.Replayed != (again == 1) {
				t.Errorf("call %d: %+v", again, p)
			}
		}
	})
	t.Run("what the caller may see now", func(t *testing.T) {
		blind := boss
		blind.Units = viewer.Units{Names: []string{"default"}}
		p, err := w.keyed(blind, "one", "ada")
		granted(t, err)
		if !p.Replayed || p.Seat != nil {
			t.Errorf("a repeat shows %+v to who no longer sees the business unit", p.Seat)
		}
	})
	t.Run("for a day", func(t *testing.T) {
		w.set(morning.Add(day - time.Microsecond))
		p, err := w.keyed(boss, "one", "ada")
		granted(t, err)
		if !p.Replayed || p.Seat == nil || p.Seat.ID != first.Seat.ID {
			t.Errorf("a microsecond before the day is over: %+v", p)
		}
		w.set(morning.Add(day))
		p, err = w.keyed(boss, "one", "ada")
		granted(t, err)
		refused(t, p.UserErrors, refusal.Duplicate)
		if p.Replayed {
			t.Error("a day later the call is still a repeat")
		}
	})
	t.Run("not what is no key", func(t *testing.T) {
		for _, key := range []string{"", strings.Repeat("k", 256), "a\x00b", "a\xff"} {
			p, err := w.keyed(boss, key, "dora")
			granted(t, err)
			refused(t, p.UserErrors, refusal.Invalid)
		}
	})
	w.honest()
}

func TestAFaultIsNotRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	ctx, cancel := context.WithCancel(w.as(boss))
	w.before("seat_allocations", cancel) // the caller goes away in the middle
	in := inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: "ada", IdempotencyKey: ptr("k")}
	if p, err := w.Inventory.CreateSeat(ctx, in); err == nil {
		t.Fatalf("the call whose caller left came to %+v", p)
	}
	if failures := w.entries(id.ID{}, audit.CreateSeat, audit.Failure); failures != 1 || w.liveSeats("ada") != 0 {
		t.Errorf("%d entries of the failure and %d seats, want 1 and 0", failures, w.liveSeats("ada"))
	}
	p, err := w.Inventory.CreateSeat(w.as(boss), in)
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	if p.Replayed || p.Seat == nil {
		t.Errorf("the repeat came to %+v", p)
	}
	w.honest()
}
