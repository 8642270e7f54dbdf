//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"

	"gatehouse/graph"
	"gatehouse/internal/door"
	"gatehouse/internal/house"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// api is the API in this process, without HTTP around it: what allocations are
// counted in and profiles are taken of. Tokens, request ids and the access log
// are the server's and are not in it.
type api struct {
	handler http.Handler
	store   *store.Store
	body    []byte
	ctx     context.Context //nolint:containedctx // the viewer that every request of the api carries
}

// openAPI puts it over a database. The caller must close its store.
func openAPI(ctx context.Context, url string, cacheStatements bool, q question) (*api, error) {
	s, err := store.Open(store.Options{URL: url, MaxConnections: pool, CacheStatements: cacheStatements})
	if err != nil {
		return nil, err
	}
	keys, err := sealed.New() // nothing is sealed that would have to be opened again
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	h, err := house.Open(s, keys, house.Options{})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	log := slog.New(slog.DiscardHandler)
	schema := (&graph.API{Units: h.Units, Licences: h.Licences, Profiles: h.Profiles, Inventory: h.Inventory, Log: h.Log,
		Views: h.Views, Jobs: h.Jobs, Exports: h.Exports, Webhooks: h.Webhooks, Feed: h.Feed}).Schema()
	handler, err := door.New(door.Options{Schema: schema, Limits: door.DefaultLimits(), Present: graph.Presenter(log), Log: log, Extension: graph.Session{Pin: s.Pin}})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	body, err := q.body()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return &api{handler, s, body, viewer.With(ctx, q.viewer())}, nil
}

// ask asks one time and gives the answer.
func (a *api) ask() ([]byte, error) {
	r, err := http.NewRequestWithContext(a.ctx, http.MethodPost, "/graphql", bytes.NewReader(a.body))
	if err != nil {
		return nil, fmt.Errorf("asking in this process: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	w := &written{header: http.Header{}, status: http.StatusOK}
	a.handler.ServeHTTP(w, r)
	if w.status != http.StatusOK {
		return nil, fmt.Errorf("in this process the answer has the status %d: %.300s", w.status, w.body.Bytes())
	}
	return w.body.Bytes(), nil
}

// written keeps an answer.
type written struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(p []byte) (int, error) { return w.body.Write(p) }

// countedRequests is over how many requests allocations are averaged.
const countedRequests = 200

// allocations is how often and how much one request allocates, statements
// prepared. One request runs at a time, so that nothing else is counted.
func allocations(ctx context.Context, url string, q question) (times, bytes uint64, err error) {
	it, err := openAPI(ctx, url, true, q)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, it.store.Close()) }()
	var before, after runtime.MemStats
	for n := range 2 * countedRequests {
		if n == countedRequests {
			runtime.ReadMemStats(&before)
		}
		if _, err := it.ask(); err != nil {
			return 0, 0, err
		}
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / countedRequests, (after.TotalAlloc - before.TotalAlloc) / countedRequests, nil
}
