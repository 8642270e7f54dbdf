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

// The variables by which this test binary becomes one that seeds the database of
// that address with those keys, so that a test can kill it.
const (
	seedsAt   = "GATEHOUSE_TEST_DEMO_SEEDS"
	seedsWith = "GATEHOUSE_TEST_DEMO_KEYSET"
)

// The clocks of the tests: an ordinary one, and another day and hour.
var (
	noon  = time.Date(2026, 11, 22, 12, 5, 0, 0, time.UTC)
	later = time.Date(2027, 3, 2, 23, 40, 0, 0, time.UTC)
)

func TestMain(m *testing.M) {
	if url := os.Getenv(seedsAt); url != "" {
		if err := seedAt(context.Background(), url, os.Getenv(seedsWith), later); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func seedAt(ctx context.Context, url, keyset string, now time.Time) error {
	s, err := store.Open(store.Options{URL: url, CacheStatements: true, Now: func() time.Time { return now }})
	if err != nil {
		return err
	}
	defer s.Close()
	keys, err := sealed.Read([]byte(keyset))
	if err != nil {
		return err
	}
	_, err = Seed(ctx, s, keys)
	return err
}

// organisation is a database that is to have the organisation, and what its codes
// and links are sealed with.
type organisation struct {
	*testdb.DB
	keys *sealed.Keys
}

func newOrganisation(t *testing.T) organisation {
	t.Helper()
	return organisation{testdb.New(t), world.Keys(t)}
}

// seed seeds it at a time.
func (o organisation) seed(t *testing.T, now time.Time) (made bool, err error) {
	t.Helper()
	return Seed(t.Context(), o.open(t, now).Store, o.keys)
}

// open opens the house over it, at a time.
func (o organisation) open(t *testing.T, now time.Time) *house.House {
	t.Helper()
	s, err := store.Open(store.Options{URL: o.AppURL, CacheStatements: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h, err := house.Open(s, o.keys, house.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// killed seeds a database in another process and kills that, as kill -9 does, once
// the database has so many rows of a table.
func killed(t *testing.T, db organisation, table string, rows int) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), program)
	keyset, err := db.keys.JSON()
	if err != nil {
		t.Fatal(err)
	}
	child.Env = append(os.Environ(), seedsAt+"="+db.AppURL, seedsWith+"="+string(keyset))
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
