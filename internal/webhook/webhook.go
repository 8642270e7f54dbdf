// Package webhook tells addresses of changes, as the Standard Webhooks specification
// says (https://www.standardwebhooks.com).
//
// Gather walks over the events behind each webhook's position and queues a delivery
// for each one that the webhook asks for and its owner may see, exactly once. A job
// then has a round with one webhook: it sends what is due, two at a time, and writes
// down what came of it. One webhook has one round at a time, and one owner's webhooks
// two, so that receivers that are slow or dead keep nobody else waiting. Messages arrive at least once, under the
// same id each time, and not always in order: the cursor in them tells the order.
package webhook

import (
	"crypto/x509"
	"net"
	"sync/atomic"

	"gatehouse/internal/job"
	"gatehouse/internal/receiver"
	"gatehouse/internal/scope"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
)

// Options are what webhooks reach outside the database.
type Options struct {
	// AllowPrivate: addresses in private ranges and http are called, too; of the local
	// link none is.
	AllowPrivate bool
	// Roots are trusted for TLS instead of the system's, and Resolver finds the
	// addresses of names; nil: the system's. Tests set them.
	Roots    *x509.CertPool
	Resolver *net.Resolver
}

// Webhooks is the use cases and reads of webhooks.
type Webhooks struct {
	store  *store.Store
	read   store.Reader
	keys   *sealed.Keys
	scopes *scope.Resolver
	queue  *job.Queue
	client *receiver.Client
	// replaying is how far this server has come with webhooks that are replayed. Each
	// server goes its own way: whatever that is, nobody is passed over for long.
	replaying atomic.Int64
}

// New makes them on a store; keys seal their secrets, and queue is where rounds wait.
func New(s *store.Store, keys *sealed.Keys, scopes *scope.Resolver, queue *job.Queue, o Options) *Webhooks {
	return &Webhooks{store: s, read: s.Read(), keys: keys, scopes: scopes, queue: queue,
		client: receiver.New(receiver.Options{AllowPrivate: o.AllowPrivate, Roots: o.Roots, Resolver: o.Resolver})}
}

// mostWebhooks is how many one person may have.
const mostWebhooks = 100

// secretColumn is where a secret is sealed for.
const secretColumn = "secret_cipher"
