package job

import (
	"context"
	"errors"
	"testing"
	"time"

	"gatehouse/internal/viewer"
)

func TestPeriodicWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const interval = 15 * time.Second
	var actors []viewer.Viewer
	runs := 0
	work := Every("sweep", interval, func(ctx context.Context) error { // the lease lets one run at a time
		runs++
		v, _ := viewer.From(ctx)
		actors = append(actors, v)
		return nil
	})
	one, other := w.server(Options{Every: []Periodic{work}}), w.server(Options{Every: []Periodic{work}})
	both := func() {
		ended := make(chan struct{}, 2)
		for _, s := range []*server{one, other} {
			go func() {
				defer func() { ended <- struct{}{} }()
				if _, err := s.RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			}()
		}
		<-ended
		<-ended
	}
	for n := 1; n <= 10; n++ {
		both()
		both()
		w.clock.pass(interval - time.Microsecond)
		both()
		if runs != n {
			t.Fatalf("in %d intervals it was done %d times", n, runs)
		}
		w.clock.pass(time.Microsecond)
	}
	for _, v := range actors {
		if v.Kind != viewer.System {
			t.Fatalf("it was done as %s", v.Kind)
		}
	}
	late := w.server(Options{Every: []Periodic{work}})
	both()
	if late.runDue() != 0 {
		t.Error("a server that starts does again what was done")
	}
}

func TestPeriodicWorkThatFailsIsDoneAgainNextTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runs := 0
	work := Every("sweep", time.Minute, func(context.Context) error {
		if runs++; runs < 20 {
			return errors.New("postgres://gatehouse:hunter2@db: refused")
		}
		return nil
	})
	s := w.server(Options{Every: []Periodic{work}})
	for range 19 {
		s.runDue()
		if got := w.row(work.row()); got.status != queued || got.lastError != "An unexpected fault; the server's log tells it under this job's id." || !got.runAt.Equal(w.clock.now().Add(time.Minute)) {
			t.Fatalf("after a failure it is %+v", got)
		}
		w.clock.pass(time.Minute)
	}
	s.runDue()
	if got := w.row(work.row()); runs != 20 || got.status != queued || got.lastError != "" {
		t.Errorf("after %d runs it is %+v", runs, got)
	}
}

func TestAShorterIntervalHoldsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runs := 0
	count := func(context.Context) error { runs++; return nil }
	w.server(Options{Every: []Periodic{Every("sweep", 24*time.Hour, count)}}).runDue()
	quicker := w.server(Options{Every: []Periodic{Every("sweep", time.Minute, count)}})
	if quicker.runDue(); runs != 1 {
		t.Fatalf("it was done %d times at one instant", runs)
	}
	w.clock.pass(time.Minute)
	if quicker.runDue(); runs != 2 {
		t.Errorf("after the shorter interval it was done %d times", runs)
	}
}

func TestPeriodicWorkThatTookLongIsDueAtOnceAndNotTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	runs := 0
	work := Every("sweep", time.Minute, func(context.Context) error {
		if runs++; runs == 1 {
			w.clock.pass(10 * time.Minute)
		}
		return nil
	})
	w.server(Options{Every: []Periodic{work}, Lease: time.Hour}).runDue()
	if runs != 2 {
		t.Errorf("ten intervals that passed in one run were made up by %d runs, want 1", runs-1)
	}
}

func TestBatchesGoOnUntilOneIsNotFull(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	tests := []struct {
		name  string
		left  int
		fails bool
		calls int
	}{
		{"nothing to do", 0, false, 1},
		{"less than a batch", 9, false, 1},
		{"exactly a batch", 10, false, 2},
		{"three batches and a bit", 31, false, 4},
		{"a failure ends it", 31, true, 1},
	}
	for _, test := range tests {
		calls, left := 0, test.left
		err := Batches(10, func(_ context.Context, limit int) (int, error) {
			calls++
			if test.fails {
				return 0, broken
			}
			n := min(limit, left)
			left -= n
			return n, nil
		})(t.Context())
		if calls != test.calls || test.fails != errors.Is(err, broken) {
			t.Errorf("%s: %d calls (%v), want %d", test.name, calls, err, test.calls)
		}
	}
}
