//go:build unix

package main

import (
	"context"
	"crypto/md5" //nolint:gosec // ids, no secrets
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/localpg"
	"gatehouse/internal/migrate"
	"gatehouse/internal/profile"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/migrations"
)

// now is the instant at which everything is asked.
var now = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// world is the loaded database and the real code over it.
type world struct {
	rows    int
	cluster *localpg.Cluster
	// db is a session of the server's role, in which statements are explained.
	db        *sql.DB
	store     *store.Store
	inventory *inventory.Inventory
	log       *auditlog.Log

	// one is an enrollment whose seat and address are asked for.
	one struct{ seat, seatID, email string }

	asked []statement // those of the question that is being asked
}

// statement is one that a reader sent.
type statement struct {
	text string
	args []any
}

// open starts the PostgreSQL of the data, and loads them unless an earlier run has.
func open(ctx context.Context, chosen []list, rows int, dir string, out io.Writer) (_ *world, err error) {
	name, err := named(chosen, rows)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		if dir, err = base(); err != nil {
			return nil, err
		}
	}
	folder := filepath.Join(dir, name)
	loaded := filepath.Join(folder, "loaded")
	_, missing := os.Stat(loaded)
	if missing != nil {
		if err := os.RemoveAll(folder); err != nil {
			return nil, fmt.Errorf("removing a load that did not end: %w", err)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user when root runs this, and must enter
			return nil, fmt.Errorf("making the folder of the data: %w", err)
		}
	}
	cluster, err := localpg.Start(ctx, localpg.Options{Dir: folder})
	if err != nil {
		return nil, err
	}
	w := &world{rows: rows, cluster: cluster}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close(context.WithoutCancel(ctx)))
		}
	}()
	if missing != nil {
		fmt.Fprintf(out, "Loading %d rows of each list into %s …\n", rows, folder)
		began := time.Now()
		if err := w.load(ctx, chosen); err != nil {
			return nil, err
		}
		if err := os.WriteFile(loaded, nil, 0o600); err != nil {
			return nil, fmt.Errorf("marking the data as loaded: %w", err)
		}
		fmt.Fprintf(out, "Loaded in %s.\n", time.Since(began).Round(time.Second))
	}
	if w.db, err = connect(cluster.AppURL() + "&jit=off&plan_cache_mode=force_generic_plan"); err != nil { // as the server does
		return nil, err
	}
	// Another list's data may have none.
	if err := w.db.QueryRowContext(ctx, "SELECT replace(name, 'Person ', 'seat'), seat_key, email FROM enrollments WHERE email <> '' LIMIT 1").Scan(&w.one.seat, &w.one.seatID, &w.one.email); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("reading an enrollment: %w", err)
	}
	w.store, err = store.Open(store.Options{URL: cluster.AppURL(), Now: func() time.Time { return now }, OnRead: func(_ context.Context, text string, args []any) {
		w.asked = append(w.asked, statement{text, args})
	}})
	if err != nil {
		return nil, err
	}
	scopes, err := scope.NewResolver(w.store.Read())
	if err != nil {
		return nil, err
	}
	units := businessunit.New(w.store, scopes)
	w.log = auditlog.New(w.store, scopes)
	w.inventory = inventory.New(w.store, nil, scopes, units, profile.New(w.store, scopes, units), w.log, inventory.Options{})
	return w, nil
}

// connect makes the one session in which everything is explained.
func connect(app string) (*sql.DB, error) {
	connector, err := pq.NewConnector(app)
	if err != nil {
		return nil, fmt.Errorf("reading a database's address: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1) // what is set is set for all that follows
	return db, nil
}

// load migrates the database and makes the rows, without the triggers and keys that
// watch over use cases, in one transaction.
func (w *world) load(ctx context.Context, chosen []list) (err error) {
	db, err := connect(w.cluster.OwnerURL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := migrate.Up(ctx, db, migrations.Files, localpg.AppRole, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	for _, l := range chosen {
		again, err := withoutIndexes(ctx, db, l.tables)
		if err != nil {
			return err
		}
		for _, text := range append(l.load(w.rows), again...) {
			if _, err := db.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("loading %s: %w: %.200s", l.name, err, text)
			}
		}
	}
	if _, err := db.ExecContext(ctx, "VACUUM (ANALYZE)"); err != nil {
		return fmt.Errorf("vacuuming: %w", err)
	}
	return nil
}

// withoutIndexes drops the indexes of tables, but for those of constraints, and returns
// the statements that make them: a million rows are indexed faster when they are there.
func withoutIndexes(ctx context.Context, db *sql.DB, tables []string) (again []string, err error) {
	rows, err := db.QueryContext(ctx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid::regclass::text = ANY($1) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)`, pq.Array(tables))
	if err != nil {
		return nil, fmt.Errorf("listing indexes: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	// The keys to other tables go for good: what is measured does not depend on them,
	// and a list's loader need not make the rows of others.
	drop := `DO $$ DECLARE c record; BEGIN FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'f' LOOP
EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname); END LOOP; END $$;`
	for rows.Next() {
		var name, definition string
		if err := rows.Scan(&name, &definition); err != nil {
			return nil, fmt.Errorf("listing indexes: %w", err)
		}
		drop += "DROP INDEX " + name + ";"
		again = append(again, definition)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("listing indexes: %w", err)
	}
	if _, err := db.ExecContext(ctx, "SET maintenance_work_mem = '512MB'; SET synchronous_commit = off;"+drop); err != nil {
		return nil, fmt.Errorf("dropping indexes: %w", err)
	}
	return again, nil
}

// md5ID is the id that the loaders make of a text.
func md5ID(what string) uuid.UUID { return uuid.UUID(md5.Sum([]byte(what))) } //nolint:gosec // no secret

func (w *world) close(ctx context.Context) (err error) {
	if w.store != nil {
		err = w.store.Close()
	}
	if w.db != nil {
		err = errors.Join(err, w.db.Close())
	}
	return errors.Join(err, w.cluster.Stop(ctx))
}

// base is the folder that data folders are kept in, never inside the clone. Root's
// own cache folder is closed to the user that PostgreSQL then runs as.
func base() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/gatehouse-plans", nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a place for the data; set -dir: %w", err)
	}
	return filepath.Join(cache, "gatehouse-plans"), nil
}

// named tells data apart by everything that they are made of: the statements of their
// loaders, and the migrations.
func named(chosen []list, rows int) (string, error) {
	sum := sha256.New()
	for _, l := range chosen {
		fmt.Fprintln(sum, l.load(rows))
	}
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return "", fmt.Errorf("listing the migrations: %w", err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return "", fmt.Errorf("reading the migrations: %w", err)
		}
		fmt.Fprintln(sum, name, string(text))
	}
	return fmt.Sprintf("%d-%s", rows, hex.EncodeToString(sum.Sum(nil)[:6])), nil
}
