package accounting

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// firstMorning is when the first check of a stage begins; each later one begins
// when all that was promised in the one before has expired.
var firstMorning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// found makes the organisation of a check, through the use cases, and so the plan.
// The first business unit is given half of the licences and two invited seats, of which
// one has a certificate already where that can be renewed, which may be suspended, and the other is locked out
// and has an approved request; the second business unit is given a licence.
func (s *stage) found(ctx context.Context, d drawn) (plan, error) {
	s.played++
	p := plan{
		Name: fmt.Sprintf("check-%d", s.played), Start: firstMorning.AddDate(0, 0, 60*s.played),
		Waits: d.Waits, Scripts: d.Scripts, Elsewhere: map[lifecycle.SeatType]int{},
	}
	s.house.clock.set(p.Start) // for the worker; the other process sleeps meanwhile
	ctx = viewer.WithRequest(viewer.With(store.At(ctx, p.Start), person(boss, nil)), viewer.Request{ID: p.Name})
	for n := range d.Units {
		u, err := s.unit(ctx, fmt.Sprintf("%s-%d", p.Name, n), d)
		if err != nil {
			return plan{}, err
		}
		p.Units = append(p.Units, u)
	}
	for kind, licences := range d.Licences {
		if err := s.license(ctx, &p, kind, licences, d); err != nil {
			return plan{}, err
		}
	}
	for kind, licences := range d.Seen {
		if err := s.purchase(ctx, &p, kind, licences); err != nil {
			return plan{}, err
		}
	}
	var err error
	p.Seen, err = seenOf(p.Start)
	return p, err
}

// purchase buys licences of a type beside those that other checks have allocated.
func (s *stage) purchase(ctx context.Context, p *plan, kind lifecycle.SeatType, licences int) error {
	var elsewhere int
	err := s.admin.QueryRowContext(ctx, `SELECT COALESCE(sum(allocated), 0) FROM seat_allocations WHERE seat_type = $1`, kind).Scan(&elsewhere)
	if err != nil {
		return err
	}
	p.Elsewhere[kind] = elsewhere
	bought, err := s.house.Licences.SetPurchased(ctx, licence.SetPurchasedSeatsInput{SeatType: kind, Purchased: new(elsewhere + licences)})
	if err != nil {
		return err
	}
	return granted(bought.UserErrors)
}

// license buys licences of a type and gives them out.
func (s *stage) license(ctx context.Context, p *plan, kind lifecycle.SeatType, licences int, d drawn) error {
	if err := s.purchase(ctx, p, kind, licences); err != nil {
		return err
	}
	for n, allocated := range []int{(licences + 1) / 2, 1} {
		given, err := s.house.Licences.Allocate(ctx, licence.AllocateSeatsInput{BusinessUnitID: p.Units[n].id(), SeatType: kind, Allocated: allocated})
		if err != nil {
			return err
		}
		if err := granted(given.UserErrors); err != nil {
			return err
		}
	}
	made, err := s.house.Inventory.CreateSeats(ctx, inventory.CreateSeatsInput{
		BusinessUnitID: p.Units[0].id(), SeatType: kind, Seats: []*inventory.NewSeat{{SeatID: seatNames[0]}, {SeatID: seatNames[1]}},
	})
	if err != nil {
		return err
	}
	if err := granted(made.UserErrors, made.Results[0].UserErrors, made.Results[1].UserErrors); err != nil || !kind.Enrollable() {
		return err
	}
	return s.invite(ctx, p.Units[0], kind, made.Results, d)
}

// invite enrolls the two seats of a type, locks the second out and approves a request
// for it, so that there is something to redeem, to unlock and to pick up.
func (s *stage) invite(ctx context.Context, u unit, kind lifecycle.SeatType, seats []*inventory.CreateSeatResult, d drawn) error {
	in := inventory.EnrollSeatsInput{ProfileID: id.Of(id.Profile, u.Code[kind])}
	for _, made := range seats {
		in.Seats = append(in.Seats, &inventory.SeatToEnroll{ID: made.Seat.ID, Email: new("holder@example.com")})
	}
	invited, err := s.house.Inventory.EnrollSeats(ctx, in)
	if err != nil {
		return err
	}
	if err := granted(invited.UserErrors, invited.Results[0].UserErrors, invited.Results[1].UserErrors); err != nil {
		return err
	}
	if d.Validity < 30 { // then there is something to renew from the beginning, or to resume
		if err := s.redeem(ctx, in, invited.Results[0]); err != nil {
			return err
		}
		if d.Attempts > 1 {
			if err := s.suspend(ctx, u, kind); err != nil {
				return err
			}
		}
	}
	_, token, _ := strings.Cut(*invited.Results[1].EnrollmentURL, "#")
	for range d.Attempts {
		if _, err := s.house.Inventory.Redeem(ctx, inventory.RedeemEnrollmentInput{Token: token, Code: new("NNNNNNNNNNNN"), Csr: &s.house.holder.csr}); err != nil {
			return err
		}
	}
	asked, err := s.house.Inventory.Request(ctx, inventory.RequestEnrollmentInput{ProfileID: id.Of(id.Profile, u.Manual[kind]), SeatID: seatNames[1], Csr: &s.house.holder.csr})
	if err != nil {
		return err
	}
	if err := granted(asked.UserErrors); err != nil {
		return err
	}
	for _, name := range []string{"anna", "ben"}[:d.Approvals] {
		approved, err := s.house.Inventory.Approve(viewer.With(ctx, person(name, nil)), inventory.ApproveEnrollmentInput{ID: asked.Enrollment.ID})
		if err != nil {
			return err
		}
		if err := granted(approved.UserErrors); err != nil {
			return err
		}
	}
	return nil
}

// redeem gives the first of the seats its certificate, and invites it again.
func (s *stage) redeem(ctx context.Context, in inventory.EnrollSeatsInput, invited *inventory.EnrollSeatResult) error {
	_, token, _ := strings.Cut(*invited.EnrollmentURL, "#")
	redeemed, err := s.house.Inventory.Redeem(ctx, inventory.RedeemEnrollmentInput{Token: token, Code: invited.Code, Csr: &s.house.holder.csr})
	if err != nil {
		return err
	}
	if err := granted(redeemed.UserErrors); err != nil {
		return err
	}
	in.Seats = in.Seats[:1]
	again, err := s.house.Inventory.EnrollSeats(ctx, in)
	if err != nil {
		return err
	}
	return granted(again.UserErrors, again.Results[0].UserErrors)
}

// suspend puts the certificate of a type on hold.
func (s *stage) suspend(ctx context.Context, u unit, kind lifecycle.SeatType) error {
	var row uuid.UUID
	err := s.admin.QueryRowContext(ctx, `SELECT c.id FROM certificates c JOIN seats s ON s.id = c.seat_row_id WHERE s.business_unit_id = $1 AND s.seat_type = $2`, u.ID, kind).Scan(&row)
	if err != nil {
		return err
	}
	suspended, err := s.house.Inventory.SuspendCertificate(ctx, inventory.SuspendCertificateInput{ID: id.Of(id.Certificate, row)})
	if err != nil {
		return err
	}
	return granted(suspended.UserErrors)
}

// unit makes a business unit with a profile of each method for each seat type that
// is enrolled. What is promised lasts a day.
func (s *stage) unit(ctx context.Context, key string, d drawn) (unit, error) {
	made, err := s.house.Units.Create(ctx, businessunit.CreateBusinessUnitInput{Key: key, Name: "Unit " + key})
	if err != nil {
		return unit{}, err
	}
	if err := granted(made.UserErrors); err != nil {
		return unit{}, err
	}
	u := unit{ID: made.BusinessUnit.ID.UUID, Key: key, Manual: map[lifecycle.SeatType]uuid.UUID{}, Code: map[lifecycle.SeatType]uuid.UUID{}}
	for kind := range d.Licences {
		if !kind.Enrollable() {
			continue
		}
		for method, profiles := range map[lifecycle.AuthenticationMethod]map[lifecycle.SeatType]uuid.UUID{lifecycle.ManualApproval: u.Manual, lifecycle.EnrollmentCode: u.Code} {
			made, err := s.house.Profiles.Create(ctx, profile.CreateCertificateProfileInput{
				BusinessUnitID: u.id(), Name: string(kind) + " by " + string(method), SeatType: kind, CaType: lifecycle.Private,
				AuthenticationMethod: method, EnrollmentMethod: lifecycle.CSR,
				RuleChanges: profile.RuleChanges{ApprovalsRequired: &d.Approvals, AllowedAttempts: &d.Attempts, Expiry: new(period.Day), PickupTime: new(period.Day), Validity: new(period.Period(d.Validity) * period.Day)},
			})
			if err != nil {
				return unit{}, err
			}
			if err := granted(made.UserErrors); err != nil {
				return unit{}, err
			}
			profiles[kind] = made.CertificateProfile.ID.UUID
		}
	}
	return u, nil
}

// id is the business unit's id.
func (u unit) id() id.ID { return id.Of(id.BusinessUnit, u.ID) }

// granted is an error where something was refused that a check stands on.
func granted(refusals ...[]*refusal.Refusal) error {
	for _, nos := range refusals {
		for _, no := range nos {
			return fmt.Errorf("founding the organisation: %w", no)
		}
	}
	return nil
}
