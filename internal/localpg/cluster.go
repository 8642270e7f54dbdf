//go:build unix

// Package localpg runs a private PostgreSQL, so that a fresh clone needs no
// database to be set up. It finds PostgreSQL's programs (or obtains them), keeps
// one cluster per data folder, and ends it with the process that started it.
//
// The cluster listens on a Unix socket only, in a folder that nobody but its own
// user can enter, and asks every role for a password that was made at initdb: two
// locks, because a forgotten "trust" line is how local databases leak.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"
)

// The names inside every private cluster. The owner role owns the database and
// runs migrations; the app role owns nothing and is granted what a server needs.
const (
	OwnerRole = "gatehouse_owner"
	AppRole   = "gatehouse_app"
	Database  = "gatehouse"

	adminRole     = "gatehouse_admin"
	adminDatabase = "postgres"
)

// giveUpStopping bounds how long Stop waits for an orderly shutdown after which
// the cluster is ended without one; PostgreSQL recovers from that by itself.
const giveUpStopping = 30 * time.Second

// Options says which cluster to start.
type Options struct {
	// Dir is the data folder. Required, unless Throwaway is set: a throw-away
	// cluster makes its own folder and removes it, and must not be given one.
	Dir string
	// Binaries is the folder with PostgreSQL's programs; empty means find them.
	Binaries string
	// Throwaway trades durability for speed, allows 300 connections, and removes
	// the data when the cluster stops. For tests only.
	Throwaway bool
	// Log receives what an operator wants to know; nil means silence.
	Log *slog.Logger
}

// Cluster is a running private PostgreSQL.
type Cluster struct {
	folder     folder
	lock       *lock
	secrets    secrets
	socketDir  string
	postmaster *postmaster
	throwaway  bool
}

// Start brings the cluster of a data folder up and returns when it accepts
// connections. From nothing it runs initdb first; a postmaster that an earlier
// server left behind on this folder is shut down, and a crash is recovered from.
// It refuses, in one sentence and leaving nothing running, when another process
// uses the folder, when no usable PostgreSQL is found, when the data were made by
// another major version, or when the unprivileged user cannot reach the folder.
//
// Ending ctx while Start runs gives up; afterwards ctx has no effect. The caller
// must Stop the cluster; a process that dies without doing so takes it along.
func Start(ctx context.Context, opt Options) (_ *Cluster, err error) {
	log := opt.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	account, err := serverAccount()
	if err != nil {
		return nil, err
	}
	f, held, err := claim(opt, account)
	if err != nil {
		return nil, err
	}
	c := &Cluster{folder: f, lock: held, throwaway: opt.Throwaway}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.release())
		}
	}()

	wanted, err := f.majorVersion()
	if err != nil {
		return nil, err
	}
	where, err := usualPlaces()
	if err != nil {
		return nil, err
	}
	programs, err := findPrograms(ctx, opt.Binaries, where, wanted, account, log)
	if err != nil {
		return nil, err
	}
	if err := endLeftover(ctx, f.data(), log); err != nil {
		return nil, err
	}
	if c.socketDir, err = f.makeSocketDir(account); err != nil {
		return nil, err
	}
	if c.secrets, err = f.initialise(ctx, programs, account, opt.Throwaway); err != nil {
		return nil, err
	}
	began := time.Now()
	c.postmaster, err = startPostmaster(ctx, launch{
		folder: f, programs: programs, account: account, socketDir: c.socketDir,
		throwaway: opt.Throwaway, adminURL: c.AdminURL(),
	})
	if err != nil {
		return nil, err
	}
	if err := ensureRolesAndDatabase(ctx, c.AdminURL(), c.secrets); err != nil {
		return nil, errors.Join(err, c.postmaster.stop(context.WithoutCancel(ctx), true))
	}
	log.InfoContext(ctx, "private PostgreSQL is ready", "version", programs.version,
		"dir", f.dir, "user", account.name, "took", time.Since(began).Round(time.Millisecond).String())
	return c, nil
}

// claim settles which folder the cluster lives in and locks it for this process.
func claim(opt Options, a account) (folder, *lock, error) {
	switch {
	case opt.Throwaway && opt.Dir != "":
		return folder{}, nil, fmt.Errorf("a throw-away PostgreSQL removes its data folder, so it makes its own: it cannot be given %s", opt.Dir)
	case opt.Throwaway:
		return makeThrowawayFolder(throwawayBase(), a)
	case opt.Dir == "":
		return folder{}, nil, errors.New("the private PostgreSQL needs a data folder, and none was given")
	}
	f, err := makeFolder(opt.Dir, a)
	if err != nil {
		return folder{}, nil, err
	}
	held, err := acquireLock(f.lockFile())
	return f, held, err
}

// Stop ends the cluster: it disconnects every client, writes everything down, and
// returns once no process of it is left. When ctx ends first, or the orderly way
// takes longer than half a minute, it ends the cluster at once and lets the next
// start recover. A throw-away cluster goes at once, with its data. Calling Stop
// again does nothing.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.postmaster == nil {
		return nil // attached: it is somebody else's
	}
	ctx, cancel := context.WithTimeout(ctx, giveUpStopping)
	defer cancel()
	return errors.Join(c.postmaster.stop(ctx, c.throwaway), c.release())
}

// release gives back what the cluster held beside its process.
func (c *Cluster) release() error {
	var errs []error
	if c.socketDir != "" {
		errs = append(errs, c.folder.removeSocketDir(c.socketDir))
	}
	if c.throwaway {
		errs = append(errs, c.folder.remove())
	}
	return errors.Join(append(errs, c.lock.release())...)
}

// Dir is the data folder.
func (c *Cluster) Dir() string { return c.folder.dir }

// OwnerURL connects to the database as the role that owns it and migrates it.
func (c *Cluster) OwnerURL() string { return c.url(OwnerRole, c.secrets.Owner, Database) }

// AppURL connects to the database as the role that a server runs with.
func (c *Cluster) AppURL() string { return c.url(AppRole, c.secrets.App, Database) }

// AdminURL connects as the cluster's superuser, to the maintenance database.
func (c *Cluster) AdminURL() string { return c.url(adminRole, c.secrets.Admin, adminDatabase) }

// url names the socket's folder as a parameter, the one form that lib/pq, libpq
// and Atlas all read.
func (c *Cluster) url(role, password, database string) string {
	query := url.Values{}
	query.Set("host", c.socketDir)
	query.Set("port", socketPort)
	query.Set("sslmode", "disable")
	query.Set("connect_timeout", "10")
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, password),
		Path: "/" + database, RawQuery: query.Encode(),
	}
	return u.String()
}
