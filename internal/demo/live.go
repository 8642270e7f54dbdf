package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/internal/store"
)

// atOnce is how many things happen at the same time.
const atOnce = 6

// mostDue is how many enrollments one sweep writes down as expired; more never
// end in the same minute.
const mostDue = 1000

// event is something that happens in a business unit.
type event struct {
	at  moment
	run func(context.Context) error
}

// live lets the organisation live day by day. What happens in a morning does not
// depend on the rest of that morning and is done side by side; in the afternoon,
// the business units are side by side, and in each one thing follows the other;
// then what expires on that day is swept, who is to be reminded is, and the day's
// figures are recorded. (For
// all business units at once: so none may lag behind.)
func (s *seeding) live(ctx context.Context) error {
	story := s.tell()
	for day := length; day > 0; day-- {
		mornings, afternoons := story.day(day)
		for _, side := range [][][]event{mornings, afternoons} {
			group, within := errgroup.WithContext(ctx)
			group.SetLimit(atOnce)
			for _, events := range side {
				group.Go(func() error {
					for _, e := range events {
						if err := e.run(within); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := group.Wait(); err != nil {
				return err
			}
		}
		if err := s.sweep(ctx, story.ends[day]); err != nil {
			return err
		}
		if err := s.remind(ctx, day); err != nil {
			return err
		}
		if err := s.remember(ctx, day); err != nil {
			return err
		}
	}
	return nil
}

// remembered is over how many days the usage of licences is recorded.
const remembered = 120

// remember records the figures of a day in its last minute, as the server does
// every minute. What an earlier run has recorded it leaves as it is: the counters
// have gone on since.
func (s *seeding) remember(ctx context.Context, day int) error {
	if day > min(remembered, s.reached) {
		return nil
	}
	if _, err := s.house.Licences.RecordDays(store.At(ctx, s.today.AddDate(0, 0, 1-day).Add(-time.Minute))); err != nil {
		return fmt.Errorf("demo data: record the figures of %d days ago: %w", day, err)
	}
	return nil
}

// remind has the holders of certificates told on a day that these end soon, as the
// server does every ten minutes. (They are told nothing: nobody is mailed.)
func (s *seeding) remind(ctx context.Context, day int) error {
	if _, err := s.house.Inventory.Remind(store.At(ctx, s.today.AddDate(0, 0, 1-day).Add(-2*time.Minute)), mostDue); err != nil {
		return fmt.Errorf("demo data: remind of what ends soon, %d days ago: %w", day, err)
	}
	return nil
}

// sweep writes down what has expired, as the server does within a minute of its time.
func (s *seeding) sweep(ctx context.Context, ends []time.Duration) error {
	slices.Sort(ends)
	for _, end := range slices.Compact(ends) {
		if _, err := s.house.Inventory.ExpireDue(store.At(ctx, s.today.Add(end+20*time.Second)), mostDue); err != nil {
			return fmt.Errorf("demo data: write down what has expired: %w", err)
		}
		if _, err := s.house.Inventory.ExpireCertificatesDue(store.At(ctx, s.today.Add(end+20*time.Second)), mostDue); err != nil {
			return fmt.Errorf("demo data: write down which certificates have expired: %w", err)
		}
	}
	return nil
}
