package inventory_test

import (
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

func TestSixtyFourCallersShareTheLastTenLicences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 12)
	w.seat(lifecycle.Device, "first")
	w.seat(lifecycle.Device, "second")

	codes, sentences := make([]refusal.Code, 64), make([]string, 64)
	together(64, func(n int) {
		p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.Device, SeatID: fmt.Sprintf("device-%02d", n)})
		if err != nil {
			t.Error(err)
			return
		}
		if codes[n] = code(p.UserErrors); codes[n] != "" {
			sentences[n] = p.UserErrors[0].Message
		} else if p.Seat == nil || p.Seat.Status != lifecycle.SeatCreated {
			t.Errorf("caller %d was told yes and got %+v", n, p.Seat)
		}
	})

	if got := tally(codes); got[""] != 10 || got[refusal.NoSeatLeft] != 54 {
		t.Errorf("answers %v; want 10 seats and 54 NO_SEAT_LEFT", got)
	}
	for n, s := range sentences {
		if codes[n] != "" && !strings.Contains(s, "12 allocated, 12 created, 0 consumed") {
			t.Errorf("caller %d was told %q, without the three figures", n, s)
		}
	}
	if live := w.count(`SELECT count(*) FROM seats WHERE deleted_at IS NULL`); live != 12 {
		t.Errorf("%d seats, want 12", live)
	}
	if made, not := w.entries(id.ID{}, audit.CreateSeat, audit.Success), w.entries(id.ID{}, audit.CreateSeat, audit.Refused); made != 12 || not != 54 {
		t.Errorf("%d entries of seats made and %d of refusals; want 12 and 54", made, not)
	}
	w.honest()
}

func TestManySeatsPerCallRaceForTheLastLicences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 25)
	got := make([]int, 8)
	together(8, func(n int) {
		in := inventory.CreateSeatsInput{BusinessUnitID: w.unit, SeatType: lifecycle.User}
		for k := range 10 {
			in.Seats = append(in.Seats, &inventory.NewSeat{SeatID: fmt.Sprintf("user-%d-%d", n, k)})
		}
		p, err := w.Inventory.CreateSeats(w.as(boss), in)
		if err != nil {
			t.Error(err)
			return
		}
		for k, r := range p.Results {
			switch {
			case code(r.UserErrors) == "" && r.Seat != nil:
				if got[n] != k {
					t.Errorf("call %d: seat %d has a licence and one before it has none", n, k)
				}
				got[n]++
			case code(r.UserErrors) != refusal.NoSeatLeft:
				t.Errorf("call %d, seat %d: %v", n, k, r.UserErrors)
			}
		}
	})
	total := 0
	for _, n := range got {
		total += n
	}
	if total != 25 {
		t.Errorf("%d seats were made, want the 25 that there were licences for", total)
	}
	w.honest()
}

func TestOnePlaceHasOneLiveSeatHoweverManyAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	spellings := []string{"Ada@Example.com", "ada@example.com", " ADA@EXAMPLE.COM ", "aDa@eXample.com"}
	codes := make([]refusal.Code, 24)
	together(len(codes), func(n int) {
		p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: spellings[n%len(spellings)]})
		if err != nil {
			t.Error(err)
			return
		}
		codes[n] = code(p.UserErrors)
	})
	if got := tally(codes); got[""] != 1 || got[refusal.Duplicate] != 23 {
		t.Errorf("answers %v; want one seat and 23 DUPLICATE", got)
	}
	if created := w.count(`SELECT created FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = 'USER'`, w.unit.UUID); created != 1 {
		t.Errorf("%d licences were taken for one seat", created)
	}
	w.honest()
}
