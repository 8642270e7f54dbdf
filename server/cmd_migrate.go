package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gatehouse/internal/migrate"
)

// migrateCommand changes the database's tables, or says how they stand.
type migrateCommand struct {
	Up     migrateUpCommand     `cmd:"" help:"Apply the migrations that the database lacks, and grant the server's role what it needs."`
	Status migrateStatusCommand `cmd:"" help:"List the migrations that the database has and those that it lacks. Exits 1 when serve would refuse it."`
}

type migrateUpCommand struct{}

// Run connects as the role that owns the tables. Several may run at once.
func (migrateUpCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	if c.MigrateDatabaseURL == "" {
		return errors.New("MIGRATE_DATABASE_URL is not set: it names the database for the role that owns its tables, such as postgres://gatehouse_owner:password@host/gatehouse")
	}
	db, err := openDatabase(ctx, "MIGRATE_DATABASE_URL", c.MigrateDatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	applied, err := migrate.Up(ctx, db, build.migrations, c.AppRole, newLogger(h.stderr, c.LogLevel, isTerminal(h.stderr)))
	for _, file := range applied {
		fmt.Fprintln(h.stdout, "applied", file)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintln(h.stdout, "the database has every migration of this gatehouse")
	}
	return err
}

type migrateStatusCommand struct{}

// Run asks with whichever role the settings name, and changes nothing.
func (migrateStatusCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	db, err := c.anyDatabase(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	status, err := migrate.ReadStatus(ctx, db, build.migrations)
	if err != nil {
		return err
	}
	for _, m := range status.Applied {
		fmt.Fprintf(h.stdout, "applied  %s %s  %s\n", m.Version, m.Description, m.At.Format("2006-01-02 15:04:05Z"))
	}
	for _, file := range status.Pending {
		fmt.Fprintln(h.stdout, "pending ", file)
	}
	return status.Ready()
}

// anyDatabase opens the database with the owner's role if its address is set, or
// else with the server's.
func (d databaseSettings) anyDatabase(ctx context.Context) (*sql.DB, error) {
	switch {
	case d.MigrateDatabaseURL != "":
		return openDatabase(ctx, "MIGRATE_DATABASE_URL", d.MigrateDatabaseURL)
	case d.DatabaseURL != "":
		return openDatabase(ctx, "DATABASE_URL", d.DatabaseURL)
	}
	return nil, errors.New("neither MIGRATE_DATABASE_URL nor DATABASE_URL is set; one of them names the database")
}
