package live_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/profile"
	"gatehouse/internal/store"
	"gatehouse/internal/world"
)

// hooked is a site whose statements are looked at.
func hooked(t *testing.T, look func(statement string)) *site {
	s := &site{t: t, World: world.New(t, func(o *store.Options) {
		o.OnStatement = func(_ context.Context, statement string) { look(statement) }
	})}
	s.Purchase(lifecycle.User)
	s.unit, s.profile = s.place("here")
	return s
}

// Who catches up keeps a small page of the past while it waits for its reader.
func TestThePastIsReadInSmallPages(t *testing.T) {
	t.Parallel()
	var read atomic.Int32
	s := hooked(t, func(statement string) {
		if strings.Contains(statement, "FROM events WHERE position > $1") {
			read.Add(1)
		}
	})
	begin := s.newest()
	if _, err := s.DB.Admin(t).Exec(`INSERT INTO events (id, at, action, resource_type, resource_id, business_unit_id, changes, status_before, status)
SELECT gen_random_uuid(), now(), 'APPROVE', 'ENROLLMENT', gen_random_uuid(), $1, '[]', 'PENDING', 'APPROVED' FROM generate_series(1, 410)`, s.unit.UUID); err != nil {
		t.Fatal(err)
	}
	s.newest()
	feed := live.New(s.Store, s.Scopes, s.Licences, live.Options{Queue: 1})
	events := s.follow(feed, eve, nil, begin)
	for n := 1; n <= 410; n++ {
		next(t, events)
		if got, want := read.Load(), int32((n+199)/200); got < want || n < 190 && got > 1 {
			t.Fatalf("with message %d %d pages were read", n, got)
		}
	}
}

// A business unit that the viewer's token names is seen from its first moment: also when
// it is made while a stream catches up, and while one begins.
func TestABusinessUnitThatIsMadeMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("while a stream catches up", func(t *testing.T) {
		t.Parallel()
		s := newSite(t)
		begin := s.newest()
		for _, seat := range []string{"a", "b", "c", "d"} {
			s.Request(rob, s.profile.ID, seat)
		}
		s.newest()
		feed := live.New(s.Store, s.Scopes, s.Licences, live.Options{Queue: 1})
		events := s.follow(feed, world.In(eve, "here", "later"), nil, begin)
		next(t, events) // so it has read these four, and waits for its reader
		others := s.follow(feed, eve, nil, nil)
		s.run(feed)
		_, later := s.place("later")
		one := s.Request(rob, later.ID, "e").ID
		until(t, others, one) // they are told, and it will have to read that
		until(t, events, one)
	})
	t.Run("while a stream begins", func(t *testing.T) {
		t.Parallel()
		var s *site
		var later *profile.CertificateProfile
		var armed atomic.Bool
		s = hooked(t, func(statement string) {
			if strings.Contains(statement, "max(position)") && armed.Swap(false) { // what it sees was read
				_, later = s.place("later")
				s.newest()
			}
		})
		s.newest()
		armed.Store(true)
		events := s.follow(s.Feed, world.In(eve, "here", "later"), nil, nil)
		if later == nil {
			t.Fatal("the business unit was not made meanwhile")
		}
		s.run(s.Feed)
		one := s.Request(rob, later.ID, "a").ID
		until(t, events, one)
	})
}
