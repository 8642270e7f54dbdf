package live_test

import (
	"testing"
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// figures is a feed that leaves its subscribers in peace for a moment only.
func (s *site) figures() *live.Feed {
	f := live.New(s.Store, s.Scopes, s.Licences, live.Options{Pace: 5 * time.Millisecond})
	s.run(f)
	return f
}

// usage subscribes to figures.
func (s *site) usage(f *live.Feed, v viewer.Viewer, unit *id.ID, kind *lifecycle.SeatType, after *live.Cursor) <-chan *live.SeatUsageEvent {
	s.t.Helper()
	events, err := f.SeatUsage(s.As(v), unit, kind, after)
	if err != nil {
		s.t.Fatal(err)
	}
	return events
}

// TestFiguresAreToldAtOnceAndWhenTheyChange, and not when something happened that
// changed none of them.
func TestFiguresAreToldAtOnceAndWhenTheyChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	elsewhere, _ := s.place("elsewhere")
	f := s.figures()
	here := s.usage(f, worldIn(eve, s.unit), nil, nil, nil)
	devices := s.usage(f, eve, &s.unit, new(lifecycle.Device), nil)
	there := s.usage(f, eve, &elsewhere, nil, nil)
	hidden := s.usage(f, worldIn(eve, s.unit), &elsewhere, nil, nil)
	all := s.usage(f, eve, nil, nil, nil)
	for name, c := range map[string]struct {
		stream    <-chan *live.SeatUsageEvent
		allocated int
	}{"here": {here, 100}, "there": {there, 100}, "all": {all, 200}, "devices": {devices, 0}} {
		if u := next(t, c.stream).Usage; u == nil || u.Allocated != c.allocated || u.Created != 0 {
			t.Errorf("%s: the first message tells %+v", name, u)
		}
	}
	if e := next(t, hidden); e.Usage != nil {
		t.Errorf("figures of outside: %+v", e.Usage)
	}
	s.Request(rob, s.profile.ID, "changes-no-figure")
	s.Seats(s.unit, lifecycle.User, "a")
	for name, stream := range map[string]<-chan *live.SeatUsageEvent{"here": here, "all": all} {
		if u := next(t, stream).Usage; u.Created != 1 {
			t.Errorf("%s: after a seat was made it tells %+v", name, u)
		}
	}
	// The others hear when something of theirs changes, and of nothing before.
	s.Seats(elsewhere, lifecycle.User, "b", "c")
	if u := next(t, there).Usage; u.Created != 2 {
		t.Errorf("there: %+v", u)
	}
	e := next(t, all)
	if e.Usage.Created != 3 {
		t.Errorf("all: %+v", e.Usage)
	}
	for name, stream := range map[string]<-chan *live.SeatUsageEvent{"here": here, "devices": devices, "hidden": hidden} {
		if got := waiting(stream); len(got) != 0 {
			t.Errorf("%s: told of %+v, which changed nothing there", name, got[0].Usage)
		}
	}
	// Who comes back hears once something has changed since.
	s.newest()
	again := s.usage(f, eve, nil, nil, &e.Cursor)
	s.Seats(s.unit, lifecycle.User, "d")
	if u := next(t, again).Usage; u.Created != 4 {
		t.Errorf("the first message after a cursor tells %+v", u)
	}
	late := s.usage(f, eve, nil, nil, &e.Cursor)
	if u := next(t, late).Usage; u.Created != 4 {
		t.Errorf("what changed before coming back tells %+v", u)
	}
}

// TestManyChangesWhileNobodyReads are one message, with the figures as they are then
// or a moment before, and then the last ones.
func TestManyChangesWhileNobodyReads(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.figures()
	stream := s.usage(f, eve, nil, nil, nil)
	for n := range 20 {
		s.Seats(s.unit, lifecycle.User, string(rune('a'+n)))
	}
	messages := 0
	for created := -1; created != 20; messages++ {
		u := next(t, stream).Usage
		if u.Created <= created {
			t.Errorf("%d after %d", u.Created, created)
		}
		created = u.Created
	}
	if messages > 3 {
		t.Errorf("%d messages waited", messages)
	}
}

// TestADeletedBusinessUnit has no figures any more.
func TestADeletedBusinessUnit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	empty := s.Unit("empty").ID
	f := s.figures()
	stream := s.usage(f, world.Boss(), &empty, nil, nil)
	if e := next(t, stream); e.Usage == nil {
		t.Error("it has none from the begin")
	}
	s.delete(empty)
	if e := next(t, stream); e.Usage != nil {
		t.Errorf("after it was deleted: %+v", e.Usage)
	}
}
