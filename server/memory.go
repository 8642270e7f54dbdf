package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// heapGrowth is by how much, in percent, a small heap may grow before it is swept. A
	// request leaves a megabyte of short-lived values and the live heap is small, so
	// that Go's own 100 sweeps without pause; with 400 a list costs about a fifth less
	// CPU, for some 30 MB (make bench, GOGC=100 against 400).
	heapGrowth = 400
	// leastGrowth is that of a large one: thousands of subscribers live on the heap for
	// hours, and four times what they take would be kept for nothing.
	leastGrowth = 100
	// heapRoom is how far the heap may grow in between.
	heapRoom = 64 << 20
	// heapInterval is how often its size is looked at.
	heapInterval = time.Second
)

// growHeap lets the heap grow before it is swept, unless the operator has set GOGC,
// and returns what tends it while the server runs.
func growHeap() (tend func(context.Context)) {
	if _, set := os.LookupEnv("GOGC"); set {
		return func(context.Context) {}
	}
	debug.SetGCPercent(heapGrowth)
	return tendHeap
}

// tendHeap follows the size of what lives on the heap until the context ends.
func tendHeap(ctx context.Context) {
	tick := time.NewTicker(heapInterval)
	defer tick.Stop()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for now := heapGrowth; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(live)
		if next := growthOf(live[0].Value.Uint64()); next < now*9/10 || next > now*11/10 {
			debug.SetGCPercent(next)
			now = next
		}
	}
}

// growthOf is by how much a heap may grow of which so many bytes live.
func growthOf(live uint64) int {
	if live == 0 {
		return heapGrowth
	}
	return int(min(max(100*heapRoom/live, leastGrowth), heapGrowth))
}
