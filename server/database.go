package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// connectTimeout bounds how long a command waits for a database that does not
// answer, unless the URL says otherwise.
const connectTimeout = 10 * time.Second

// openDatabase is for the commands that look at the database from outside; the
// product's own pool is the store's. It connects to the database that a setting names, and proves it by
// one round trip. It refuses with a sentence that names the setting, the place
// and the cause, never the password: lib/pq's own errors about a URL quote it.
func openDatabase(ctx context.Context, setting, url string) (*sql.DB, error) {
	config, err := pq.NewConfig(url)
	if err != nil {
		return nil, fmt.Errorf("%s is not an address of PostgreSQL; it looks like postgres://role:password@host:5432/gatehouse?sslmode=verify-full", setting)
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, fmt.Errorf("%s has a parameter that cannot be used", setting)
	}
	db := sql.OpenDB(connector)
	if err := db.PingContext(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, errors.Join(ctx.Err(), db.Close())
		}
		return nil, errors.Join(fmt.Errorf("the database of %s (%s) cannot be used: %s", setting, place(config), because(err)), db.Close())
	}
	return db, nil
}

// sessionURL is the address with what every connection of the product's pool is
// opened with; what the address says by itself stays. Behind a pooler, where the
// statement cache is off, the timeout is left out: a pooler refuses parameters
// that it does not know, and the role has to carry it (ALTER ROLE … SET).
func (d databaseSettings) sessionURL(url string) string {
	url = withParameter(url, "application_name", "gatehouse")
	url = withParameter(url, "connect_timeout", strconv.Itoa(int(connectTimeout.Seconds())))
	if d.StatementCache {
		url = withParameter(url, "statement_timeout", strconv.FormatInt(d.longestStatement().Milliseconds(), 10))
		url = withParameter(url, "lock_timeout", strconv.FormatInt(d.LockTimeout.Milliseconds(), 10))
		// A page's statement has many branches of which a few rows each are read: to
		// compile it takes a hundred times as long as to run it.
		url = withParameter(url, "jit", "off")
		// To plan it anew for each page took up to 5 ms among a million rows, where to run
		// it takes less than one: the plan that is kept for every page reads as little.
		url = withParameter(url, "plan_cache_mode", "force_generic_plan")
	}
	return url
}

// withParameter adds a parameter to an address of either form, a URL or a list of
// key=value. The URL is not parsed: net/url refuses one with several hosts.
func withParameter(url, name, value string) string {
	isURL := strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
	switch {
	case strings.Contains(url, name+"="):
		return url
	case !isURL:
		return url + " " + name + "=" + value
	case strings.Contains(url, "?"):
		return url + "&" + name + "=" + value
	}
	return url + "?" + name + "=" + value
}

// place says which database is meant, without the password.
func place(c pq.Config) string {
	return fmt.Sprintf("database %s at %s as role %s", c.Database, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), c.User)
}

// because puts the usual reasons why no connection comes about into words.
// PostgreSQL's and the system's own words follow where they add something; they
// never hold a password.
func because(err error) string {
	var told *pq.Error
	if errors.As(err, &told) {
		switch told.Code {
		case "28P01":
			return "the password is wrong"
		case "28000":
			return "PostgreSQL does not let this role in from here: " + told.Message
		case "3D000":
			return "there is no such database"
		case "53300":
			return "PostgreSQL has no connection left"
		case "57P03":
			return "PostgreSQL is starting or stopping"
		}
		return told.Message
	}
	var network *net.OpError
	if errors.As(err, &network) {
		return "nothing answers there (" + network.Err.Error() + ")"
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "it did not answer in time"
	}
	return err.Error()
}
