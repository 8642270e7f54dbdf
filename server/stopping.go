package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/lib/pq"
)

// stopping is how a server is told to stop: gently by the first signal, at once
// by the second.
type stopping struct {
	gently context.Context
	atOnce context.Context
}

// onSignals listens for Ctrl-C and SIGTERM until release is called.
func onSignals(ctx context.Context) (_ stopping, release func()) {
	signals := make(chan os.Signal, 2) // two, so that the second is kept while the first is worked on
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	s, end := stopOn(ctx, signals)
	return s, func() { signal.Stop(signals); end() }
}

// stopOn is onSignals for any source of signals.
func stopOn(ctx context.Context, signals <-chan os.Signal) (_ stopping, end func()) {
	gently, stop := context.WithCancel(ctx)
	atOnce, halt := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		for _, act := range []func(){stop, halt} {
			select {
			case <-signals:
				act()
			case <-ended:
				return
			}
		}
	}()
	return stopping{gently, atOnce}, func() { close(ended); stop(); halt() }
}

// explain says in words what cut a start short. What else went wrong stays as it
// is, also while stopping.
func (s stopping) explain(err error) error {
	var told *pq.Error
	cut := errors.Is(err, context.Canceled) || errors.As(err, &told) && told.Code == "57014"
	if cut && s.gently.Err() != nil {
		return errors.New("stopped before it was ready to answer")
	}
	return err
}
