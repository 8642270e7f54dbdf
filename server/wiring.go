package main

import (
	"context"
	"database/sql"

	"gatehouse"
	"gatehouse/graph"
	usecases "gatehouse/internal/house"
	"gatehouse/internal/licence"
	"gatehouse/internal/store"
	"gatehouse/migrations"
)

// newHouse puts the product together: the one place where the commands meet the
// packages that do the work.
func newHouse() house {
	return house{migrations: migrations.Files, open: open, seed: seed, verify: verify}
}

// openStore opens the database for the server's own role.
func openStore(o opening) (*usecases.House, error) {
	s, err := store.Open(store.Options{URL: o.url, MaxConnections: o.connections, CacheStatements: o.cacheStatements, Now: o.clock, Log: o.log})
	if err != nil {
		return nil, err
	}
	return usecases.Open(s)
}

// open builds the API over an open database.
func open(_ context.Context, o opening) (product, error) {
	h, err := openStore(o)
	if err != nil {
		return product{}, err
	}
	api := &graph.API{Units: h.Units, Licences: h.Licences, Profiles: h.Profiles, Inventory: h.Inventory, Log: h.Log}
	return product{
		schema: api.Schema(), extension: graph.Session{Pin: h.Store.Pin}, present: graph.Presenter(o.log), sdl: gatehouse.Schema,
		ready: h.Store.Ping, close: h.Store.Close,
	}, nil
}

// seed fills an empty database with the demo organisation.
func seed(context.Context, opening) (bool, error) { return false, nil }

// verify recounts every counter.
func verify(ctx context.Context, db *sql.DB) ([]string, error) {
	differences, err := licence.Verify(ctx, db)
	if err != nil {
		return nil, err
	}
	sentences := make([]string, len(differences))
	for n, d := range differences {
		sentences[n] = d.String()
	}
	return sentences, nil
}
