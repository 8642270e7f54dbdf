// Package demo fills an empty database with a believable organisation: business
// units, licences, seats, certificate profiles, five months of requests and decisions that
// end the day before, and what people have saved, started and set up to work with them.
//
// Everything is done through the use cases, by the people of the organisation and
// at instants of the past (store.At), so that the figures, the audit log and the
// rules are those of real use. Only expiry and the certificate authority's answers
// are the system's own. Nothing is random but secrets and serial numbers: names,
// counts and dates, counted back from the day on which the seeding began, are the
// same every time; so are the certificates that were issued elsewhere and are brought
// in or found.
//
// Nobody is mailed: the people are made up. Their certificates are real, and those
// of an authority that exists for the seeding alone (newHouse).
package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/job"
	"gatehouse/internal/page"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// The organisation begins with the first act, length days before the day of the
// seeding.
const (
	length = 150
	begin  = "unit-finance"
	// prefix marks the acts' idempotency keys and request ids.
	prefix = "demo-"
)

// Seed makes the organisation and returns true; in a database in which anything
// was ever done or tried it changes nothing and returns false.
//
// When an earlier Seed was interrupted, however roughly, Seed completes it and
// returns true: each act has an idempotency key and an instant that follows from
// the first act's, so that what was done is found done. It fails, and says at
// which act, when somebody else worked in between and the act does not come to
// what it came to in the story; the remedy is a fresh database.
//
// The keys must be those that an earlier, interrupted Seed had, and those of the
// server that is to work with the organisation.
func Seed(ctx context.Context, on *store.Store, keys *sealed.Keys) (bool, error) {
	s := &seeding{keys: keys, units: map[string]id.ID{}, profiles: map[string]id.ID{}}
	if err := s.open(on); err != nil {
		return false, err
	}
	done, err := s.progress(ctx)
	if err != nil {
		return false, fmt.Errorf("look whether there is a demo organisation: %w", err)
	}
	if done {
		return false, nil
	}
	for _, chapter := range []func(context.Context) error{s.found, s.live, s.saveViews, s.listen, s.startJobs, s.finish} {
		if err := chapter(ctx); err != nil {
			return false, err
		}
	}
	return true, nil
}

// progress finds out what there is: the day from which the story counts back, the
// day that an earlier Seed had come to, and whether there is nothing left to do,
// because it is told or because the database is somebody else's.
//
// The audit log decides: nothing happens without an entry, and none is ever
// removed. Where the organisation was begun its oldest entry is the first act's.
func (s *seeding) progress(ctx context.Context) (done bool, err error) {
	ctx = viewer.With(ctx, viewer.TheSystem())
	oldest, err := s.entry(ctx, page.Ascending)
	if err != nil {
		return false, err
	}
	if oldest == nil {
		s.today, s.reached = s.house.Store.Now(ctx).Truncate(24*time.Hour), length
		return false, nil
	}
	if oldest.RequestID != prefix+begin {
		return true, nil
	}
	newestEntry, err := s.entry(ctx, page.Descending)
	if err != nil {
		return false, err
	}
	one, deletedToo := 1, true
	last, err := s.house.Units.List(ctx, page.Args{First: &one}, &businessunit.BusinessUnitFilter{Keys: []string{newest.key}, IncludeDeleted: &deletedToo}, nil)
	if err != nil {
		return false, err
	}
	s.resumed = true
	s.today = oldest.At.Truncate(24*time.Hour).AddDate(0, 0, length)
	s.reached = int(s.today.Sub(newestEntry.At.Truncate(24*time.Hour)) / (24 * time.Hour))
	return len(last.Nodes()) > 0, nil
}

// entry is the first entry of the audit log in an order; nil when there is none.
func (s *seeding) entry(ctx context.Context, direction page.Direction) (*auditlog.Entry, error) {
	one := 1
	all, err := s.house.Log.List(ctx, page.Args{First: &one}, auditlog.ListInput{OrderBy: &auditlog.Order{Direction: direction}})
	if err != nil || len(all.Nodes()) == 0 {
		return nil, err
	}
	return all.Nodes()[0], nil
}

// seeding is one run of Seed.
type seeding struct {
	house *house.House
	keys  *sealed.Keys
	// asking asks the certificate authority for what was claimed.
	asking *job.Worker
	// oneAsks: at a time.
	oneAsks sync.Mutex
	// today is the midnight (UTC) from which the story counts back.
	today time.Time
	// resumed: an earlier run was interrupted.
	resumed bool
	// reached is how many days ago the last thing was that an earlier run, which did
	// not come to its end, has told. What is before that day is complete.
	reached int
	// units and profiles are the ids of what was made, by key and by slug. They are
	// complete before several goroutines read them.
	units, profiles map[string]id.ID
}

// on is an instant of a day in the past: so many days ago, so many minutes after
// eight in the morning.
func (s *seeding) on(daysAgo, minute int) time.Time {
	return s.today.AddDate(0, 0, -daysAgo).Add(8*time.Hour + time.Duration(minute)*time.Minute)
}

// errStory is the advice to who has a half-told story that cannot be completed.
var errStory = errors.New("the demo organisation cannot be completed here; use a fresh database, or remove the data folder and start again")
