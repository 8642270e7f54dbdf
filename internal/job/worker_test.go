package job

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

func TestTwoServersDoEachJobOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	did := map[id.ID]int{}
	handlers := map[string]Handler{"work": func(_ context.Context, j Job) error {
		mu.Lock()
		defer mu.Unlock()
		did[j.ID]++
		return nil
	}}
	one, other := w.server(Options{Handlers: handlers}), w.server(Options{Handlers: handlers})
	work := make([]Work, 200)
	for i := range work {
		work[i] = Work{Kind: "work"}
	}
	ids := one.enqueue(work...)
	var servers sync.WaitGroup
	var tries atomic.Int64
	for _, s := range []*server{one, other} {
		servers.Go(func() {
			n, err := s.RunDue(t.Context())
			if err != nil {
				t.Error(err)
			}
			tries.Add(int64(n))
		})
	}
	servers.Wait()
	if tries.Load() != 200 {
		t.Errorf("200 jobs took %d tries", tries.Load())
	}
	for _, row := range ids {
		if n := did[id.Of(id.Job, row)]; n != 1 {
			t.Errorf("a job was done %d times", n)
		}
		if got := w.row(row); got.status != done || got.attempt != 1 || got.lease != nil || got.finished == nil {
			t.Errorf("a job that was done is %+v", got)
		}
	}
}

func TestAFailedTryIsRepeatedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tries := 0
	s := w.server(Options{Handlers: map[string]Handler{"work": func(context.Context, Job) error {
		tries++
		return Fail(errors.New("dial tcp: refused"), "The mail server did not answer.")
	}}})
	row := s.enqueue(Work{Kind: "work", Tries: 4})[0]
	for try := 1; try <= 3; try++ {
		s.runDue()
		want := w.clock.now().Add(firstPause << (try - 1))
		if got := w.row(row); got.status != queued || got.attempt != try || !got.runAt.Equal(want) || got.lease != nil || got.lastError != "The mail server did not answer." {
			t.Fatalf("after try %d it is %+v, want it due at %s", try, got, want)
		}
		w.clock.pass(want.Sub(w.clock.now()) - time.Microsecond)
		if s.runDue(); tries != try {
			t.Fatalf("try %d came before its time", tries)
		}
		w.clock.pass(time.Microsecond)
	}
	s.runDue()
	if got := w.row(row); got.status != failed || got.attempt != 4 || got.finished == nil || got.lastError != "The mail server did not answer." {
		t.Errorf("after its last try it is %+v", got)
	}
	w.clock.pass(48 * time.Hour)
	if s.runDue(); tries != 4 {
		t.Errorf("a job of 4 tries was tried %d times", tries)
	}
}

func TestWhatARowSaysOfAnError(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	leak := fmt.Errorf("dial smtp://mailer:%s@mail.example.com: refused", secret)
	tests := []struct {
		name   string
		fault  Handler
		status string
		says   string
	}{
		{"a fault", func(context.Context, Job) error { return leak }, queued, "server's log"},
		{"a panic", func(context.Context, Job) error { panic(leak) }, queued, "server's log"},
		{"a fault with a sentence", func(context.Context, Job) error {
			return fmt.Errorf("send: %w", Fail(leak, "The mail server refused the connection."))
		}, queued, "The mail server refused the connection."},
		{"a final one", func(context.Context, Job) error { return GiveUp(leak, "The address does not exist.") }, failed, "The address does not exist."},
		{"a refusal", func(context.Context, Job) error { return refusal.New(refusal.SeatDeleted, "The seat was deleted.") }, queued, "The seat was deleted."},
		{"out of time", func(context.Context, Job) error { return fmt.Errorf("%w: %w", leak, context.DeadlineExceeded) }, queued, "time"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := w.server(Options{Handlers: map[string]Handler{"work": test.fault}})
			row := s.enqueue(Work{Kind: "work"})[0]
			s.runDue()
			got := w.row(row)
			if got.status != test.status || !strings.Contains(got.lastError, test.says) || strings.Contains(got.lastError, secret) {
				t.Errorf("the job is %s: %q", got.status, got.lastError)
			}
		})
	}
}

func TestJobsOfUnknownKindsAreLeftToOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.server(Options{Handlers: map[string]Handler{"old": nothing}})
	row := s.enqueue(Work{Kind: "new"})[0]
	if n := s.runDue(); n != 0 || w.row(row).status != queued {
		t.Errorf("%d jobs were done, and a job of a kind without handler is %s", n, w.row(row).status)
	}
	if newer := w.server(Options{Handlers: map[string]Handler{"new": nothing}}); newer.runDue() != 1 {
		t.Error("a server that knows the kind leaves it too")
	}
}

func TestRunIsWokenByItsOwnServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	did := make(chan struct{})
	s := w.server(Options{Poll: time.Hour, Handlers: map[string]Handler{"work": func(context.Context, Job) error { did <- struct{}{}; return nil }}})
	stop := s.run()
	for range 3 {
		s.enqueue(Work{Kind: "work"})
		soon(t, "a job that was enqueued while the worker rests", did)
	}
	stop()
}

func TestAServerWithFullHandsCallsAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	busy, helped := make(chan struct{}), make(chan struct{})
	full := w.server(Options{Poll: time.Hour, Hands: 1, Grace: time.Millisecond, Handlers: map[string]Handler{"work": func(ctx context.Context, _ Job) error {
		close(busy)
		<-ctx.Done()
		return ctx.Err()
	}}})
	full.run()
	full.enqueue(Work{Kind: "work"})
	soon(t, "the job that fills its hands", busy)
	helper := w.server(Options{Poll: time.Hour, URL: w.db.AppURL, Handlers: map[string]Handler{"work": func(context.Context, Job) error { close(helped); return nil }}})
	helper.run()
	for helper.statements.Load() < 2 { // it has looked when it began, and when it began to listen
		time.Sleep(time.Millisecond)
	}
	full.enqueue(Work{Kind: "work"})
	soon(t, "the job that it cannot take, by the server that it calls", helped)
}

func TestStopping(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		grace time.Duration
		// obeys: the handler returns when its context ends; else when the test ends.
		obeys  bool
		status string
		error  string
	}{
		{"a job that ends within the grace is done", time.Hour, true, done, ""},
		{"a job that does not is stopped and given back", time.Millisecond, true, queued, "The server stopped while it was at work; it is done again."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			begun, finish := make(chan struct{}), make(chan struct{})
			s := w.server(Options{Poll: time.Hour, Grace: test.grace, Handlers: map[string]Handler{"work": func(ctx context.Context, _ Job) error {
				close(begun)
				select {
				case <-finish:
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			}}})
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); s.Run(ctx) }()
			row := s.enqueue(Work{Kind: "work"})[0]
			soon(t, "the job to begin", begun)
			cancel()
			if test.status == done {
				close(finish)
			}
			soon(t, "the worker to end", ended)
			if got := w.row(row); got.status != test.status || got.lastError != test.error || got.lease != nil {
				t.Errorf("the job is %+v, want %s", got, test.status)
			}
			if test.status == queued {
				if other := w.server(Options{Handlers: map[string]Handler{"work": nothing}}); other.runDue() != 1 || w.row(row).status != done {
					t.Errorf("another server does not go on with it: %+v", w.row(row))
				}
			}
		})
	}
}

func TestNewRefusesWhatCannotBeToldApart(t *testing.T) {
	t.Parallel()
	work := func(context.Context) error { return nil }
	tests := []struct {
		name    string
		options Options
	}{
		{"two works of one name", Options{Every: []Periodic{Every("sweep", time.Minute, work), Every("sweep", time.Hour, work)}}},
		{"work without a name", Options{Every: []Periodic{Every("", time.Minute, work)}}},
		{"work without an interval", Options{Every: []Periodic{Every("sweep", 0, work)}}},
		{"a handler for periodic work", Options{Handlers: map[string]Handler{"every:sweep": nothing}}},
	}
	for _, test := range tests {
		if _, err := New(NewQueue(nil), test.options); err == nil {
			t.Errorf("%s is taken", test.name)
		}
	}
	if (Periodic{name: "sweep"}).row() == (Periodic{name: "forget"}).row() || (Periodic{name: "sweep"}).row() == uuid.Nil {
		t.Error("two works have one row")
	}
}
