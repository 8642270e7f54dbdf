package testdb

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/localpg"
)

// ClusterVariable names the cluster to use, by the URL of a superuser.
const ClusterVariable = "GATEHOUSE_TEST_CLUSTER"

// The roles of every test database. They have names of their own, so that a cluster
// that also serves something else keeps its roles to itself.
const (
	OwnerRole = "gatehouse_test_owner"
	AppRole   = "gatehouse_test_app"
)

// setUpLock is the advisory lock under which the test binaries that share a cluster
// make its roles and templates.
const setUpLock = 0x7465_7374 // "test"

// cluster is where this process's test databases live.
type cluster struct {
	address *url.URL
	admin   *sql.DB
	version int // as server_version_num
}

// shared is the one cluster of this process, found or started by the first test
// that asks. Nothing ends a cluster that was started here but the end of the
// process, to which it is tied: no test can know that it is the last.
var shared = sync.OnceValues(func() (*cluster, error) {
	ctx := context.Background()
	address := os.Getenv(ClusterVariable)
	if address == "" {
		own, err := localpg.Start(ctx, localpg.Options{Throwaway: true})
		if err != nil {
			return nil, err
		}
		address = own.AdminURL()
	}
	return connect(ctx, address)
})

// connect makes a cluster ready for test databases.
func connect(ctx context.Context, address string) (_ *cluster, err error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.User == nil {
		return nil, fmt.Errorf("%s must be a URL with a superuser's name: postgres://user:password@/postgres?host=/folder", ClusterVariable)
	}
	connector, err := pq.NewConnector(address)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", ClusterVariable, err)
	}
	c := &cluster{address: parsed, admin: sql.OpenDB(connector)}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.admin.Close())
		}
	}()
	// Copying a database is work for the disk: more at once are not quicker.
	c.admin.SetMaxOpenConns(4)
	if err := c.admin.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int`).Scan(&c.version); err != nil {
		return nil, fmt.Errorf("connecting to the test cluster: %w", err)
	}
	err = c.locked(ctx, func() error {
		for _, role := range []string{OwnerRole, AppRole} {
			if err := localpg.EnsureRole(ctx, c.admin, role, c.password(role)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// password is what every test binary derives alike for a role, and nobody can who
// does not have the superuser's URL.
func (c *cluster) password(role string) string {
	mac := hmac.New(sha256.New, []byte(c.address.User.String()))
	mac.Write([]byte(role))
	return hex.EncodeToString(mac.Sum(nil))
}

func (c *cluster) newDatabase(ctx context.Context, name string) error {
	return localpg.CreateDatabase(ctx, c.admin, name, OwnerRole)
}

// locked runs fn while no other test binary is setting the cluster up.
func (c *cluster) locked(ctx context.Context, fn func() error) (err error) {
	conn, err := c.admin.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connecting to the test cluster: %w", err)
	}
	// The lock belongs to the session, which ends here: that frees it.
	defer func() {
		_, unlock := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, setUpLock)
		err = errors.Join(err, unlock, conn.Close())
	}()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, setUpLock); err != nil {
		return fmt.Errorf("waiting for other tests to set the cluster up: %w", err)
	}
	return fn()
}

// retry repeats what fails only because somebody else is copying the same template
// at this moment (55006, object_in_use).
func (c *cluster) retry(fn func() error) error {
	for attempt := 1; ; attempt++ {
		err := fn()
		var answer *pq.Error
		if err == nil || attempt == 20 || !errors.As(err, &answer) || answer.Code != "55006" {
			return err
		}
		time.Sleep(time.Duration(attempt) * 10 * time.Millisecond)
	}
}
