package graph

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

func (q query) Seat(ctx context.Context, one id.ID) (*inventory.Seat, error) {
	return q.Inventory.Seat(ctx, one)
}

func (q query) Seats(ctx context.Context, first *int, after *string, last *int, before *string, filter *inventory.SeatFilter, order *inventory.SeatOrder) (*page.Connection[*inventory.Seat], error) {
	return q.Inventory.Seats(ctx, args(first, after, last, before), filter, order)
}

func (m mutation) CreateSeat(ctx context.Context, in inventory.CreateSeatInput) (*inventory.SeatPayload, error) {
	return m.Inventory.CreateSeat(ctx, in)
}

func (m mutation) CreateSeats(ctx context.Context, in inventory.CreateSeatsInput) (*inventory.SeatsPayload, error) {
	return m.Inventory.CreateSeats(ctx, in)
}

func (r seat) BusinessUnit(ctx context.Context, s *inventory.Seat) (*businessunit.BusinessUnit, error) {
	return r.Inventory.BusinessUnitOfSeat(ctx, s)
}

func (r seat) Enrollments(ctx context.Context, s *inventory.Seat, first *int, after *string, last *int, before *string) (*page.Connection[*inventory.Enrollment], error) {
	return r.Inventory.EnrollmentsOf(ctx, s, args(first, after, last, before), wanted(ctx))
}

func (r seat) AuditTrail(ctx context.Context, s *inventory.Seat, first *int, after *string, last *int, before *string) (*page.Connection[*auditlog.Entry], error) {
	return r.Inventory.SeatTrail(ctx, s, args(first, after, last, before))
}

func (r seat) AvailableActions(ctx context.Context, s *inventory.Seat) ([]lifecycle.SeatAction, error) {
	return r.Inventory.SeatActions(ctx, s)
}

func (r seat) UnavailableActions(ctx context.Context, s *inventory.Seat) ([]*lifecycle.UnavailableSeatAction, error) {
	return r.Inventory.UnavailableSeatActions(ctx, s)
}
