// Package inventory holds seats, enrollments and certificates, which change
// together: one file per business act, and what is read of them.
//
// Every act follows the same path: lock.go locks what it touches in one fixed
// order and writes down what has expired meanwhile; package lifecycle decides
// each item in memory; the act writes the winners by one statement per table;
// aftermath.go moves the counters last. A refused item never spoils its
// neighbours, and the number of statements does not grow with the items.
package inventory

import (
	"cmp"
	"context"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/issuer"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Inventory is the use cases and reads of seats and enrollments.
type Inventory struct {
	store    *store.Store
	keys     *sealed.Keys
	read     store.Reader
	scopes   *scope.Resolver
	units    *businessunit.Units
	profiles *profile.Profiles
	log      *auditlog.Log

	publicURL string
	issuers   map[lifecycle.Issuer]issuer.Issuer
	listers   []lister
	issuing   *job.Queue
	ordering  *job.Queue
	post      *job.Queue
	noMail    string

	patience time.Duration
	ended    *endings
	// linting has a place for each certificate that is judged at one time.
	linting chan struct{}
	samples samples
}

// Options are what an inventory reaches outside its database. The zero Options
// issue nothing and mail nobody.
type Options struct {
	// PublicURL is where people reach the server, without a slash at its end: links
	// begin with it.
	PublicURL string
	// Issuers are the certificate authorities that can be asked.
	Issuers map[lifecycle.Issuer]issuer.Issuer
	// Former are built-in authorities of before, which issue nothing any more; what
	// they have issued can be revoked.
	Former []*issuer.Private
	// Issuing and Ordering are where the jobs go that ask them: the built-in one, which
	// answers at once, and those of others. Nil when nothing is issued.
	Issuing, Ordering *job.Queue
	// Post is where the jobs go that send mails; nil when no mail is sent. Each mail
	// then says NoMail, or, when that is empty, that no mail server is set.
	Post   *job.Queue
	NoMail string
	// Patience is how long Redeem waits for a certificate authority; 0 means 10 s.
	Patience time.Duration
}

// New makes an inventory on a store, whose codes and secrets are sealed by the keys.
func New(s *store.Store, keys *sealed.Keys, scopes *scope.Resolver, units *businessunit.Units, profiles *profile.Profiles, log *auditlog.Log, o Options) *Inventory {
	return &Inventory{store: s, keys: keys, read: s.Read(), scopes: scopes, units: units, profiles: profiles, log: log,
		publicURL: o.PublicURL, issuers: o.Issuers, listers: listersOf(o), issuing: o.Issuing, ordering: o.Ordering, post: o.Post, noMail: cmp.Or(o.NoMail, noMailServer),
		patience: cmp.Or(o.Patience, usualPatience), ended: &endings{waiting: map[uuid.UUID]map[chan struct{}]bool{}}, linting: make(chan struct{}, runtime.GOMAXPROCS(0)), samples: samples{of: map[string]sample{}}}
}

// sight is what a viewer may see of enrollments: those of their business units,
// and of these all or the own ones only.
type sight struct {
	viewer viewer.Viewer
	scope  scope.Scope
	all    bool
	own    bool
}

// sightOf is what the context's viewer may see; of nobody, nothing.
func (i *Inventory) sightOf(ctx context.Context) (sight, error) {
	v, _ := viewer.From(ctx)
	sc, err := i.scopes.Of(ctx)
	return sight{viewer: v, scope: sc, all: v.May(lifecycle.ViewEnrollments), own: v.May(lifecycle.ViewOwnEnrollments)}, err
}

// none reports whether the viewer can see no enrollment at all.
func (s sight) none() bool { return !s.all && !s.own }

// condition is the SQL of a sight, under the alias e, and its arguments, whose
// placeholders begin after the given number.
func (s sight) condition(after int) (string, []any) {
	sql := []string{scope.Condition("e.business_unit_id", after+1)}
	args := []any{s.scope.Arg()}
	if !s.all {
		sql = append(sql, placeholders("e.requester_issuer = $? AND e.requester_subject = $?", after+1))
		args = append(args, s.viewer.Issuer, s.viewer.Subject)
	}
	return strings.Join(sql, " AND "), args
}
