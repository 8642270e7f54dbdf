package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// running is a server at work.
type running struct {
	server   *http.Server
	listener net.Listener
	// workers run beside the requests until their context ends.
	workers []func(context.Context)
	// streams waits until every stream has ended, which the server's Shutdown has
	// told to; nil when there are none.
	streams func(context.Context)
	grace   time.Duration
	log     *slog.Logger
}

// until serves until it is told to stop. Then, in this order: nothing new is
// accepted, running requests end (for as long as grace, or until the second
// signal), the workers end. The database is closed by the caller afterwards, who
// opened it. It returns an error only when serving itself failed.
func (r running) until(stop stopping) error {
	working, endWork := context.WithCancel(context.WithoutCancel(stop.gently))
	defer endWork()
	var workers sync.WaitGroup
	for _, work := range r.workers {
		workers.Go(func() { work(working) })
	}

	failed := make(chan error, 1)
	go func() { failed <- r.server.Serve(r.listener) }()
	var err error
	select {
	case err = <-failed:
		err = fmt.Errorf("serving on %s ended: %w", r.listener.Addr(), err)
	case <-stop.gently.Done():
		r.log.Info("stopping; a second signal stops at once", "grace", r.grace.String())
		r.drain(stop.atOnce)
	}

	endWork()
	ended := make(chan struct{})
	go func() { workers.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-stop.atOnce.Done():
	}
	return err
}

// drain lets running requests end, and cuts those that do not in time.
func (r running) drain(atOnce context.Context) {
	ctx, cancel := context.WithTimeout(atOnce, r.grace)
	defer cancel()
	if err := r.server.Shutdown(ctx); err != nil {
		r.log.Warn("requests were cut off", "reason", err.Error())
		// What could be closed is closed; that some was not is what Shutdown said.
		_ = r.server.Close()
	}
	if r.streams != nil {
		r.streams(ctx)
	}
}

// listen opens the server's address. It refuses a port in use in words.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program, perhaps another gatehouse; stop it, or set GATEHOUSE_ADDR to another port", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s; ports below 1024 are root's, so set GATEHOUSE_ADDR to a higher one", addr)
	case err != nil:
		return nil, fmt.Errorf("GATEHOUSE_ADDR %s cannot be listened on: %w", addr, err)
	}
	return listener, nil
}
