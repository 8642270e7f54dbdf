package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"gatehouse/internal/house"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/world"
)

// seedsAt is the variable by which this test binary becomes one that seeds the
// database of that address, so that a test can kill it.
const seedsAt = "GATEHOUSE_TEST_DEMO_SEEDS"

// The clocks of the tests: an ordinary one, and another day and hour.
var (
	noon  = time.Date(2026, 11, 22, 12, 5, 0, 0, time.UTC)
	later = time.Date(2027, 3, 2, 23, 40, 0, 0, time.UTC)
)

func TestMain(m *testing.M) {
	if url := os.Getenv(seedsAt); url != "" {
		if err := seedAt(context.Background(), url, later); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func seedAt(ctx context.Context, url string, now time.Time) error {
	s, err := store.Open(store.Options{URL: url, CacheStatements: true, Now: func() time.Time { return now }})
	if err != nil {
		return err
	}
	defer s.Close()
	keys, err := sealed.New()
	if err != nil {
		return err
	}
	h, err := house.Open(s, keys)
	if err != nil {
		return err
	}
	_, err = Seed(ctx, h)
	return err
}

// open opens the house over a database, at a time.
func open(t *testing.T, db *testdb.DB, now time.Time) *house.House {
	t.Helper()
	s, err := store.Open(store.Options{URL: db.AppURL, CacheStatements: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h, err := house.Open(s, world.Keys(t))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// killed seeds a database in another process and kills that, as kill -9 does, once
// the database has so many rows of a table.
func killed(t *testing.T, db *testdb.DB, table string, rows int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), program)
	child.Env = append(os.Environ(), seedsAt+"="+db.AppURL)
	child.Stderr = os.Stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	admin := db.Admin(t)
	for count(t, admin, `SELECT count(*) FROM `+table) < rows {
		time.Sleep(5 * time.Millisecond)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the seeding was over before it was killed")
	}
	// What the server was doing for it ends a moment later.
	for count(t, admin, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = '`+testdb.AppRole+`'`) > 0 {
		time.Sleep(5 * time.Millisecond)
	}
}
