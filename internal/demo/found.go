package demo

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// found makes what everything else stands on, in the first days: business units,
// licences, their allocation, and the profiles.
func (s *seeding) found(ctx context.Context) error {
	for n, d := range divisions {
		if err := s.foundUnit(ctx, d, length, n*5); err != nil {
			return err
		}
	}
	for n, p := range purchases {
		if err := s.purchase(ctx, p, "purchase", length-1, n*2); err != nil {
			return err
		}
	}
	for n, st := range stocks {
		if err := s.allocate(ctx, st, "allocate", length-1, 180+n*2, ""); err != nil {
			return err
		}
	}
	for n, o := range offers {
		err := s.do(ctx, act{name: "profile-" + o.slug(), at: s.on(length-2, n*9), by: pavel}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
			p, err := s.house.Profiles.Create(ctx, o.input(s.units[o.unit], key))
			if err != nil {
				return nil, err
			}
			if p.CertificateProfile != nil {
				s.profiles[o.slug()] = p.CertificateProfile.ID
			}
			return p.UserErrors, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// foundUnit makes a business unit.
func (s *seeding) foundUnit(ctx context.Context, d division, daysAgo, minute int) error {
	return s.do(ctx, act{name: "unit-" + d.key, at: s.on(daysAgo, minute), by: ada}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Units.Create(ctx, d.input(key))
		if err != nil {
			return nil, err
		}
		if p.BusinessUnit != nil {
			s.units[d.key] = p.BusinessUnit.ID
		}
		return p.UserErrors, nil
	})
}

// purchase sets what the account has bought of a seat type.
func (s *seeding) purchase(ctx context.Context, p purchase, name string, daysAgo, minute int) error {
	a := act{name: fmt.Sprintf("%s-%s", name, strings.ToLower(string(p.seatType))), at: s.on(daysAgo, minute), by: ada}
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		done, err := s.house.Licences.SetPurchased(ctx, licence.SetPurchasedSeatsInput{SeatType: p.seatType, Purchased: &p.seats, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return done.UserErrors, nil
	})
}

// allocate gives a business unit its licences. Sofia does it, and meets want where
// the pool or the seats do not allow it.
func (s *seeding) allocate(ctx context.Context, st stock, name string, daysAgo, minute int, want refusal.Code) error {
	a := act{name: fmt.Sprintf("%s-%s-%s", name, st.unit, strings.ToLower(string(st.seatType))), at: s.on(daysAgo, minute), by: sofia, want: want}
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		done, err := s.house.Licences.Allocate(ctx, licence.AllocateSeatsInput{BusinessUnitID: s.units[st.unit], SeatType: st.seatType, Allocated: st.allocated, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return done.UserErrors, nil
	})
}

// finish makes, last of all, the newest business unit: by it a complete organisation
// is known.
func (s *seeding) finish(ctx context.Context) error {
	return s.foundUnit(ctx, newest, 2, 540)
}

// readdress changes whom a business unit's requests are mailed to.
func (s *seeding) readdress(ctx context.Context, unit string, to []string, daysAgo, minute int) error {
	return s.do(ctx, act{name: "readdress-" + unit, at: s.on(daysAgo, minute), by: ada}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Units.Update(ctx, businessunit.UpdateBusinessUnitInput{ID: s.units[unit], ApproverEmails: to, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// archive ends requests under an offer.
func (s *seeding) archive(ctx context.Context, o offer, minute int) error {
	return s.do(ctx, act{name: "archive-" + o.slug(), at: s.on(o.archived, minute), by: pavel}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Profiles.Archive(ctx, profile.ArchiveCertificateProfileInput{ID: s.profileOf(o), IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// profileOf is the profile that was made of an offer.
func (s *seeding) profileOf(o offer) id.ID { return s.profiles[o.slug()] }
