// Package testdb gives every test a migrated PostgreSQL database of its own, in
// about a tenth of a second, so that tests run in parallel against the real thing.
//
// The databases are copies of a template, which is built once per content of
// migrations/. They live in the cluster that GATEHOUSE_TEST_CLUSTER names by a
// superuser's URL (make test starts one for all packages); without it, the test
// binary starts a throw-away cluster of its own that ends with it. Either way a
// test calls New and nothing else.
package testdb

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/lib/pq"
)

// DB is the database of one test. It is dropped when the test ends.
type DB struct {
	// Name is the database's name in its cluster.
	Name string
	// AppURL connects as the role that a server runs with, OwnerURL as the one that
	// migrates, AdminURL as the cluster's superuser.
	AppURL, OwnerURL, AdminURL string
}

// New gives the test a database with every migration applied, in which a commit
// that changes an audited row without an audit entry fails (see audited.go).
func New(t testing.TB) *DB {
	t.Helper()
	template, err := migratedTemplate()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return create(t, func(c *cluster, name string) error { return c.copyTemplate(t.Context(), template, name) })
}

// Empty gives the test a database without any table, for tests of the migrations
// themselves.
func Empty(t testing.TB) *DB {
	t.Helper()
	return create(t, func(c *cluster, name string) error { return c.createEmpty(t.Context(), name) })
}

func create(t testing.TB, fill func(*cluster, string) error) *DB {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	name := "gatehouse_test_" + strings.ToLower(rand.Text())
	if err := fill(c, name); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended. FORCE, because a server that the test
		// started may still be letting go of its connections.
		if _, err := c.admin.ExecContext(context.Background(), `DROP DATABASE `+pq.QuoteIdentifier(name)+` WITH (FORCE)`); err != nil {
			t.Errorf("testdb: dropping %s: %v", name, err)
		}
	})
	return &DB{
		Name:     name,
		AppURL:   c.url(url.UserPassword(AppRole, c.password(AppRole)), name),
		OwnerURL: c.url(url.UserPassword(OwnerRole, c.password(OwnerRole)), name),
		AdminURL: c.url(c.address.User, name),
	}
}

// Open connects as the role that a server runs with.
func (db *DB) Open(t testing.TB) *sql.DB { t.Helper(); return open(t, db.AppURL) }

// Owner connects as the role that owns the tables.
func (db *DB) Owner(t testing.TB) *sql.DB { t.Helper(); return open(t, db.OwnerURL) }

// Admin connects as the cluster's superuser.
func (db *DB) Admin(t testing.TB) *sql.DB { t.Helper(); return open(t, db.AdminURL) }

// open closes the pool before the database is dropped: cleanups run last in,
// first out.
func open(t testing.TB, url string) *sql.DB {
	t.Helper()
	connector, err := pq.NewConnector(url)
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	pool := sql.OpenDB(connector)
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("testdb: closing a pool: %v", err)
		}
	})
	return pool
}

// url is the cluster's address for another role and database.
func (c *cluster) url(user *url.Userinfo, database string) string {
	address := *c.address
	address.User, address.Path = user, "/"+database
	return address.String()
}

func (c *cluster) createEmpty(ctx context.Context, name string) error {
	return c.retry(func() error { return c.newDatabase(ctx, name) })
}

func (c *cluster) copyTemplate(ctx context.Context, template, name string) error {
	statement := fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s OWNER %s`,
		pq.QuoteIdentifier(name), pq.QuoteIdentifier(template), pq.QuoteIdentifier(OwnerRole))
	if c.version >= 15_00_00 {
		// Copies block by block through the log, without the two checkpoints that
		// copying files needs.
		statement += ` STRATEGY WAL_LOG`
	}
	return c.retry(func() error {
		_, err := c.admin.ExecContext(ctx, statement)
		return err
	})
}
