package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// verifyCommand recounts every counter.
type verifyCommand struct{}

// Run names each counter that differs from its rows, and fails when there is any.
// It works on the database of DATABASE_URL, or on dev's private one, whether dev
// is running or not. It mends nothing: a difference is a defect to be understood first.
func (verifyCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	dbs, err := c.joinDatabases(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dbs.close(context.WithoutCancel(ctx))) }()
	if err := dbs.migrated(ctx, build); err != nil {
		return err
	}
	differences, err := build.verify(ctx, dbs.app)
	if err != nil {
		return err
	}
	for _, d := range differences {
		fmt.Fprintln(h.stdout, d)
	}
	if n := len(differences); n > 0 {
		return fmt.Errorf("%d counters differ from their rows", n)
	}
	fmt.Fprintln(h.stdout, "every counter equals its rows")
	return nil
}
