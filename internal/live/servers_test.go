package live_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
)

// TestTwoServersTellEachChangeOnce: two servers on one database, a subscriber on
// each, and the same requests moved to and fro through both at once. One server is
// restarted on the way, and its subscriber comes back with its last cursor. Each
// subscriber is told of each change exactly once, and of those of one request in the
// order in which they were committed.
func TestTwoServersTellEachChangeOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	elsewhere, _ := s.place("elsewhere")
	var requests []id.ID
	for n := range 5 {
		requests = append(requests, s.Request(rob, s.profile.ID, fmt.Sprintf("seat-%d", n)).ID)
	}
	begin := s.newest()
	one, two := s.House, s.server()
	s.run(one.Feed)
	stopTwo := s.run(two.Feed)
	mine := &live.EnrollmentFilter{BusinessUnitIDs: []id.ID{s.unit}}
	first := s.collect(one.Feed, mine, begin)
	second := s.collect(two.Feed, mine, begin)
	blind := s.follow(two.Feed, worldIn(eve, elsewhere), nil, begin)

	var won atomic.Int64
	s.race([]*house.House{one, two}, requests, &won)
	last := second.leave()
	stopTwo()
	s.race([]*house.House{one}, requests, &won)
	three := s.server()
	s.run(three.Feed)
	again := s.collect(three.Feed, mine, last)
	s.race([]*house.House{one, three}, requests, &won)

	want, version := s.committed(*begin)
	if int64(len(want)) != won.Load() || version-len(requests) != len(want) {
		t.Fatalf("%d events of %d changes, which raised the versions to %d", len(want), won.Load(), version)
	}
	end := want[len(want)-1]
	first.until(end)
	again.until(end)
	if got := first.leaveWith(); !slices.Equal(got, want) {
		t.Errorf("the subscriber of the server that stayed was told of\n%v, want\n%v", got, want)
	}
	if got := append(second.leaveWith(), again.leaveWith()...); !slices.Equal(got, want) {
		t.Errorf("the subscriber of the server that was restarted was told of\n%v, want\n%v", got, want)
	}
	if got := waiting(blind); len(got) != 0 {
		t.Errorf("somebody of another business unit was told of %v", got[0])
	}
}

// race moves requests to and fro, by several at once through each server.
func (s *site) race(servers []*house.House, requests []id.ID, won *atomic.Int64) {
	var people sync.WaitGroup
	for _, h := range servers {
		for _, one := range requests {
			for _, to := range []lifecycle.Status{lifecycle.InProgress, lifecycle.Pending} {
				people.Go(func() {
					for range 3 {
						if change(s.As(eve), s.t, h, one, to) {
							won.Add(1)
						}
					}
				})
			}
		}
	}
	people.Wait()
}

// committed is the places of the changes since a cursor, and the sum of the
// requests' versions. The changes of one request form a chain: each begins in the
// status where the one before ended.
func (s *site) committed(since live.Cursor) (want []live.Cursor, versions int) {
	s.t.Helper()
	s.newest() // numbers what is left
	admin := s.DB.Admin(s.t)
	rows, err := admin.Query(`SELECT position, resource_id, status_before, status FROM events WHERE resource_type = 'ENROLLMENT' AND position > $1 ORDER BY position`, int64(since))
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	at := map[uuid.UUID]lifecycle.Status{}
	for rows.Next() {
		var place live.Cursor
		var thing uuid.UUID
		var before, after lifecycle.Status
		if err := rows.Scan(&place, &thing, &before, &after); err != nil {
			s.t.Fatal(err)
		}
		if was, known := at[thing]; known && was != before || before == after {
			s.t.Errorf("event %d moves %s from %s to %s, and it was left in %s", place, thing, before, after, was)
		}
		at[thing] = after
		want = append(want, place)
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	if err := admin.QueryRow(`SELECT sum(version) FROM enrollments`).Scan(&versions); err != nil {
		s.t.Fatal(err)
	}
	return want, versions
}

// reader is a subscriber that reads.
type reader struct {
	s      *site
	cancel context.CancelFunc
	ended  sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	seen    []live.Cursor
}

func (s *site) collect(f *live.Feed, filter *live.EnrollmentFilter, after *live.Cursor) *reader {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.As(eve))
	events, err := f.Enrollments(ctx, filter, after)
	if err != nil {
		s.t.Fatal(err)
	}
	r := &reader{s: s, cancel: cancel}
	r.changed = sync.NewCond(&r.mu)
	r.ended.Go(func() {
		for e := range events {
			r.mu.Lock()
			r.seen = append(r.seen, e.Cursor)
			r.changed.Broadcast()
			r.mu.Unlock()
		}
	})
	s.t.Cleanup(cancel)
	return r
}

// until waits for a place.
func (r *reader) until(place live.Cursor) {
	r.s.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	tired := false
	defer time.AfterFunc(20*time.Second, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		tired = true
		r.changed.Broadcast()
	}).Stop()
	for len(r.seen) == 0 || r.seen[len(r.seen)-1] < place {
		if tired {
			r.s.t.Fatalf("the subscriber was told of %v and waits for %d", r.seen, place)
		}
		r.changed.Wait()
	}
}

// leave ends the subscription, and says where it was.
func (r *reader) leave() *live.Cursor {
	seen := r.leaveWith()
	if len(seen) == 0 {
		r.s.t.Fatal("the subscriber was told of nothing before the restart")
	}
	return &seen[len(seen)-1]
}

func (r *reader) leaveWith() []live.Cursor {
	r.cancel()
	r.ended.Wait()
	return slices.Clone(r.seen)
}
