package accounting

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/licence"
)

// setPurchasedSeats says how many licences the account has, beside those that other
// checks have allocated; now and then that there is no end of them.
func setPurchasedSeats(ctx context.Context, p player, s step, a *answer) error {
	in := licence.SetPurchasedSeatsInput{SeatType: s.Type, Purchased: new(p.plan.Elsewhere[s.Type] + s.Figure)}
	if s.Figure == mostLicences && s.Flag {
		in.Purchased, in.Unlimited = nil, new(true)
	}
	out, err := p.Licences.SetPurchased(ctx, in)
	if err != nil {
		return err
	}
	a.one(audit.SetPurchasedSeats, out.UserErrors)
	a.Perhaps = true
	return nil
}

func allocateSeats(ctx context.Context, p player, s step, a *answer) error {
	out, err := p.Licences.Allocate(ctx, licence.AllocateSeatsInput{BusinessUnitID: p.unit(s).id(), SeatType: s.Type, Allocated: s.Figure})
	if err != nil {
		return err
	}
	a.one(audit.AllocateSeats, out.UserErrors)
	a.Perhaps = true
	return nil
}

// deleteBusinessUnit is refused for almost all that happens in the others.
func deleteBusinessUnit(ctx context.Context, p player, s step, a *answer) error {
	out, err := p.Units.Delete(ctx, businessunit.DeleteBusinessUnitInput{ID: p.unit(s).id()})
	if err != nil {
		return err
	}
	a.one(audit.DeleteBusinessUnit, out.UserErrors)
	return nil
}
