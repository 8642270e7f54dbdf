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

// tellEnrollments enrolls seats of an offer with codes, other seats each time. The
// older codes end unused: nobody can redeem one yet.
func (s *seeding) tellEnrollments(t *telling, o offer) {
	if o.method != lifecycle.EnrollmentCode {
		return
	}
	from := 0
	for _, w := range enrollmentWaves {
		at := moment{w.daysAgo, 200 + len(o.slug())}
		seatIDs := make([]string, w.seats)
		for n := range seatIDs {
			seatIDs[n] = o.stock().seat((from + n) % o.stock().firstWave()).SeatID
		}
		from += w.seats
		a := act{name: fmt.Sprintf("enroll-%s-%d", o.slug(), w.daysAgo), at: s.on(at.daysAgo, at.minute), by: emil}
		t.add(o.unit, at, func(ctx context.Context) error { return s.enroll(ctx, a, o, seatIDs) })
		if ends := at.since() + time.Duration(o.expiry)*24*time.Hour; ends < 0 {
			day := int((-ends-1)/(24*time.Hour)) + 1
			t.ends[day] = append(t.ends[day], ends)
		}
	}
}

// enroll enrolls seats, in one call.
func (s *seeding) enroll(ctx context.Context, a act, o offer, seatIDs []string) error {
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		first := len(seatIDs)
		found, err := s.house.Inventory.Seats(ctx, page.Args{First: &first}, nil, nil, &inventory.SeatFilter{
			BusinessUnitIDs: []id.ID{s.units[o.unit]}, SeatTypes: []lifecycle.SeatType{o.seatType}, SeatIDs: seatIDs,
		}, &inventory.SeatOrder{Field: inventory.SeatOrderSeatID, Direction: page.Ascending})
		if err != nil {
			return nil, err
		}
		in := inventory.EnrollSeatsInput{ProfileID: s.profiles[o.slug()], IdempotencyKey: key}
		for _, seat := range found.Nodes() {
			in.Seats = append(in.Seats, &inventory.SeatToEnroll{ID: seat.ID})
		}
		p, err := s.house.Inventory.EnrollSeats(ctx, in)
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
