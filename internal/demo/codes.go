package demo

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// wrongCodes is how many wrong codes lock an enrollment.
const wrongCodes = 5

// tellCodes tells what the first invited people of a wave do with their codes on
// the day after: one redeems; of every second wave, one mistypes the code, has it
// told again and redeems, and where there is a page one goes on guessing until the
// enrollment is locked. Of the oldest wave that one is unlocked the day after, and
// redeems then.
func (s *seeding) tellCodes(t *telling, w *wave) {
	if w.offer.ca == public { // an ACME authority would be asked, and there is none
		return
	}
	slug, day := fmt.Sprintf("%s-%d", w.offer.slug(), w.at.daysAgo), w.at.daysAgo-1
	try := func(n, daysAgo, minute int, name string, run func(r redemption) func(context.Context) error) {
		if seat := w.seats[n]; w.offer.alone(seat.SeatID) {
			t.add(w.offer.unit, moment{daysAgo, minute}, func(ctx context.Context) error {
				return run(redemption{
					name: name + "-" + slug, at: s.on(daysAgo, minute), by: invited(seat, n+w.at.daysAgo), enrollment: w.made[seat.SeatID], offer: w.offer,
				})(ctx)
			})
		}
	}
	redeems := func(r redemption) func(context.Context) error {
		return func(ctx context.Context) error { return s.redeem(ctx, r) }
	}
	try(0, day, evening, "redeem", redeems)
	t.endsWith(moment{day, evening}, w.offer)

	if w.n%2 == 1 {
		return
	}
	try(1, day, evening+2, "mistype", s.mistypes(1))
	try(1, day, evening+5, "tell", s.tellsAgain)
	try(1, day, evening+9, "redeem-told", redeems)
	t.endsWith(moment{day, evening + 9}, w.offer)

	if w.offer.how == lifecycle.SCEP || w.offer.how == lifecycle.EST {
		return
	}
	try(2, day, evening+12, "guess", s.mistypes(wrongCodes))
	if w.n == 0 {
		try(2, day-1, afternoon+140, "unlock", s.unlocks)
		try(2, day-1, evening+14, "redeem-unlocked", redeems)
		t.endsWith(moment{day - 1, evening + 14}, w.offer)
	}
}

// mistypes types wrong codes.
func (s *seeding) mistypes(times int) func(redemption) func(context.Context) error {
	return func(r redemption) func(context.Context) error {
		return func(ctx context.Context) error {
			for n := range times {
				guess := r
				guess.name, guess.at = fmt.Sprintf("%s-%d", r.name, n+1), r.at.Add(time.Duration(n)*17*time.Second)
				guess.guess, guess.want = fmt.Sprintf("mistyped-%d", n+1), refusal.WrongCode
				if err := s.redeem(ctx, guess); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// tellsAgain has Emil look the code up for whoever asks for it.
func (s *seeding) tellsAgain(r redemption) func(context.Context) error {
	comment := "Asked for it on the phone; called back."
	return s.emil(r, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Inventory.RevealCode(ctx, inventory.RevealEnrollmentCodeInput{ID: r.enrollment, Comment: &comment, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// unlocks has Emil unlock the enrollment.
func (s *seeding) unlocks(r redemption) func(context.Context) error {
	comment := "Typed the code of an older mail."
	return s.emil(r, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
		p, err := s.house.Inventory.Unlock(ctx, inventory.UnlockEnrollmentInput{ID: r.enrollment, Comment: &comment, IdempotencyKey: key})
		if err != nil {
			return nil, err
		}
		return p.UserErrors, nil
	})
}

// emil has Emil do something about an enrollment.
func (s *seeding) emil(r redemption, run func(context.Context, *string) ([]*refusal.Refusal, error)) func(context.Context) error {
	return func(ctx context.Context) error { return s.do(ctx, act{name: r.name, at: r.at, by: emil}, run) }
}
