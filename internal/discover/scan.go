package discover

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Scan asks many targets, a bounded number at once and in a second.
type Scan struct {
	Targets iter.Seq[Target]
	// Prober asks each; its Pace is the scan's.
	Prober Prober
	// Parallel is how many are asked at once, PerSecond how many connections are begun
	// in a second.
	Parallel  int
	PerSecond float64
	// Now is the time at which a certificate was seen.
	Now func() time.Time
}

// Result is what came of one target.
type Result struct {
	Target Target
	SeenAt time.Time
	// Shown is the host's certificate and what it sent with it; empty when there is a
	// failure.
	Shown   [][]byte
	Failure *Failure
}

// queued is how many results wait for who receives them. When as many wait, the scan
// waits too.
const queued = 256

// Start begins the scan. The results come in the order in which they are there; the
// channel is closed behind the last. When ctx ends, nothing is asked any more, and
// what was being asked is left without a result. The caller receives until the
// channel is closed: what was found would be lost otherwise, and the scan never end.
func (s Scan) Start(ctx context.Context) <-chan Result {
	targets, results := make(chan Target), make(chan Result, queued)
	s.Prober.Pace = rate.NewLimiter(rate.Limit(s.PerSecond), 1).Wait
	go func() {
		defer close(targets)
		for target := range s.Targets {
			select {
			case targets <- target:
			case <-ctx.Done():
				return
			}
		}
	}()
	var asking sync.WaitGroup
	for range s.Parallel {
		asking.Go(func() {
			for target := range targets {
				if result, ok := s.ask(ctx, target); ok {
					results <- result
				}
			}
		})
	}
	go func() {
		asking.Wait()
		close(results)
	}()
	return results
}

// ask asks one target; false when the scan was ended meanwhile.
func (s Scan) ask(ctx context.Context, target Target) (Result, bool) {
	shown, err := s.Prober.Probe(ctx, target)
	result := Result{Target: target, SeenAt: s.Now(), Shown: shown}
	if err != nil && !errors.As(err, &result.Failure) {
		return Result{}, false
	}
	return result, true
}
