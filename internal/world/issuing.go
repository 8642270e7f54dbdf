package world

import (
	"context"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
)

// Authorities are the certificate authorities of a world: a private one of its own,
// which stands in for the public one too.
func Authorities(t testing.TB, now time.Time) map[lifecycle.Issuer]issuer.Issuer {
	t.Helper()
	private, err := issuer.MakePrivate(now, "World")
	if err != nil {
		t.Fatalf("world: make a certificate authority: %v", err)
	}
	return map[lifecycle.Issuer]issuer.Issuer{lifecycle.IssuerBuiltIn: private, lifecycle.IssuerACME: private}
}

// Issue has the authorities asked for what is redeemed, as a server's worker does,
// until the test ends.
func (w *World) Issue() {
	w.t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var running sync.WaitGroup
	for kind, queue := range w.asking() {
		worker, err := job.New(queue, job.Options{
			Handlers: map[string]job.Handler{kind: w.Inventory.Issue}, Poll: 50 * time.Millisecond, Grace: time.Second,
		})
		w.must("make a worker", nil, err)
		running.Go(func() { worker.Run(ctx) })
	}
	w.t.Cleanup(func() {
		stop()
		running.Wait()
	})
}

// asking are the queues of the jobs that ask the authorities, by the jobs' kind.
func (w *World) asking() map[string]*job.Queue {
	return map[string]*job.Queue{inventory.IssueJob: w.Issuing, inventory.OrderJob: w.Ordering}
}
