package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gatehouse/internal/migrate"
	"gatehouse/internal/sealed"
)

// serveCommand runs the server for production.
type serveCommand struct{}

// Run serves until it is told to stop. Before that it refuses, in this order: all
// missing and unsafe settings at once; a certificate authority whose key and chain
// do not fit; a key set or a database that does not answer; a database that is not exactly at this binary's migrations; a role that
// could change the audit; an address in use. It changes nothing in the database
// by itself: migrations are `migrate up`'s, with another role.
func (serveCommand) Run(ctx context.Context, c *config, h host, build house) (err error) {
	if err := refuse("serve", c.forServe()); err != nil {
		return err
	}
	log := newLogger(h.stderr, c.LogLevel, false)
	stop, release := onSignals(ctx)
	defer release()
	defer func() { err = stop.explain(err) }()
	keys, err := c.keys()
	if err != nil {
		return err
	}
	mails, err := c.mails()
	if err != nil {
		return err
	}
	authorities, err := c.authorities(h.clock())
	if err != nil {
		return err
	}
	v, err := c.productionVerifier(stop.gently, log, h.clock)
	if err != nil {
		return err
	}
	if err := c.checkDatabase(stop.gently, build); err != nil {
		return err
	}
	listener, err := listen(stop.gently, c.Addr)
	if err != nil {
		return err
	}
	o := c.opening(c.DatabaseURL, keys, h.clock, log)
	o.publicURL, o.mails, o.authorities = c.links(listener.Addr()), mails, authorities
	o.webhooks.AllowPrivate = c.WebhookAllowPrivate
	tellWhatIsMissing(stop.gently, o)
	p, err := build.open(stop.gently, o)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, p.close()) }()
	a := app{config: c, verifier: v, log: log, clock: h.clock}
	return a.serve(stop, listener, p, func() {
		log.InfoContext(stop.gently, "serving", "address", listener.Addr().String(), "publicUrl", o.publicURL, "graphiql", c.GraphiQL)
	})
}

// tellWhatIsMissing logs what this server will not do, since nobody set it up. The
// rest works without.
func tellWhatIsMissing(ctx context.Context, o opening) {
	if o.authorities.private == nil {
		o.log.WarnContext(ctx, "no built-in certificate authority is set up (GATEHOUSE_CA_KEY_FILE, GATEHOUSE_CA_CHAIN): enrollments of profiles with issuer BUILT_IN cannot be redeemed")
	}
	tellWhatIsNotPublished(ctx, o)
	if o.authorities.acme == nil {
		o.log.InfoContext(ctx, "no public certificate authority is set up (GATEHOUSE_ACME_DIRECTORY): enrollments of profiles with issuer ACME cannot be redeemed")
	}
	if o.mails.sender == nil {
		o.log.WarnContext(ctx, "no mail server is set (GATEHOUSE_SMTP_URL): no mail is sent, and each says so")
	}
}

// checkDatabase refuses a database that is not exactly at this binary's
// migrations, and a role that could change the audit.
func (c *config) checkDatabase(ctx context.Context, build house) (err error) {
	db, err := openDatabase(ctx, "DATABASE_URL", c.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	status, err := migrate.ReadStatus(ctx, db, build.migrations)
	if err != nil {
		return err
	}
	if err := status.Ready(); err != nil {
		return err
	}
	return migrate.GuardAudit(ctx, db)
}

// answerMargin is how much longer than a statement may take its answer is waited
// for: the database tells of its own timeout, and only its silence is left over.
const answerMargin = 5 * time.Second

// opening is what the product is opened with under these settings.
func (d databaseSettings) opening(url string, keys *sealed.Keys, clock func() time.Time, log *slog.Logger) opening {
	t, _ := d.timeouts() // checked with the other settings
	return opening{url: d.sessionURL(url), keys: keys, connections: d.DatabaseConnections, cacheStatements: d.StatementCache, timeouts: t.forViewer, patience: t.longest() + answerMargin, clock: clock, log: log}
}
