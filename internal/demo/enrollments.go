package demo

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// enrollmentWaves are the days on which seats were enrolled under each profile
// with codes, and how many; on none of them does a code of an earlier one end.
var enrollmentWaves = []struct{ daysAgo, seats int }{{100, 14}, {45, 10}, {12, 8}, {6, 6}, {2, 7}}

// wave is seats that are enrolled under an offer in one call, and their enrollments
// from then on, by seat id.
type wave struct {
	offer offer
	n     int
	at    moment
	seats []*inventory.NewSeat
	made  map[string]id.ID
}

// waves are an offer's. They take seats from the end of the first ones, and
// requests from their beginning.
func (o offer) waves() []*wave {
	if o.method != code {
		return nil
	}
	st, last := o.stock(), o.stock().firstWave()-1
	if o.ca == public { // others than the private offer of the same stock
		last -= 60
	}
	all := make([]*wave, 0, len(enrollmentWaves))
	for n, w := range enrollmentWaves {
		one := &wave{offer: o, n: n, at: moment{w.daysAgo, 200 + len(o.slug())}, made: map[string]id.ID{}}
		for range w.seats {
			one.seats = append(one.seats, st.seat(last))
			last--
		}
		all = append(all, one)
	}
	return all
}

// tellEnrollments enrolls seats of an offer with codes, other seats each time. Some
// are redeemed (tellCodes); the codes of the others end unused.
func (s *seeding) tellEnrollments(t *telling, o offer) {
	for _, w := range o.waves() {
		a := act{name: fmt.Sprintf("enroll-%s-%d", o.slug(), w.at.daysAgo), at: s.on(w.at.daysAgo, w.at.minute), by: emil}
		t.add(o.unit, w.at, func(ctx context.Context) error { return s.enroll(ctx, a, w) })
		if ends := w.at.since() + time.Duration(o.expiry)*24*time.Hour; ends < 0 {
			day := int((-ends-1)/(24*time.Hour)) + 1
			t.ends[day] = append(t.ends[day], ends)
		}
		s.tellCodes(t, w)
		s.tellEndings(t, w)
	}
}

// enroll enrolls a wave's seats.
func (s *seeding) enroll(ctx context.Context, a act, w *wave) error {
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		first, seatIDs := len(w.seats), make([]string, len(w.seats))
		for n, seat := range w.seats {
			seatIDs[n] = seat.SeatID
		}
		found, err := s.house.Inventory.Seats(ctx, page.Args{First: &first}, inventory.SeatListInput{Filter: &inventory.SeatFilter{
			BusinessUnitIDs: []id.ID{s.units[w.offer.unit]}, SeatTypes: []lifecycle.SeatType{w.offer.seatType}, SeatIDs: seatIDs,
		}, OrderBy: &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending}})
		if err != nil {
			return nil, err
		}
		in := inventory.EnrollSeatsInput{ProfileID: s.profiles[w.offer.slug()], IdempotencyKey: key}
		for _, seat := range found.Nodes() {
			one := &inventory.SeatToEnroll{ID: seat.ID}
			if w.offer.ca == public { // a server has no address, and the code is mailed
				one.Email = &w.offer.division().managers[0]
			}
			in.Seats = append(in.Seats, one)
		}
		p, err := s.house.Inventory.EnrollSeats(ctx, in)
		if err != nil {
			return nil, err
		}
		all := p.UserErrors
		for n, r := range p.Results {
			all = append(all, r.UserErrors...)
			if r.Enrollment != nil {
				w.made[found.Nodes()[n].SeatID] = r.Enrollment.ID
			}
		}
		return all, nil
	})
}
