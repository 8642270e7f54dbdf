package profile

import (
	"context"
	"maps"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// CreateCertificateProfileInput is a profile to be added.
type CreateCertificateProfileInput struct {
	BusinessUnitID       id.ID
	Name                 string
	SeatType             lifecycle.SeatType
	CaType               lifecycle.CAType
	AuthenticationMethod lifecycle.AuthenticationMethod
	EnrollmentMethod     lifecycle.EnrollmentMethod
	RuleChanges
	IdempotencyKey *string
}

// Create adds a profile to a business unit. It is refused with NOT_FOUND when
// there is no such business unit, INVALID, WRONG_SEAT_TYPE for a type whose
// seats are not enrolled, and DUPLICATE when the business unit has a profile of
// that name, an archived one too: the name in an old audit entry means one profile.
func (ps *Profiles) Create(ctx context.Context, in CreateCertificateProfileInput) (*Payload, error) {
	in.Name = strings.TrimSpace(in.Name)
	sc, err := ps.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	unit := uuid.Nil
	if in.BusinessUnitID.Kind == id.BusinessUnit {
		unit = in.BusinessUnitID.UUID
	}
	made := id.New(id.Profile)
	out, err := ps.store.Do(ctx, store.Cause{
		Mutation: "createCertificateProfile", Action: audit.CreateProfile, Resource: audit.Profile, Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		rules := usual()
		rules.Issuer = lifecycle.UsualIssuer(in.CaType, in.AuthenticationMethod, in.SeatType)
		rules = rules.with(in.RuleChanges)
		if no := in.check(rules); no != nil {
			return store.Outcome{}, no
		}
		held, err := businessunit.Hold(ctx, tx, sc, unit)
		if err != nil {
			return store.Outcome{}, err
		}
		if _, ok := held[unit]; !ok {
			return store.Outcome{}, businessunit.NotFound(in.BusinessUnitID).At("businessUnitId")
		}
		row := store.Row{
			"id": made.UUID, "version": 1, "created_at": tx.Now(), "updated_at": tx.Now(), "business_unit_id": unit, "name": in.Name,
			"seat_type": in.SeatType, "ca_type": in.CaType, "authentication_method": in.AuthenticationMethod, "enrollment_method": in.EnrollmentMethod,
		}
		maps.Copy(row, rules.row())
		added, err := tx.Insert(ctx, audit.Profile, "(business_unit_id, name)", []store.Row{row})
		if err != nil {
			return store.Outcome{}, err
		}
		if !added[made.UUID] {
			return store.Outcome{}, duplicate(in.Name)
		}
		tx.Record(audit.Entry{ID: made.UUID, BusinessUnit: unit})
		return store.Done(made), nil
	})
	return ps.payload(ctx, id.ID{}, out, err)
}

// check decides about everything that the input says by itself.
func (in CreateCertificateProfileInput) check(rules Rules) *refusal.Refusal {
	if no := form.Line(in.Name, 1, form.MaxName, "name"); no != nil {
		return no
	}
	if !in.SeatType.Enrollable() {
		return refusal.New(refusal.WrongSeatType, "Seats of type %s are not enrolled; a profile is for USER, DEVICE, SERVER, ORGANIZATION or UNIFIED.", in.SeatType).At("seatType")
	}
	if no := suits(rules.Issuer, in.Issuer != nil, in.CaType, in.AuthenticationMethod, in.EnrollmentMethod, in.SeatType); no != nil {
		return no
	}
	return rules.check(in.AuthenticationMethod)
}

func duplicate(name string) *refusal.Refusal {
	return refusal.New(refusal.Duplicate, "The business unit has a certificate profile %q already, perhaps an archived one; choose another name.", name).At("name")
}
