package demo

import (
	"context"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// tellOpenly has somebody without a login ask for the Wi-Fi of the stores on its
// page and confirm their address. The request waits.
func (s *seeding) tellOpenly(t *telling) {
	o, at := storeWiFi, moment{3, 250}
	st := o.stock()
	seat := st.seat(st.allocated - 1)
	t.add(o.unit, at, func(ctx context.Context) error {
		a := act{name: "ask-openly", at: s.on(at.daysAgo, at.minute), by: invited(seat, 77), once: true}
		return s.do(ctx, a, func(ctx context.Context, _ *string) ([]*refusal.Refusal, error) {
			comment := "First day in the store on Monday."
			no, err := s.house.Inventory.RequestOpenly(ctx, inventory.OpenRequestInput{
				Profile: s.profiles[o.slug()], SeatID: seat.SeatID, Name: seat.Name, Email: seat.Email, Comment: &comment,
				Names: []*inventory.RequestedName{{Kind: lifecycle.SANEmail, Value: *seat.Email}},
			})
			if no != nil || err != nil {
				return refusals(no), err
			}
			token, err := s.confirming(ctx, *seat.Email)
			if err != nil {
				return nil, err
			}
			_, no, err = s.house.Inventory.ConfirmRequest(ctx, token)
			return refusals(no), err
		})
	})
}

// refusals is one refusal, or none, as a list.
func refusals(no *refusal.Refusal) []*refusal.Refusal {
	if no == nil {
		return nil
	}
	return []*refusal.Refusal{no}
}
