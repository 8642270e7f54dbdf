package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"gatehouse/internal/localpg"
	"gatehouse/internal/migrate"
)

// databases are the connections that a command works with: to the database that
// the settings name, or to the private one. close ends what opening began.
type databases struct {
	app, owner *sql.DB // owner is nil when the settings do not name its role
	appURL     string
	appRole    string
	where      string // for people: where the data lie
	cluster    *localpg.Cluster
}

// openDatabases opens the database that DATABASE_URL names, and else starts the
// private PostgreSQL of the data folder, in which both roles are known.
func (d databaseSettings) openDatabases(ctx context.Context, log *slog.Logger) (*databases, error) {
	return d.databasesOf(ctx, log, localpg.Start)
}

// joinDatabases is openDatabases for a command that only looks: it joins the
// private PostgreSQL of a dev that is running.
func (d databaseSettings) joinDatabases(ctx context.Context, log *slog.Logger) (*databases, error) {
	return d.databasesOf(ctx, log, localpg.Attach)
}

// migrated refuses a database that this binary's migrations have not been applied
// to: what a command looks for may not be there.
func (d *databases) migrated(ctx context.Context, build house) error {
	status, err := migrate.ReadStatus(ctx, d.app, build.migrations)
	if err != nil {
		return err
	}
	return status.Ready()
}

func (d databaseSettings) databasesOf(ctx context.Context, log *slog.Logger, private func(context.Context, localpg.Options) (*localpg.Cluster, error)) (_ *databases, err error) {
	dbs := &databases{appURL: d.DatabaseURL, appRole: d.AppRole, where: "the database of DATABASE_URL"}
	defer func() {
		if err != nil {
			err = errors.Join(err, dbs.close(context.WithoutCancel(ctx)))
		}
	}()
	ownerURL, setting := d.MigrateDatabaseURL, "DATABASE_URL"
	if d.DatabaseURL == "" {
		dir, err := d.dataDir()
		if err != nil {
			return dbs, err
		}
		dbs.cluster, err = private(ctx, localpg.Options{Dir: dir, Binaries: d.PostgresBinaries, Log: log})
		if err != nil {
			return dbs, fmt.Errorf("the private PostgreSQL did not start: %w", err)
		}
		dbs.appURL, ownerURL, setting = dbs.cluster.AppURL(), dbs.cluster.OwnerURL(), "the private PostgreSQL"
		dbs.appRole, dbs.where = localpg.AppRole, dbs.cluster.Dir()
	}
	if dbs.app, err = openDatabase(ctx, setting, dbs.appURL); err != nil || ownerURL == "" {
		return dbs, err
	}
	dbs.owner, err = openDatabase(ctx, "MIGRATE_DATABASE_URL", ownerURL)
	return dbs, err
}

// close closes the connections and then ends the private PostgreSQL. When ctx has
// ended it ends it at once.
func (d *databases) close(ctx context.Context) error {
	var problems []error
	for _, db := range []*sql.DB{d.app, d.owner} {
		if db != nil {
			problems = append(problems, db.Close())
		}
	}
	if d.cluster != nil {
		problems = append(problems, d.cluster.Stop(ctx))
	}
	return errors.Join(problems...)
}
