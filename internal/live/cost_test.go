package live_test

import (
	"runtime"
	"testing"

	"gatehouse/internal/live"
	"gatehouse/internal/world"
)

// TestAnIdleSubscriptionIsCheap: a few kilobytes for its queue, and no goroutine. It
// runs beside no other test.
func TestAnIdleSubscriptionIsCheap(t *testing.T) { //nolint:paralleltest // it counts what the whole process has
	s := newSite(t)
	s.run(s.Feed)
	const n = 2000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	ctx := s.As(world.In(eve, "here"))
	streams := make([]<-chan *live.EnrollmentEvent, 0, n)
	before, goroutines := heap(), runtime.NumGoroutine()
	for range n {
		stream, err := s.Feed.Enrollments(ctx, &live.EnrollmentFilter{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		streams = append(streams, stream)
	}
	each := (heap() - before) / n
	t.Logf("%d subscriptions of %d bytes each, and %d goroutines more", len(streams), each, runtime.NumGoroutine()-goroutines)
	if each > 5000 {
		t.Errorf("an idle subscription costs %d bytes", each)
	}
	if more := runtime.NumGoroutine() - goroutines; more > 20 {
		t.Errorf("%d goroutines more", more)
	}
}
