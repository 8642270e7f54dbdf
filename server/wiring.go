package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	"gatehouse"
	"gatehouse/graph"
	"gatehouse/internal/demo"
	"gatehouse/internal/devmailbox"
	"gatehouse/internal/enrollpage"
	usecases "gatehouse/internal/house"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/licence"
	"gatehouse/internal/store"
	"gatehouse/migrations"
)

// newHouse puts the product together: the one place where the commands meet the
// packages that do the work.
func newHouse() house {
	return house{migrations: migrations.Files, open: open, seed: seed, verify: verify, reseal: reseal}
}

// openStore opens the database for the server's own role, and puts the use cases
// over it. acme is the public authority that they ask; nil when there is none.
func openStore(o opening) (_ *usecases.House, acme *issuer.ACME, err error) {
	s, err := o.store()
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	issuers, acme, err := o.authorities.asked(s, o.keys)
	if err != nil {
		return nil, nil, err
	}
	h, err := usecases.Open(s, o.keys, usecases.Options{PublicURL: o.publicURL, Issuers: issuers, Former: o.authorities.former, Mails: o.mails.sender != nil, Webhooks: o.webhooks})
	return h, acme, err
}

// store opens the database for the server's own role.
func (o opening) store() (*store.Store, error) {
	return store.Open(store.Options{URL: o.url, MaxConnections: o.connections, CacheStatements: o.cacheStatements, Timeouts: o.timeouts, Patience: o.patience, Now: o.clock, Log: o.log})
}

// open builds the API over an open database, and what stands beside it.
func open(ctx context.Context, o opening) (_ product, err error) {
	h, acme, err := openStore(o)
	if err != nil {
		return product{}, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Store.Close())
		}
	}()
	publication, err := publish(ctx, h, o)
	if err != nil {
		return product{}, err
	}
	workers, err := newWorkers(h, o)
	if err != nil {
		return product{}, err
	}
	api := &graph.API{Units: h.Units, Licences: h.Licences, Profiles: h.Profiles, Inventory: h.Inventory, Log: h.Log,
		Views: h.Views, Jobs: h.Jobs, Exports: h.Exports, Webhooks: h.Webhooks, Feed: h.Feed}
	p := product{
		schema: api.Schema(), extension: graph.Session{Pin: h.Store.Pin, Begin: h.Feed.Begin}, present: graph.Presenter(o.log), sdl: gatehouse.Schema,
		ready: h.Store.Ping, close: h.Store.Close, workers: workers, publication: publication, exports: h.Exports,
	}
	if p.pages, err = enrollpage.New(enrollpage.Options{Requests: h.Inventory, Log: o.log}); err != nil {
		return product{}, err
	}
	if acme != nil {
		p.challenge = acme.Challenge
	}
	if o.mails.mailbox != nil {
		p.mailbox, err = devmailbox.New(devmailbox.Options{Mailbox: o.mails.mailbox, Units: func(ctx context.Context) (func(uuid.UUID) bool, error) {
			scope, err := h.Scopes.Of(ctx)
			return scope.Has, err
		}})
		if err != nil {
			return product{}, err
		}
	}
	return p, nil
}

// seed fills an empty database with the demo organisation. It mails nobody and asks
// none of the authorities that are set up.
func seed(ctx context.Context, o opening) (seeded bool, err error) {
	s, err := o.store()
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return demo.Seed(ctx, s, o.keys)
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
	h, _, err := openStore(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.Store.Close()) }()
	return h.Inventory.Reseal(ctx, told)
}
