package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gatehouse"
	"gatehouse/graph"
	"gatehouse/internal/demo"
	usecases "gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/licence"
	"gatehouse/internal/store"
	"gatehouse/migrations"
)

// newHouse puts the product together: the one place where the commands meet the
// packages that do the work.
func newHouse() house {
	return house{migrations: migrations.Files, open: open, seed: seed, verify: verify, reseal: reseal}
}

// openStore opens the database for the server's own role.
func openStore(o opening) (*usecases.House, error) {
	s, err := store.Open(store.Options{URL: o.url, MaxConnections: o.connections, CacheStatements: o.cacheStatements, Patience: o.patience, Now: o.clock, Log: o.log})
	if err != nil {
		return nil, err
	}
	h, err := usecases.Open(s, o.keys)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return h, nil
}

// open builds the API over an open database.
func open(_ context.Context, o opening) (product, error) {
	h, err := openStore(o)
	if err != nil {
		return product{}, err
	}
	worker, err := newWorker(h, o)
	if err != nil {
		return product{}, errors.Join(err, h.Store.Close())
	}
	api := &graph.API{Units: h.Units, Licences: h.Licences, Profiles: h.Profiles, Inventory: h.Inventory, Log: h.Log}
	return product{
		schema: api.Schema(), extension: graph.Session{Pin: h.Store.Pin}, present: graph.Presenter(o.log), sdl: gatehouse.Schema,
		ready: h.Store.Ping, close: h.Store.Close, workers: []func(context.Context){worker.Run},
	}, nil
}

// How often the server looks after what time changes. What has expired reads so
// at once; it is written down well within the minute that seatUsage promises.
const (
	expiryInterval = 15 * time.Second
	usageInterval  = time.Minute
	expiryBatch    = 500
	forgetInterval = 10 * time.Minute
)

// newWorker makes the worker of this server: the jobs, and what is done now and then.
func newWorker(h *usecases.House, o opening) (*job.Worker, error) {
	listenAt := o.url
	if !o.cacheStatements {
		listenAt = "" // a pooler that loses statements loses LISTEN too; the poll is enough
	}
	return job.New(job.NewQueue(h.Store), job.Options{
		URL: listenAt, Log: o.log,
		Every: []job.Periodic{
			job.Every("expiry", expiryInterval, job.Batches(expiryBatch, h.Inventory.ExpireDue)),
			job.Every("certificate-expiry", expiryInterval, job.Batches(expiryBatch, h.Inventory.ExpireCertificatesDue)),
			job.Every("usage", usageInterval, func(ctx context.Context) error { _, err := h.Licences.RecordDays(ctx); return err }),
			job.Every("forget", forgetInterval, func(ctx context.Context) error { _, err := h.Store.Forget(ctx); return err }),
		},
	})
}

// seed fills an empty database with the demo organisation.
func seed(ctx context.Context, o opening) (seeded bool, err error) {
	h, err := openStore(o)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, h.Store.Close()) }()
	return demo.Seed(ctx, h)
}

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

// reseal seals with the primary key what an older one sealed.
func reseal(ctx context.Context, o opening, told func(inventory.Resealed)) (err error) {
	h, err := openStore(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Store.Close()) }()
	return h.Inventory.Reseal(ctx, told)
}
