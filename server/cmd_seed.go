package main

import (
	"context"
	"errors"
	"fmt"
)

// seedCommand fills an empty database with the demo organisation.
type seedCommand struct{}

// Run works on the database of DATABASE_URL, or on dev's private one while dev is
// not running, as dev does on its first start. It refuses a database that is not
// empty: demo data among real ones could not be told apart again. Nobody is mailed,
// and the certificates are of an authority that is forgotten afterwards.
func (seedCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	log := newLogger(h.stderr, c.LogLevel, isTerminal(h.stderr))
	keys, err := c.keysForDev()
	if err != nil {
		return err
	}
	dbs, err := c.openDatabases(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dbs.close(context.WithoutCancel(ctx))) }()
	if err := migrated(ctx, build, dbs, log); err != nil {
		return err
	}
	seeded, err := build.seed(ctx, c.opening(dbs.appURL, keys, h.clock, log))
	if err != nil {
		return err
	}
	if !seeded {
		return errors.New("the database is not empty, so it was left as it is; seed fills an empty one")
	}
	_, err = fmt.Fprintln(h.stdout, "made the demo organisation")
	return err
}
