package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"gatehouse/internal/devmailbox"
	"gatehouse/internal/migrate"
)

// devCommand runs everything for development, and needs nothing set.
type devCommand struct{}

// Run opens the database (a private PostgreSQL unless DATABASE_URL names one),
// brings it to this binary's migrations, fills it with the demo organisation when
// it is empty, and serves with a development key until it is told to stop. It
// leaves nothing running behind. It refuses an address that other machines reach,
// because it hands out tokens to everyone.
func (devCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	if err := refuse("dev", c.forDev()); err != nil {
		return err
	}
	log := newLogger(h.stderr, c.LogLevel, isTerminal(h.stderr))
	stop, release := onSignals(ctx)
	defer release()
	defer func() { err = stop.explain(err) }()
	dir, err := c.dataDir()
	if err != nil {
		return err
	}
	// The address goes first: a port in use should not cost the start of a database.
	listener, err := listen(stop.gently, c.Addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closed(listener)) }()
	dbs, err := c.openDatabases(stop.gently, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dbs.close(stop.atOnce)) }()
	key, err := openDevKey(dir)
	if err != nil {
		return err
	}
	keys, err := c.keysForDev()
	if err != nil {
		return err
	}
	o := c.opening(dbs.appURL, keys, h.clock, log)
	o.publicURL = c.links(listener.Addr())
	o.webhooks.AllowPrivate = true // a receiver of somebody who tries things out is on their machine
	if o.mails, err = c.mailsForDev(); err != nil {
		return err
	}
	if o.authorities, err = c.authoritiesForDev(h.clock(), o.publicURL); err != nil {
		return err
	}
	p, err := prepare(stop.gently, build, dbs, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	v, err := key.verifier(h.clock)
	if err != nil {
		return err
	}
	a := app{
		config: c, verifier: v, log: log, clock: h.clock,
		mint: func(g devGrant) (string, time.Time, error) { return key.mint(g, h.clock()) },
	}
	return a.serve(stop, listener, p, func() { welcome(h, listener.Addr(), mailsAre(c, o, listener.Addr()), dbs.where) })
}

// prepare brings the database to the point where requests can be answered, and
// opens the product over it.
func prepare(ctx context.Context, build house, dbs *databases, o opening) (product, error) {
	if err := migrated(ctx, build, dbs, o.log); err != nil {
		return product{}, err
	}
	o.log.InfoContext(ctx, "looking for the demo organisation; making it takes some seconds the first time")
	began := o.clock()
	seeded, err := build.seed(ctx, o)
	if err != nil {
		return product{}, fmt.Errorf("the demo organisation could not be made: %w", err)
	}
	if seeded {
		o.log.InfoContext(ctx, "made the demo organisation", "took", o.clock().Sub(began).Round(time.Millisecond).String())
	}
	return build.open(ctx, o)
}

// migrated applies the migrations as the role that owns the tables; without its
// address it can only look whether something is missing.
func migrated(ctx context.Context, build house, dbs *databases, log *slog.Logger) error {
	if dbs.owner != nil {
		_, err := migrate.Up(ctx, dbs.owner, build.migrations, dbs.appRole, log)
		return err
	}
	status, err := migrate.ReadStatus(ctx, dbs.app, build.migrations)
	if err != nil {
		return err
	}
	if err := status.Ready(); err != nil {
		return fmt.Errorf("%w (or set MIGRATE_DATABASE_URL, and dev does it)", err)
	}
	return nil
}

// welcome tells a person, in a few lines, where everything is.
func welcome(h host, address net.Addr, mailsAre, where string) {
	fmt.Fprintf(h.stdout, `
Gatehouse is ready.

  GraphiQL   http://%[1]s/         sign in there as any role
  API        http://%[1]s/graphql  its contract: /schema.graphqls
  Mailbox    %[4]s
  A token    %[2]s token --role ADMIN
  Data       %[3]s
  Stop       Ctrl-C

`, address, program(), where, mailsAre)
}

// mailsAre tells where the mails are.
func mailsAre(c *config, o opening, address net.Addr) string {
	if o.mails.mailbox == nil {
		return "none: mails go to the mail server of GATEHOUSE_SMTP_URL, from " + c.MailFrom
	}
	return "http://" + address.String() + devmailbox.Page + "  the mails that would have been sent"
}

// program is how this program was started, as a person would type it again.
func program() string {
	if name := os.Args[0]; !strings.Contains(name, "go-build") {
		return name
	}
	return "go run ./server"
}

// closed closes a listener that serving may have closed before.
func closed(l net.Listener) error {
	if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// isTerminal reports whether a person is at the other end; /dev/null is a device
// too, and nobody.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
