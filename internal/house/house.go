// Package house puts the use cases together over one store: for the server, for
// the demo data, and for tests.
package house

import (
	"time"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/bulk"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/export"
	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/profile"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/view"
	"gatehouse/internal/webhook"
)

// House is every use case of the product.
type House struct {
	Store     *store.Store
	Scopes    *scope.Resolver
	Units     *businessunit.Units
	Licences  *licence.Licences
	Profiles  *profile.Profiles
	Inventory *inventory.Inventory
	Log       *auditlog.Log
	Views     *view.Views
	Jobs      *bulk.Jobs
	Exports   *export.Exports
	Webhooks  *webhook.Webhooks
	Feed      *live.Feed

	// Bulk is the queue of the batches of jobs that people start, and Hooks that of
	// deliveries to webhooks.
	Bulk, Hooks *job.Queue
	// Issuing, Ordering and Post are the queues of the jobs that ask the built-in
	// certificate authority, that ask those of others, and that send mails. Each has a
	// worker of its own, so that neither a mail server nor an authority that does not
	// answer keeps others from their certificates.
	Issuing, Ordering, Post *job.Queue
}

// Options are what a house reaches outside its database. The zero Options issue
// nothing and mail nobody.
type Options struct {
	// PublicURL is where people reach the server: links begin with it.
	PublicURL string
	// Issuers are the certificate authorities that can be asked.
	Issuers map[lifecycle.Issuer]issuer.Issuer
	// Former are built-in authorities of before, whose lists of revoked certificates
	// are still signed.
	Former []*issuer.Private
	// Mails: mails are put in the queue. Otherwise they are kept as FAILED, and say
	// why: with NoMail, or that no mail server is set.
	Mails  bool
	NoMail string
	// Webhooks are what webhooks reach outside the database.
	Webhooks webhook.Options
	// Patience is how long a redemption waits for its authority; 0 means 10 s.
	Patience time.Duration
}

// Open puts them over a store; keys seal what may be shown again.
func Open(s *store.Store, keys *sealed.Keys, o Options) (*House, error) {
	scopes, err := scope.NewResolver(s.Read())
	if err != nil {
		return nil, err
	}
	units := businessunit.New(s, scopes)
	profiles := profile.New(s, scopes, units)
	log := auditlog.New(s, scopes)
	h := &House{
		Store: s, Scopes: scopes, Units: units, Licences: licence.New(s, scopes, units), Profiles: profiles, Log: log,
		Issuing: job.NewQueue(s), Ordering: job.NewQueue(s), Post: job.NewQueue(s),
	}
	outside := inventory.Options{PublicURL: o.PublicURL, Issuers: o.Issuers, Former: o.Former, Issuing: h.Issuing, Ordering: h.Ordering, NoMail: o.NoMail, Patience: o.Patience}
	if o.Mails {
		outside.Post = h.Post
	}
	h.Inventory = inventory.New(s, keys, scopes, units, profiles, log, outside)
	h.Bulk, h.Hooks = job.NewQueue(s), job.NewQueue(s)
	h.Views = view.New(s, scopes, units, h.Inventory, log)
	h.Jobs = bulk.New(s, scopes, h.Views, h.Inventory, h.Bulk)
	h.Exports = export.New(s, units, h.Views, h.Inventory, log, h.Jobs, o.PublicURL)
	h.Webhooks = webhook.New(s, keys, scopes, h.Hooks, o.Webhooks)
	h.Feed = live.New(s, scopes, h.Licences, live.Options{})
	return h, nil
}
