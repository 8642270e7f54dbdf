package export

import (
	"context"
	"slices"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/inventory"
)

// seats are the columns of a seat.
func (es *Exports) seats() []column[inventory.Seat] {
	type seat = inventory.Seat
	unitOf := func(ctx context.Context, s *seat) (*businessunit.BusinessUnit, error) {
		return es.inventory.BusinessUnitOfSeat(ctx, s)
	}
	return slices.Concat([]column[seat]{
		plain("id", func(s *seat) any { return s.ID.String() }),
		plain("seatId", func(s *seat) any { return s.SeatID }),
		plain("name", func(s *seat) any { return s.Name }),
		plain("email", func(s *seat) any { return s.Email }),
		plain("phone", func(s *seat) any { return s.Phone }),
		plain("seatType", func(s *seat) any { return string(s.SeatType) }),
		plain("status", func(s *seat) any { return string(s.Status) }),
	}, unit(unitOf, unitID, unitKey, unitName), []column[seat]{
		plain("unusedSince", func(s *seat) any { return orNil(s.UnusedSince) }),
		plain("createdAt", func(s *seat) any { return s.CreatedAt }),
		plain("updatedAt", func(s *seat) any { return s.UpdatedAt }),
		plain("deletedAt", func(s *seat) any { return orNil(s.DeletedAt) }),
		plain("version", func(s *seat) any { return s.Version }),
	})
}
