//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	_ "embed" // the loader's own text is part of what a data folder is named by
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/localpg"
	"gatehouse/internal/migrate"
	"gatehouse/migrations"
)

const (
	// dirVariable names the folder of data folders.
	dirVariable = "GATEHOUSE_BENCH_DIR"
	// loadedFile stands in a data folder whose load was complete.
	loadedFile = "loaded"
)

//go:embed load.go
var loadText string

//go:embed rows.go
var rowsText string

// base is the folder that data folders are kept in, never inside the clone. Root's
// own cache folder is closed to the user that PostgreSQL then runs as.
func (s settings) base() (string, error) {
	if s.dir != "" {
		return filepath.Abs(s.dir)
	}
	if dir := os.Getenv(dirVariable); dir != "" {
		return filepath.Abs(dir)
	}
	if os.Geteuid() == 0 {
		return "/var/cache/gatehouse-bench", nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("finding a place for the data; set %s: %w", dirVariable, err)
	}
	return filepath.Join(cache, "gatehouse-bench"), nil
}

// data is what a data folder holds.
type data struct {
	// folder is its name, says what is in it.
	folder, says string
	// rows is about how many there are; how much room they take follows from that.
	rows int
	load func(context.Context, *sql.DB) error
}

// data is that of a size.
func (s size) data() (data, error) {
	made, err := madeOf(loadText, rowsText)
	return data{fmt.Sprintf("%d-%d-%d-%s", s.enrollments, s.seats, s.units, made), s.String(), s.enrollments, s.load}, err
}

// madeOf tells data apart by everything that they are made of: the texts of their
// loader, and the migrations.
func madeOf(texts ...any) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, texts...)
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
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}

// database is a running PostgreSQL with the data.
type database struct {
	*localpg.Cluster
	folder string
}

// discard stops a database whose data are of no more use, and removes them.
func (db *database) discard(ctx context.Context) error {
	err := db.Stop(ctx)
	if err == nil {
		err = os.RemoveAll(db.folder)
	}
	return err
}

// openDatabase starts the PostgreSQL of some data, and loads them first unless an
// earlier run has. A load that did not end is thrown away. It refuses, before it
// writes anything, when the disk has no room. The caller must Stop it.
func (s settings) openDatabase(ctx context.Context, content data, progress io.Writer) (_ *database, err error) {
	base, err := s.base()
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(base, content.folder)
	loaded := filepath.Join(folder, loadedFile)
	_, missing := os.Stat(loaded)
	if s.fresh || missing != nil {
		if err := os.RemoveAll(folder); err != nil {
			return nil, fmt.Errorf("removing old data: %w", err)
		}
		if err := content.checkRoom(base); err != nil {
			return nil, err
		}
	}
	cluster, err := localpg.Start(ctx, localpg.Options{Dir: folder})
	if err != nil {
		return nil, err
	}
	db := &database{cluster, folder}
	defer func() {
		if err != nil {
			err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if _, missing := os.Stat(loaded); missing == nil {
		fmt.Fprintf(progress, "Measuring the data of an earlier run: %s\n", folder)
		return db, nil
	}
	fmt.Fprintf(progress, "Loading %s into %s …\n", content.says, folder)
	began := time.Now()
	if err := content.fill(ctx, cluster.OwnerURL(), localpg.AppRole); err != nil {
		return nil, err
	}
	// What is written down now is not written down while something is measured.
	if err := execute(ctx, cluster.AdminURL(), "CHECKPOINT"); err != nil {
		return nil, err
	}
	if err := os.WriteFile(loaded, nil, 0o600); err != nil {
		return nil, fmt.Errorf("marking the data as loaded: %w", err)
	}
	fmt.Fprintf(progress, "Loaded in %s.\n", time.Since(began).Round(time.Second))
	return db, nil
}

// fill migrates an empty database, loads it and brings its statistics and its
// visibility map up to date, as autovacuum would have in time.
func (d data) fill(ctx context.Context, ownerURL, appRole string) (err error) {
	db, err := connect(ownerURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := migrate.Up(ctx, db, migrations.Files, appRole, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	if err := d.load(ctx, db); err != nil {
		return err
	}
	for _, table := range []string{"business_units", "certificate_profiles", "seats", "enrollments", "enrollment_texts", "approvals", "seat_allocations", "seat_licenses"} {
		if _, err := db.ExecContext(ctx, "VACUUM (ANALYZE) "+table); err != nil {
			return fmt.Errorf("vacuuming %s: %w", table, err)
		}
	}
	return nil
}

// Room that a load takes, the write-ahead log included.
const (
	roomForAll = 1 << 30
	roomPerRow = 5 << 10
)

// checkRoom refuses when the disk that the data folder will lie on is too full.
func (d data) checkRoom(base string) error {
	if err := os.MkdirAll(base, 0o755); err != nil { //nolint:gosec // PostgreSQL runs as another user when root runs this, and must enter
		return fmt.Errorf("making the folder of the data; set %s: %w", dirVariable, err)
	}
	var disk syscall.Statfs_t
	if err := syscall.Statfs(base, &disk); err != nil {
		return fmt.Errorf("asking how much room %s has: %w", base, err)
	}
	free, needed := disk.Bavail*uint64(disk.Bsize), uint64(d.rows)*roomPerRow+roomForAll
	if free < needed {
		return fmt.Errorf("%s has %d MB free, and %s take up to %d MB: set %s to a folder on another disk, or load fewer", base, free>>20, d.says, needed>>20, dirVariable)
	}
	return nil
}

// connect makes a pool of connections to a database.
func connect(url string) (*sql.DB, error) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		return nil, fmt.Errorf("reading a database's address: %w", err)
	}
	return sql.OpenDB(connector), nil
}

// execute runs one statement on a connection of its own.
func execute(ctx context.Context, url, statement string) error {
	db, err := connect(url)
	if err != nil {
		return err
	}
	if _, err = db.ExecContext(ctx, statement); err != nil {
		err = fmt.Errorf("%s: %w", statement, err)
	}
	return errors.Join(err, db.Close())
}
