package demo

import (
	"context"
	"fmt"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// tellEndings tells what becomes of certificates that were issued by code: of laptops,
// one that was stolen is revoked, and one that is looked for is put on hold; of those
// for the personnel files, which end after five weeks, one is renewed and replaced, and
// another's renewal waits for its holder.
//
// The authority that issued them is forgotten after the seeding, so that no list names
// them, and what the product says of their revocation is that.
func (s *seeding) tellEndings(t *telling, w *wave) {
	tell := func(seat, daysAgo, minute int, run func(ctx context.Context, a act, enrollment id.ID) error) {
		name := fmt.Sprintf("end-%s-%d-%d-%d", w.offer.slug(), w.at.daysAgo, seat, daysAgo)
		t.add(w.offer.unit, moment{daysAgo, minute}, func(ctx context.Context) error {
			return run(ctx, act{name: name, at: s.on(daysAgo, minute), by: emil}, w.made[w.seats[seat].SeatID])
		})
	}
	switch laptop, files := w.offer.slug() == managedLaptop.slug(), w.offer.slug() == personnelFiles.slug(); {
	case laptop && w.n == 0:
		tell(1, 61, afternoon+150, s.holds)
		tell(1, 58, afternoon+152, s.frees)
	case laptop && w.n == 1:
		tell(0, 20, afternoon+150, s.revokes)
	case laptop && w.n == 2:
		tell(0, 3, afternoon+150, s.holds)
	case files && w.n == 2: // issued 11 days ago, they end in 24
		renewed := new(id.ID)
		tell(1, 5, afternoon+150, s.renews(renewed))
		t.add(w.offer.unit, moment{4, evening}, func(ctx context.Context) error {
			return s.redeem(ctx, redemption{name: "redeem-renewed", at: s.on(4, evening), by: invited(w.seats[1], 1), enrollment: *renewed, offer: w.offer})
		})
		tell(0, 2, afternoon+150, s.renews(new(id.ID)))
	}
}

// certificateOf is the certificate that was issued for an enrollment.
func (s *seeding) certificateOf(ctx context.Context, enrollment id.ID) (id.ID, error) {
	found, err := s.house.Inventory.EnrollmentsByID(ctx, []id.ID{enrollment}, nil)
	if err != nil {
		return id.ID{}, err
	}
	var c *inventory.Certificate
	if e := found[enrollment]; e != nil {
		if c, err = s.house.Inventory.CertificateOf(ctx, e, nil); err != nil {
			return id.ID{}, err
		}
	}
	if c == nil {
		return id.ID{}, fmt.Errorf("there is no certificate of enrollment %s; %w", enrollment, errStory)
	}
	return c.ID, nil
}

// revokes has Emil revoke the certificate of an enrollment.
func (s *seeding) revokes(ctx context.Context, a act, enrollment id.ID) error {
	comment := "Stolen from a car; the police has the case."
	return s.ends(ctx, a, enrollment, func(ctx context.Context, key *string, c id.ID) (*inventory.CertificatePayload, error) {
		return s.house.Inventory.RevokeCertificate(ctx, inventory.RevokeCertificateInput{ID: c, Reason: lifecycle.RevokedKeyCompromise, Comment: &comment, IdempotencyKey: key})
	})
}

// holds has him put it on hold.
func (s *seeding) holds(ctx context.Context, a act, enrollment id.ID) error {
	comment := "Nobody knows where the laptop is."
	return s.ends(ctx, a, enrollment, func(ctx context.Context, key *string, c id.ID) (*inventory.CertificatePayload, error) {
		return s.house.Inventory.SuspendCertificate(ctx, inventory.SuspendCertificateInput{ID: c, Comment: &comment, IdempotencyKey: key})
	})
}

// frees has him take it off hold.
func (s *seeding) frees(ctx context.Context, a act, enrollment id.ID) error {
	comment := "It was in the meeting room."
	return s.ends(ctx, a, enrollment, func(ctx context.Context, key *string, c id.ID) (*inventory.CertificatePayload, error) {
		return s.house.Inventory.ResumeCertificate(ctx, inventory.ResumeCertificateInput{ID: c, Comment: &comment, IdempotencyKey: key})
	})
}

func (s *seeding) ends(ctx context.Context, a act, enrollment id.ID, run func(context.Context, *string, id.ID) (*inventory.CertificatePayload, error)) error {
	return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		c, err := s.certificateOf(ctx, enrollment)
		if err != nil {
			return nil, err
		}
		p, err := run(ctx, key, c)
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// renews has him ask for its successor, and tells the new enrollment.
func (s *seeding) renews(made *id.ID) func(context.Context, act, id.ID) error {
	return func(ctx context.Context, a act, enrollment id.ID) error {
		return s.do(ctx, a, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
			c, err := s.certificateOf(ctx, enrollment)
			if err != nil {
				return nil, err
			}
			p, err := s.house.Inventory.RenewCertificate(ctx, inventory.RenewCertificateInput{ID: c, IdempotencyKey: key})
			if err != nil {
				return nil, err
			}
			if p.Enrollment != nil {
				*made = p.Enrollment.ID
			}
			return p.UserErrors, nil
		})
	}
}
