package job

import (
	"context"
	"testing"
	"time"
)

func TestACrashedServersJobIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	crashed := w.server(Options{Lease: time.Minute, Handlers: map[string]Handler{"work": nothing}})
	other := w.server(Options{Lease: time.Minute, Handlers: map[string]Handler{"work": nothing}})
	row := crashed.enqueue(Work{Kind: "work"})[0]
	claimed, err := crashed.claim(t.Context(), 10)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	w.clock.pass(time.Minute - time.Microsecond)
	if n := other.runDue(); n != 0 {
		t.Fatal("a job was taken over before its lease ran out")
	}
	w.clock.pass(time.Microsecond)
	taken, err := other.claim(t.Context(), 10)
	if err != nil || len(taken) != 1 || taken[0].Attempt != 2 {
		t.Fatalf("a job whose lease ran out was not taken over: %+v (%v)", taken, err)
	}
	written, err := crashed.queue.end(t.Context(), claimed[0], ending{status: failed, lastError: "from the grave"})
	if got := w.row(row); err != nil || written || got.status != "RUNNING" || got.lastError != "" {
		t.Errorf("who lost the lease still wrote (%v, %v): %+v", written, err, got)
	}
	written, err = other.queue.end(t.Context(), taken[0], ending{status: done})
	if got := w.row(row); err != nil || !written || got.status != done || got.attempt != 2 {
		t.Errorf("who has the lease could not write (%v, %v): %+v", written, err, got)
	}
}

func TestAJobThatEndsItsServerIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.server(Options{Handlers: map[string]Handler{"work": nothing}})
	row := s.enqueue(Work{Kind: "work", Tries: 2})[0]
	for range 2 {
		if claimed, err := s.claim(t.Context(), 1); err != nil || len(claimed) != 1 {
			t.Fatal(claimed, err)
		}
		w.clock.pass(time.Hour)
	}
	s.runDue()
	if got := w.row(row); got.status != failed || got.lastError != "The server that worked on it ended during its last try." {
		t.Errorf("the job is %s: %q", got.status, got.lastError)
	}
}

func TestALeaseIsProlongedWhileItsJobRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, finish := make(chan struct{}), make(chan struct{})
	s := w.server(Options{Lease: time.Minute, Handlers: map[string]Handler{"work": func(context.Context, Job) error {
		close(begun)
		<-finish
		return nil
	}}})
	other := w.server(Options{Handlers: map[string]Handler{"work": nothing}})
	row := s.enqueue(Work{Kind: "work"})[0]
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = s.RunDue(t.Context()) }()
	soon(t, "the job to begin", begun)
	for range 5 {
		w.clock.pass(50 * time.Second)
		s.giveSign(t.Context())
		if n := other.runDue(); n != 0 {
			t.Fatal("a running job was taken over")
		}
	}
	close(finish)
	soon(t, "the job to end", ended)
	if got := w.row(row); got.status != done || got.attempt != 1 {
		t.Errorf("the job is %+v", got)
	}
}

func TestAJobThatWasTakenOverIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	begun, stopped := make(chan struct{}), make(chan struct{})
	slow := w.server(Options{Lease: time.Minute, Handlers: map[string]Handler{"work": func(ctx context.Context, _ Job) error {
		close(begun)
		<-ctx.Done()
		close(stopped)
		return ctx.Err()
	}}})
	other := w.server(Options{Handlers: map[string]Handler{"work": nothing}})
	row := slow.enqueue(Work{Kind: "work"})[0]
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = slow.RunDue(t.Context()) }()
	soon(t, "the job to begin", begun)
	w.clock.pass(time.Hour)
	taken, err := other.claim(t.Context(), 1)
	if err != nil || len(taken) != 1 {
		t.Fatalf("the job was not taken over: %v (%v)", taken, err)
	}
	lease := w.row(row).lease
	slow.giveSign(t.Context())
	if got := w.row(row).lease; !got.Equal(*lease) {
		t.Errorf("who lost the lease set the other's from %s to %s", lease, got)
	}
	soon(t, "the job to be stopped", stopped)
	soon(t, "its server to let go", ended)
	if got := w.row(row); got.status != "RUNNING" || got.attempt != 2 || got.lastError != "" {
		t.Errorf("the job that another server is doing is %+v", got)
	}
}

func TestPause(t *testing.T) {
	t.Parallel()
	tests := []struct {
		attempt int
		chance  float64
		want    time.Duration
	}{
		{1, 0.5, firstPause}, {2, 0.5, 2 * firstPause}, {5, 0.5, 16 * firstPause}, {9, 0.5, 256 * firstPause},
		{10, 0.5, longestPause}, {1000, 0.5, longestPause}, {1, 0, firstPause * 3 / 4}, {1, 1, firstPause * 5 / 4},
	}
	for _, test := range tests {
		if got := pause(test.attempt, test.chance); got != test.want {
			t.Errorf("after try %d, by chance %v, the pause is %s, want %s", test.attempt, test.chance, got, test.want)
		}
	}
}
