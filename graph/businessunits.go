package graph

import (
	"context"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

func (q query) BusinessUnit(ctx context.Context, one id.ID) (*businessunit.BusinessUnit, error) {
	return q.Units.One(ctx, one)
}

func (q query) BusinessUnits(ctx context.Context, first *int, after *string, last *int, before *string, filter *businessunit.BusinessUnitFilter, order *businessunit.BusinessUnitOrder) (*page.Connection[*businessunit.BusinessUnit], error) {
	return q.Units.List(ctx, args(first, after, last, before), filter, order)
}

func (m mutation) CreateBusinessUnit(ctx context.Context, in businessunit.CreateBusinessUnitInput) (*businessunit.Payload, error) {
	return m.Units.Create(ctx, in)
}

func (m mutation) UpdateBusinessUnit(ctx context.Context, in businessunit.UpdateBusinessUnitInput) (*businessunit.Payload, error) {
	return m.Units.Update(ctx, in)
}

func (m mutation) DeleteBusinessUnit(ctx context.Context, in businessunit.DeleteBusinessUnitInput) (*businessunit.Payload, error) {
	return m.Units.Delete(ctx, in)
}

func (r businessUnit) SeatAllocations(ctx context.Context, u *businessunit.BusinessUnit) ([]*licence.SeatAllocation, error) {
	return r.Licences.AllocationsOf(ctx, u)
}

func (q query) SeatLicenses(ctx context.Context) ([]*licence.SeatLicense, error) {
	return q.Licences.Licenses(ctx)
}

func (q query) SeatUsage(ctx context.Context, unit *id.ID, seatType *lifecycle.SeatType) (*licence.SeatUsage, error) {
	return q.Licences.Usage(ctx, unit, seatType)
}

func (m mutation) SetPurchasedSeats(ctx context.Context, in licence.SetPurchasedSeatsInput) (*licence.LicensePayload, error) {
	return m.Licences.SetPurchased(ctx, in)
}

func (m mutation) AllocateSeats(ctx context.Context, in licence.AllocateSeatsInput) (*licence.AllocationPayload, error) {
	return m.Licences.Allocate(ctx, in)
}

func (r allocation) BusinessUnit(ctx context.Context, a *licence.SeatAllocation) (*businessunit.BusinessUnit, error) {
	return r.Licences.BusinessUnitOf(ctx, a)
}

func (r usage) Allocations(ctx context.Context, u *licence.SeatUsage, first *int, after *string, last *int, before *string) (*page.Connection[*licence.SeatAllocation], error) {
	return r.Licences.AllocationsOfUsage(ctx, u, args(first, after, last, before))
}

func (r allocation) Forecast(ctx context.Context, a *licence.SeatAllocation) (*licence.SeatForecast, error) {
	return r.Licences.ForecastOf(ctx, a)
}

func (r usage) History(ctx context.Context, u *licence.SeatUsage, days int) ([]*licence.SeatUsageDay, error) {
	return r.Licences.History(ctx, u, days)
}

func (r usage) Forecast(ctx context.Context, u *licence.SeatUsage) (*licence.SeatForecast, error) {
	return r.Licences.Forecast(ctx, u)
}
