package profile

import (
	"context"
	"errors"
	"reflect"
	"strings"

	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// UpdateCertificateProfileInput is what to change; nil stays as it is.
type UpdateCertificateProfileInput struct {
	ID   id.ID
	Name *string
	RuleChanges
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Update changes a profile's name and rules, for enrollments made from then on;
// the present ones keep what they were promised. It is refused with NOT_FOUND,
// CONFLICT, PROFILE_ARCHIVED, INVALID and DUPLICATE; an update that changes
// nothing is done and leaves no entry.
func (ps *Profiles) Update(ctx context.Context, in UpdateCertificateProfileInput) (*Payload, error) {
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		in.Name = &name
	}
	sc, err := ps.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	out, err := ps.store.Do(ctx, store.Cause{
		Mutation: "updateCertificateProfile", Action: audit.UpdateProfile, Resource: audit.Profile, ID: named(in.ID), Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		p, err := lock(ctx, tx, sc, in.ID)
		if err != nil {
			return store.Outcome{}, err
		}
		if no := p.mayChange(in.ExpectedVersion); no != nil {
			return store.Outcome{}, no
		}
		name, rules := p.Name, p.Rules.with(in.RuleChanges)
		set(&name, in.Name)
		if no := form.Line(name, 1, form.MaxName, "name"); no != nil {
			return store.Outcome{}, no
		}
		if no := suits(rules.Issuer, in.Issuer != nil, p.CaType, p.AuthenticationMethod, p.EnrollmentMethod, p.SeatType); no != nil {
			return store.Outcome{}, no
		}
		if no := rules.check(p.AuthenticationMethod); no != nil {
			return store.Outcome{}, no
		}
		before, after := p.Rules.row(), rules.row()
		before["name"], after["name"] = p.Name, name
		if reflect.DeepEqual(before, after) {
			return store.Done(in.ID), nil
		}
		err = tx.Apply(ctx, audit.Profile, []store.Change{{ID: p.ID.UUID, BusinessUnit: p.Unit, Version: p.Version, Before: before, After: after}})
		if taken(err) {
			return store.Outcome{}, duplicate(name)
		}
		if err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: p.ID.UUID})
		return store.Done(in.ID), nil
	})
	return ps.payload(ctx, in.ID, out, err)
}

// mayChange is the no to changing a profile that the caller has read in another
// version, or that is archived; nil otherwise.
func (p *CertificateProfile) mayChange(expected *int) *refusal.Refusal {
	if p.ArchivedAt != nil {
		return refusal.New(refusal.ProfileArchived, "The certificate profile %s is archived, which cannot be undone; make a new one.", p.Name)
	}
	if expected != nil && *expected != p.Version {
		return refusal.New(refusal.Conflict, "The certificate profile was changed by somebody else (version %d, you sent %d); read it again.", p.Version, *expected).At("expectedVersion")
	}
	return nil
}

// taken reports whether the database said that the name is taken: of the columns
// that an update sets, the name alone is unique. The transaction is lost with
// it, and the refusal is returned as its error.
func taken(err error) bool {
	var e *pq.Error
	return errors.As(err, &e) && e.Code == "23505"
}
