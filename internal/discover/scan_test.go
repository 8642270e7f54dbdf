package discover_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/discover"
)

// TestAScanEndsWhateverHostsDo: those that show a certificate are found, beside many
// that hang, drip, are closed or talk of something else.
func TestAScanEndsWhateverHostsDo(t *testing.T) {
	t.Parallel()
	want := good(t)
	shown := map[discover.Target]bool{}
	var targets []discover.Target
	for range 2 {
		showing := speaks(t, &tls.Config{Certificates: []tls.Certificate{want}})
		shown[showing] = true
		targets = append(targets, hangs(t), drips(t), closed(t), says(t, "garbage, garbage"), showing)
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	scan := discover.Scan{Targets: slices.Values(targets), Parallel: 4, PerSecond: 10_000, Now: func() time.Time { return now }, Prober: patient(discover.Auto)}
	scan.Prober.Timeout = 3 * time.Second // enough for those that show something, on a busy machine too
	kinds := map[discover.Kind]int{}
	for result := range scan.Start(t.Context()) {
		switch {
		case result.Failure != nil:
			kinds[result.Failure.Kind]++
		case !shown[result.Target] || !bytes.Equal(result.Shown[0], want.Certificate[0]) || !result.SeenAt.Equal(now):
			t.Errorf("found %+v", result)
		default:
			delete(shown, result.Target)
		}
	}
	if len(shown) > 0 || kinds[discover.TimedOut] != 4 || kinds[discover.Refused] != 2 || kinds[discover.NotTLS] != 2 {
		t.Errorf("not found: %v; the others: %v", shown, kinds)
	}
}

// TestAScanKeepsItsRate: the second connection waits for its time, however many could
// be asked at once.
func TestAScanKeepsItsRate(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	target := speaks(t, &tls.Config{Certificates: []tls.Certificate{good(t)}})
	const anHour = 1.0 / 3600
	scan := discover.Scan{Targets: slices.Values([]discover.Target{target, target, target}), Parallel: 8, PerSecond: anHour, Now: time.Now, Prober: patient(discover.None)}
	found := 0
	for range scan.Start(ctx) {
		found++
		cancel()
	}
	if found != 1 {
		t.Errorf("%d were asked in the first hour", found)
	}
}

// TestAScanKeepsItsBounds: never more at once than allowed.
func TestAScanKeepsItsBounds(t *testing.T) {
	t.Parallel()
	var open, most atomic.Int32
	release := make(chan struct{})
	target := host(t, func(net.Conn) {
		n := open.Add(1)
		for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
			continue
		}
		<-release
		open.Add(-1)
	})
	t.Cleanup(func() { close(release) })
	scan := discover.Scan{Targets: slices.Values(slices.Repeat([]discover.Target{target}, 50)), Parallel: 3, PerSecond: 10_000, Now: time.Now, Prober: patient(discover.None)}
	results := scan.Start(t.Context())
	for open.Load() < 3 {
		time.Sleep(time.Millisecond)
	}
	for range 50 {
		select {
		case release <- struct{}{}:
		case <-results:
		}
		if most.Load() > 3 {
			t.Fatalf("%d at once", most.Load())
		}
	}
}

// TestAScanThatIsEnded gives what it had, and nothing of what it was asking.
func TestAScanThatIsEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first, hanging := speaks(t, &tls.Config{Certificates: []tls.Certificate{good(t)}}), hangs(t)
	endless := func(yield func(discover.Target) bool) {
		for yield(first) && yield(hanging) {
			continue
		}
	}
	scan := discover.Scan{Targets: endless, Parallel: 8, PerSecond: 10_000, Now: time.Now, Prober: patient(discover.None)}
	found := 0
	for result := range scan.Start(ctx) {
		if result.Failure != nil {
			t.Errorf("%s failed: %v", result.Target, result.Failure)
		}
		if found++; found == 3 {
			cancel()
		}
	}
	if found < 3 {
		t.Errorf("%d found", found)
	}
}
