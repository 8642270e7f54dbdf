package live_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/live"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// TestCursorsAreOpaqueAndOurs.
func TestCursorsAreOpaqueAndOurs(t *testing.T) {
	t.Parallel()
	for _, c := range []live.Cursor{0, 1, 1<<63 - 1} {
		if got, err := live.ParseCursor(c.String()); err != nil || got != c {
			t.Errorf("%d became %d by way of %s (%v)", c, got, c, err)
		}
	}
	for _, s := range []string{"", "7", "YXQ6", "YXQ6LTE", "YXQ6MDE", "YXQ6KzE", "YXQ6MQ==", "YXQ6OTIyMzM3MjAzNjg1NDc3NTgwOA", "enr_01h455vb4pex5vsknk084sn02q"} {
		if c, err := live.ParseCursor(s); refusal.Find(err) == nil {
			t.Errorf("%q was taken for the cursor %d", s, c)
		}
	}
}

// TestACursorThatIsTooOld is refused, also when it grows too old while the subscriber
// catches up, and so is one that was never reached.
func TestACursorThatIsTooOld(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	begin := s.newest()
	for _, seat := range []string{"a", "b"} {
		s.Request(rob, s.profile.ID, seat)
	}
	newest := s.newest()
	for _, c := range []live.Cursor{*begin, *newest} {
		s.follow(s.Feed, eve, nil, &c)
	}
	if _, err := s.Feed.Jobs(s.As(eve), nil, new(*newest+1)); !errors.Is(err, fault.CursorTooOld) || !errors.Is(err, fault.CursorAhead) {
		t.Errorf("a cursor of tomorrow: %v", err)
	}
	s.Clock.Pass(store.EventLife + time.Second)
	if _, err := s.Store.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Feed.Enrollments(s.As(eve), nil, begin); !errors.Is(err, fault.CursorTooOld) || errors.Is(err, fault.CursorAhead) {
		t.Errorf("a cursor of the day before: %v", err)
	}
	s.follow(s.Feed, eve, nil, newest)
}

// TestASlowReaderIsCutOff with what waits and the reason, disturbs nobody, and misses
// nothing when it comes back.
func TestASlowReaderIsCutOff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	feed := live.New(s.Store, s.Scopes, s.Licences, live.Options{Queue: 2})
	s.run(feed)
	quick := s.collect(feed, nil, nil)
	ctx, ending := fault.WithEnding(s.As(eve))
	slow, err := feed.Enrollments(ctx, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var made []id.ID
	for _, seat := range []string{"a", "b", "c", "d", "e"} {
		made = append(made, s.Request(rob, s.profile.ID, seat).ID)
		quick.until(*s.newest())
	}
	var last live.Cursor
	n := 0
	for e := range slow {
		if e.EnrollmentID != made[n] {
			t.Errorf("message %d is of %s, want %s", n, e.EnrollmentID, made[n])
		}
		last = e.Cursor
		n++
	}
	if n != 2 || !errors.Is(ending.Err(), fault.TooSlow) {
		t.Fatalf("it was cut off after %d messages with %v", n, ending.Err())
	}
	again := s.follow(feed, eve, nil, &last)
	for ; n < len(made); n++ {
		if e := next(t, again); e.EnrollmentID != made[n] {
			t.Errorf("after coming back message %d is of %s, want %s", n, e.EnrollmentID, made[n])
		}
	}
	if got := quick.leaveWith(); len(got) != len(made) {
		t.Errorf("the quick one was told of %v", got)
	}
}

// TestAStreamEndsWithItsContext, without a reason; also while it catches up and
// nobody reads.
func TestAStreamEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	begin := s.newest()
	for _, seat := range []string{"a", "b", "c", "d"} {
		s.Request(rob, s.profile.ID, seat)
	}
	s.newest()
	feed := live.New(s.Store, s.Scopes, s.Licences, live.Options{Queue: 2})
	for _, after := range []*live.Cursor{nil, begin} {
		ctx, cancel := context.WithCancel(s.As(eve))
		ctx, ending := fault.WithEnding(ctx)
		stream, err := feed.Enrollments(ctx, nil, after)
		if err != nil {
			t.Fatal(err)
		}
		if after != nil {
			next(t, stream)
		}
		cancel()
		for range stream { // what waits, and then the end
		}
		if err := ending.Err(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	}
}
