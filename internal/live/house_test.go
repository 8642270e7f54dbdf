package live_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/profile"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// site is a world with a business unit, a profile and people.
type site struct {
	*world.World
	t       *testing.T
	unit    id.ID
	profile *profile.CertificateProfile
}

var (
	eve = world.Person("eve", lifecycle.EnrollmentManager)
	rob = world.Person("rob", lifecycle.Requester)
)

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{World: world.New(t), t: t}
	s.Purchase(lifecycle.User)
	s.unit, s.profile = s.place("here")
	return s
}

// place adds a business unit with licences and a profile.
func (s *site) place(key string) (id.ID, *profile.CertificateProfile) {
	s.t.Helper()
	unit := s.Unit(key).ID
	s.Allocate(unit, lifecycle.User, 100)
	return unit, s.Profile(unit, "staff")
}

// server is another server on the same database.
func (s *site) server() *house.House {
	s.t.Helper()
	opened, err := store.Open(store.Options{URL: s.DB.AppURL, Now: s.Clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { opened.Close() })
	h, err := house.Open(opened, s.Keys, house.Options{Mails: true, PublicURL: world.PublicURL})
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// run lets a feed work until it is stopped, at the latest when the test ends.
func (s *site) run(f *live.Feed) (stop func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	var running sync.WaitGroup
	running.Go(func() { f.Run(ctx, s.DB.AppURL, nil) })
	stop = func() { cancel(); running.Wait() }
	s.t.Cleanup(stop)
	return stop
}

// change tries to move a request, and reports whether it was the one who did.
func change(ctx context.Context, t *testing.T, h *house.House, one id.ID, to lifecycle.Status) bool {
	p, err := h.Inventory.ChangeStatus(ctx, inventory.ChangeEnrollmentStatusInput{ID: one, Status: to})
	if err != nil {
		t.Error(err)
		return false
	}
	return len(p.UserErrors) == 0
}

// follow subscribes and fails the test when that is refused.
func (s *site) follow(f *live.Feed, v viewer.Viewer, filter *live.EnrollmentFilter, after *live.Cursor) <-chan *live.EnrollmentEvent {
	s.t.Helper()
	events, err := f.Enrollments(s.As(v), filter, after)
	if err != nil {
		s.t.Fatal(err)
	}
	return events
}

// next waits for a message.
func next[T any](t *testing.T, from <-chan *T) *T {
	t.Helper()
	select {
	case e, open := <-from:
		if !open {
			t.Fatal("the stream has ended")
		}
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("no message came")
	}
	return nil
}

// until waits for a message about an enrollment.
func until(t *testing.T, from <-chan *live.EnrollmentEvent, one id.ID) {
	t.Helper()
	for there := false; !there; {
		there = next(t, from).EnrollmentID == one
	}
}

// waiting is what waits to be read.
func waiting[T any](from <-chan *T) (all []*T) {
	for {
		select {
		case e, open := <-from:
			if !open {
				return all
			}
			all = append(all, e)
		default:
			return all
		}
	}
}

// settled makes a change that a watcher of everything waits for, twice: the feed
// tells all of one event before it tells anybody of the next.
func (s *site) settled(watcher <-chan *live.EnrollmentEvent) {
	s.t.Helper()
	for range 2 {
		until(s.t, watcher, s.Request(rob, s.profile.ID, "settled-"+id.New(id.Seat).String()).ID)
	}
}

// newest is the place of the newest event.
func (s *site) newest() *live.Cursor {
	s.t.Helper()
	for {
		n, busy, err := s.Store.Number(s.t.Context(), 1000)
		if err != nil {
			s.t.Fatal(err)
		}
		if n == 0 && !busy {
			break
		}
	}
	_, newest, err := s.Store.Positions(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return new(live.Cursor(newest))
}
