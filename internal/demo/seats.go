package demo

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/internal/inventory"
	"gatehouse/internal/refusal"
)

// firstWave is how many of the seats were made when everything began.
func (s stock) firstWave() int {
	if s.seats < len(laterWaves)*4 {
		return s.seats
	}
	return s.seats * 3 / 4
}

// laterWaves are the days on which the rest came, in equal parts.
var laterWaves = []int{110, 66, 24}

// tellSeats makes a stock's seats: most at the beginning, the rest in waves.
func (s *seeding) tellSeats(t *telling, st stock) {
	from := 0
	wave := func(daysAgo, to int) {
		seats := make([]*inventory.NewSeat, 0, to-from)
		for n := from; n < to; n++ {
			seats = append(seats, st.seat(n))
		}
		from = to
		a := act{name: fmt.Sprintf("seats-%s-%s-%d", st.unit, strings.ToLower(string(st.seatType)), daysAgo), at: s.on(daysAgo, 5), by: sofia}
		t.add(st.unit, moment{daysAgo, 5}, func(ctx context.Context) error { return s.makeSeats(ctx, a, st, seats) })
	}
	wave(length-4, st.firstWave())
	for n, day := range laterWaves {
		if to := st.firstWave() + (st.seats-st.firstWave())*(n+1)/len(laterWaves); to > from {
			wave(day, to)
		}
	}
}

// makeSeats makes seats of a stock, in one call.
func (s *seeding) makeSeats(ctx context.Context, a act, st stock, seats []*inventory.NewSeat) error {
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Inventory.CreateSeats(ctx, inventory.CreateSeatsInput{BusinessUnitID: s.units[st.unit], SeatType: st.seatType, Seats: seats, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		all := p.UserErrors
		for _, r := range p.Results {
			all = append(all, r.UserErrors...)
		}
		return all, nil
	})
}
