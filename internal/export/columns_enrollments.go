package export

import (
	"context"
	"slices"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/inventory"
)

// enrollments are the columns of an enrollment. The CSR, and the names that it asks
// for, are for who decides on one.
func (es *Exports) enrollments() []column[inventory.Enrollment] {
	type enrollment = inventory.Enrollment
	unitOf := func(ctx context.Context, e *enrollment) (*businessunit.BusinessUnit, error) {
		return es.inventory.BusinessUnitOf(ctx, e, false)
	}
	return slices.Concat([]column[enrollment]{
		plain("id", func(e *enrollment) any { return e.ID.String() }),
		plain("status", func(e *enrollment) any { return string(e.Status) }),
		plain("seatId", func(e *enrollment) any { return e.SeatID }),
		plain("name", func(e *enrollment) any { return e.Name }),
		plain("email", func(e *enrollment) any { return e.Email }),
		plain("seatType", func(e *enrollment) any { return string(e.SeatType) }),
		{"profileId", func(ctx context.Context, e *enrollment) (any, error) {
			p, err := es.inventory.ProfileOf(ctx, e, true)
			if err != nil || p == nil {
				return nil, err
			}
			return p.ID.String(), nil
		}},
		plain("profileName", func(e *enrollment) any { return e.ProfileName() }),
	}, unit(unitOf, unitID, unitKey), []column[enrollment]{
		plain("businessUnitName", func(e *enrollment) any { return e.BusinessUnitName() }),
		plain("authenticationMethod", func(e *enrollment) any { return string(e.AuthenticationMethod) }),
		plain("enrollmentMethod", func(e *enrollment) any { return string(e.EnrollmentMethod) }),
		plain("caType", func(e *enrollment) any { return string(e.CaType) }),
		plain("issuer", func(e *enrollment) any { return string(e.Issuer) }),
		plain("requesterSubject", requester(func(a *inventory.Actor) string { return a.Subject })),
		plain("requesterName", requester(func(a *inventory.Actor) string { return a.Name })),
		plain("requesterComment", func(e *enrollment) any { return e.RequesterComment }),
		plain("approvalsRequired", func(e *enrollment) any { return e.ApprovalsRequired }),
		plain("approvalsGiven", func(e *enrollment) any { return e.ApprovalsGiven }),
		plain("round", func(e *enrollment) any { return e.Round }),
		plain("attempts", func(e *enrollment) any { return e.Attempts }),
		plain("allowedAttempts", func(e *enrollment) any { return e.AllowedAttempts }),
		plain("reason", func(e *enrollment) any { return orNil(e.Reason()) }),
		plain("issuanceState", issuance(func(i *inventory.Issuance) string { return string(i.State) })),
		plain("issuanceReason", issuance(func(i *inventory.Issuance) string { return i.Reason })),
		{"certificateId", func(ctx context.Context, e *enrollment) (any, error) {
			c, err := es.inventory.CertificateOf(ctx, e, inventory.Fields{})
			if err != nil || c == nil {
				return nil, err
			}
			return c.ID.String(), nil
		}},
		plain("createdAt", func(e *enrollment) any { return e.CreatedAt }),
		plain("updatedAt", func(e *enrollment) any { return e.UpdatedAt }),
		plain("expiresAt", func(e *enrollment) any { return e.ExpiresAt }),
		plain("version", func(e *enrollment) any { return e.Version }),
	})
}

// requester is a word about who made the request; nil where nobody with a login did.
func requester(word func(*inventory.Actor) string) func(*inventory.Enrollment) any {
	return func(e *inventory.Enrollment) any {
		if a := e.Requester(); a != nil {
			return word(a)
		}
		return nil
	}
}

// issuance is a word about what the authority is doing; nil while nothing is redeemed.
func issuance(word func(*inventory.Issuance) string) func(*inventory.Enrollment) any {
	return func(e *inventory.Enrollment) any {
		if i := e.Issuance(); i != nil {
			return word(i)
		}
		return nil
	}
}
