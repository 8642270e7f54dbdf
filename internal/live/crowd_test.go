package live_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/store"
	"gatehouse/internal/world"
)

// One person's many subscriptions that come back take one of the hands that read the
// past, so that they leave the others to others.
func TestWhoComesBackManyTimesReadsOnePageAtATime(t *testing.T) {
	t.Parallel()
	var inside, most atomic.Int32
	var all sync.WaitGroup
	s := &site{t: t, World: world.New(t, func(o *store.Options) {
		o.OnStatement = func(_ context.Context, statement string) {
			if !strings.Contains(statement, "FROM events WHERE position > $1") {
				return
			}
			if n := inside.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(5 * time.Millisecond) // so that those who read at once are seen to
			inside.Add(-1)
		}
	})}
	s.Purchase(lifecycle.User)
	s.unit, s.profile = s.place("here")
	begin := live.Cursor(0)
	for range 12 {
		events := s.follow(s.Feed, eve, nil, &begin)
		all.Go(func() { <-events })
	}
	s.Request(rob, s.profile.ID, "one")
	s.newest()
	s.run(s.Feed)
	all.Wait()
	if most.Load() > 1+1 { // and the feed itself reads for all who follow
		t.Errorf("%d pages were read at once for one person", most.Load())
	}
}
