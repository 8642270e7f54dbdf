package accounting

import (
	"context"
	"slices"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/refusal"
	"gatehouse/internal/seatfile"
)

func createSeat(ctx context.Context, p player, s step, a *answer) error {
	out, err := p.Inventory.CreateSeat(ctx, inventory.CreateSeatInput{BusinessUnitID: p.unit(s).id(), SeatType: s.Type, SeatID: s.Seats[0]})
	if err != nil {
		return err
	}
	a.one(audit.CreateSeat, out.UserErrors)
	return nil
}

func createSeats(ctx context.Context, p player, s step, a *answer) error {
	in := inventory.CreateSeatsInput{BusinessUnitID: p.unit(s).id(), SeatType: s.Type}
	for _, name := range s.Seats {
		in.Seats = append(in.Seats, &inventory.NewSeat{SeatID: name, Name: new("Name of " + name)})
	}
	out, err := p.Inventory.CreateSeats(ctx, in)
	if err != nil {
		return err
	}
	a.heard(out.UserErrors)
	for _, r := range out.Results {
		a.one(audit.CreateSeat, r.UserErrors)
	}
	return nil
}

// updateSeat gives a seat a name, which it may have already.
func updateSeat(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.seats(ctx, s)
	if err != nil {
		return err
	}
	name := ""
	if s.Figure > 0 {
		name = "Name " + string(rune('A'+s.Figure%3))
	}
	out, err := p.Inventory.UpdateSeat(ctx, inventory.UpdateSeatInput{ID: ids[0], Name: &name})
	if err != nil {
		return err
	}
	a.one(audit.UpdateSeat, out.UserErrors)
	a.Perhaps = true
	return nil
}

func deleteSeat(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.seats(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.DeleteSeat(ctx, inventory.DeleteSeatInput{ID: ids[0], RevokeCertificates: &s.Flag})
	if err != nil {
		return err
	}
	a.one(audit.DeleteSeat, out.UserErrors)
	return nil
}

func deleteSeats(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.seats(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.DeleteSeats(ctx, inventory.DeleteSeatsInput{IDs: ids, RevokeCertificates: &s.Flag})
	if err != nil {
		return err
	}
	a.heard(out.UserErrors)
	for _, r := range out.Results {
		a.one(audit.DeleteSeat, r.UserErrors)
	}
	return nil
}

// importSeats sends a file of the seats: one that deletes them, or one that makes,
// names and, with the flag, enrolls them. One of seven is a dry run.
func importSeats(ctx context.Context, p player, s step, a *answer) error {
	in := inventory.ImportSeatsInput{BusinessUnitID: p.unit(s).id(), SeatType: s.Type, Operation: seatfile.CreateOrUpdate, DryRun: new(s.Figure == mostLicences)}
	if s.Figure < 2 {
		in.Operation = seatfile.Delete
	} else if s.Flag {
		in.ProfileID = new(profileOf(p.unit(s).Code, s))
	}
	in.Csv = "seat_id,seat_name\n" + strings.Join(s.Seats, ",From a file\n") + ",From a file\n"
	out, err := p.Inventory.ImportSeats(ctx, in)
	if err != nil {
		return err
	}
	for _, action := range []audit.Action{audit.CreateSeat, audit.UpdateSeat, audit.Enroll, audit.DeleteSeat} {
		a.did(action, 0)
	}
	if *in.DryRun {
		if slices.ContainsFunc(out.UserErrors, func(no *refusal.Refusal) bool { return no.Code == refusal.Forbidden }) {
			a.heard(out.UserErrors) // of a dry run the audit has only who tried without the right
		}
		return nil
	}
	a.heard(out.UserErrors)
	for _, r := range out.Rows {
		if err := rowOf(ctx, p, r, a); err != nil {
			return err
		}
	}
	return nil
}

// rowOf takes what came of one row of a file.
func rowOf(ctx context.Context, p player, r *inventory.SeatImportRow, a *answer) error {
	if !a.heard(r.UserErrors) {
		return nil
	}
	switch r.Outcome {
	case seatfile.Created:
		a.did(audit.CreateSeat, 1)
	case seatfile.Updated:
		a.did(audit.UpdateSeat, 1)
	case seatfile.Deleted:
		a.did(audit.DeleteSeat, 1)
	}
	enrollment, err := p.Inventory.EnrollmentOfRow(ctx, r)
	if enrollment != nil {
		a.did(audit.Enroll, 1)
	}
	return err
}

// enrollSeat enrolls a seat, now and then under a profile that has no codes.
func enrollSeat(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.seats(ctx, s)
	if err != nil {
		return err
	}
	out, err := p.Inventory.EnrollSeat(ctx, inventory.EnrollSeatInput{ID: ids[0], ProfileID: p.codes(s), Email: new("holder@example.com")})
	if err != nil {
		return err
	}
	a.one(audit.Enroll, out.UserErrors)
	return nil
}

func enrollSeats(ctx context.Context, p player, s step, a *answer) error {
	ids, err := p.seats(ctx, s)
	if err != nil {
		return err
	}
	in := inventory.EnrollSeatsInput{ProfileID: p.codes(s)}
	for _, one := range ids {
		in.Seats = append(in.Seats, &inventory.SeatToEnroll{ID: one})
	}
	out, err := p.Inventory.EnrollSeats(ctx, in)
	if err != nil {
		return err
	}
	a.heard(out.UserErrors)
	for _, r := range out.Results {
		a.one(audit.Enroll, r.UserErrors)
	}
	return nil
}

// codes is the profile that a step enrolls under.
func (p player) codes(s step) id.ID {
	if s.Figure == mostLicences {
		return profileOf(p.unit(s).Manual, s)
	}
	return profileOf(p.unit(s).Code, s)
}
