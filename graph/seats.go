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

func (q query) Seats(ctx context.Context, first *int, after *string, last *int, before *string, view *inventory.SeatView, viewID *id.ID, search *string, filter *inventory.SeatFilter, order *inventory.SeatOrder) (*page.Connection[*inventory.Seat], error) {
	list, err := q.API.Views.Seats(ctx, inventory.SeatListInput{View: view, ViewID: viewID, Search: search, Filter: filter, OrderBy: order})
	if err != nil {
		return nil, err
	}
	return q.Inventory.Seats(ctx, args(first, after, last, before), list)
}

func (m mutation) CreateSeat(ctx context.Context, in inventory.CreateSeatInput) (*inventory.SeatPayload, error) {
	return m.Inventory.CreateSeat(ctx, in)
}

func (m mutation) CreateSeats(ctx context.Context, in inventory.CreateSeatsInput) (*inventory.SeatsPayload, error) {
	return m.Inventory.CreateSeats(ctx, in)
}

func (m mutation) UpdateSeat(ctx context.Context, in inventory.UpdateSeatInput) (*inventory.SeatPayload, error) {
	return m.Inventory.UpdateSeat(ctx, in)
}

func (m mutation) DeleteSeat(ctx context.Context, in inventory.DeleteSeatInput) (*inventory.SeatPayload, error) {
	return m.Inventory.DeleteSeat(ctx, in)
}

func (m mutation) DeleteSeats(ctx context.Context, in inventory.DeleteSeatsInput) (*inventory.SeatResultsPayload, error) {
	return m.Inventory.DeleteSeats(ctx, in)
}

func (m mutation) EnrollSeat(ctx context.Context, in inventory.EnrollSeatInput) (*inventory.EnrollSeatPayload, error) {
	return m.Inventory.EnrollSeat(ctx, in)
}

func (m mutation) EnrollSeats(ctx context.Context, in inventory.EnrollSeatsInput) (*inventory.EnrollSeatsPayload, error) {
	return m.Inventory.EnrollSeats(ctx, in)
}

func (m mutation) ImportSeats(ctx context.Context, in inventory.ImportSeatsInput) (*inventory.ImportSeatsPayload, error) {
	return m.Inventory.ImportSeats(ctx, in)
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

func (r importRow) Seat(ctx context.Context, row *inventory.SeatImportRow) (*inventory.Seat, error) {
	return r.Inventory.SeatOfRow(ctx, row)
}

func (r importRow) Enrollment(ctx context.Context, row *inventory.SeatImportRow) (*inventory.Enrollment, error) {
	return r.Inventory.EnrollmentOfRow(ctx, row)
}
