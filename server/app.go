package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"gatehouse/internal/graphiql"
)

// app is the server that serve and dev run: they differ in who may sign in and
// who may call, and in nothing behind the door.
type app struct {
	config   *config
	verifier *verifier
	// mint signs development tokens; nil in production, and then it does not exist.
	mint  func(devGrant) (string, time.Time, error)
	log   *slog.Logger
	clock func() time.Time
}

// serve answers on listener until it is told to stop, and calls announce once
// requests are answered.
func (a app) serve(stop stopping, listener net.Listener, p product, announce func()) error {
	tend := growHeap()
	api, err := a.door(p)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	handler, err := a.handler(p, api, stop.gently)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	announce()
	server := newServer(listener.Addr().String(), handler, a.log)
	server.RegisterOnShutdown(api.door.Stop)
	return running{server: server, listener: listener, workers: append(p.workers, tend), streams: api.door.Wait, grace: a.config.ShutdownGrace, log: a.log}.until(stop)
}

// handler puts the API behind the door and the door behind HTTP. Once stopping
// has begun the server is not ready, so that a load balancer sends nothing new.
func (a app) handler(p product, api entrance, stopping context.Context) (http.Handler, error) {
	proxies, err := readProxies(a.config.TrustedProxies)
	if err != nil {
		return nil, err
	}
	askers, err := newAnonymousLimit(a.config.LimitRevocation, a.clock)
	if err != nil {
		return nil, err
	}
	options := httpOptions{
		proxies:      proxies,
		anonymous:    api.callers.anonymous,
		graphql:      api.door,
		authenticate: api.callers.authenticate,
		schema:       p.sdl,
		ready: func(ctx context.Context) error {
			if stopping.Err() != nil {
				return errors.New("the server is stopping")
			}
			return p.ready(ctx)
		},
		mint:        a.mint,
		pages:       p.pages,
		challenge:   p.challenge,
		publication: p.publication,
		askers:      askers,
		mailbox:     p.mailbox,
		crossOrigin: a.crossOrigin(),
		log:         a.log,
		clock:       a.clock,
	}
	if p.exports != nil {
		options.downloads = &downloads{exports: p.exports, rates: api.rates, hands: newDownloadHands(a.config.DatabaseConnections), log: a.log, clock: a.clock}
	}
	if a.config.GraphiQL || a.mint != nil {
		if options.graphiql, err = graphiql.New(graphiql.Options{SignIn: a.mint != nil}); err != nil {
			return nil, err
		}
	}
	return newHandler(options), nil
}

// refuse puts everything that is wrong with the settings into one error, a line
// for each.
func refuse(command string, problems error) error {
	if problems == nil {
		return nil
	}
	return fmt.Errorf("%s does not start until this is put right:\n  - %w", command, indented{problems})
}

// indented writes a joined error as a list.
type indented struct{ error }

func (e indented) Error() string { return strings.ReplaceAll(e.error.Error(), "\n", "\n  - ") }
func (e indented) Unwrap() error { return e.error }
