package main

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/internal/inventory"
)

// keysetResealCommand seals with the primary key what an older one sealed.
type keysetResealCommand struct{}

// Run works on the database of DATABASE_URL, or on dev's private one, whether
// servers are running or not. It may be stopped and run again: what is sealed by
// the primary key already is passed over. What no key opens is named, and is no
// failure: nothing here could mend it.
func (keysetResealCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	keys, err := c.keysInUse()
	if err != nil {
		return err
	}
	log := newLogger(h.stderr, c.LogLevel, isTerminal(h.stderr))
	stop, release := onSignals(ctx)
	defer release()
	dbs, err := c.joinDatabases(stop.gently, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dbs.close(context.WithoutCancel(ctx))) }()
	if err := dbs.migrated(ctx, build); err != nil {
		return err
	}
	anew, unopened := 0, 0
	err = build.reseal(stop.gently, c.opening(dbs.appURL, keys, h.clock, log), func(r inventory.Resealed) {
		anew += r.Anew
		unopened += len(r.Unopened)
		for _, u := range r.Unopened {
			fmt.Fprintf(h.stdout, "%s: no key of the keyset opens its %s\n", u.Row, u.Column)
		}
		if r.Anew > 0 {
			log.InfoContext(ctx, "sealed anew", "soFar", anew)
		}
	})
	if err != nil {
		return fmt.Errorf("what %d rows hold was sealed anew; run this again for the others: %w", anew, err)
	}
	_, err = fmt.Fprintf(h.stdout, "sealed the codes and secrets of %d rows anew; %d texts are left that no key opens\n", anew, unopened)
	return err
}
