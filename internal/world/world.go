// Package world makes small organisations for tests: business units, licences,
// profiles, seats and requests, through the use cases and never by SQL, so that
// what a test starts from is what the product makes.
//
// A builder that is refused fails the test: a test about a refusal calls the use
// case itself.
package world

import (
	"context"
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/house"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/sealed"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// Issuer is who signs the tokens of everybody in the world.
const Issuer = "https://id.example.com"

// PublicURL is where people would reach the world's server.
const PublicURL = "https://gatehouse.example.com"

// World is every use case over a database of the test's own, at an instant that
// stands still until the test moves it.
type World struct {
	*house.House

	DB    *testdb.DB
	Clock *Clock
	// Keys seal what the house may show again; with them a test reads what was mailed.
	Keys *sealed.Keys

	t testing.TB
}

// New makes an empty world. An option may change how its store is opened.
func New(t testing.TB, options ...func(*store.Options)) *World {
	t.Helper()
	w := &World{DB: testdb.New(t), Clock: &Clock{at: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}, Keys: Keys(t), t: t}
	o := store.Options{URL: w.DB.AppURL, Now: w.Clock.Now}
	for _, change := range options {
		change(&o)
	}
	s, err := store.Open(o)
	if err != nil {
		t.Fatalf("world: open the store: %v", err)
	}
	t.Cleanup(func() { _ = s.Close() }) // a test that closed it already has its reasons
	if w.House, err = house.Open(s, w.Keys, house.Options{Mails: true, PublicURL: PublicURL, Issuers: Authorities(t, w.Clock.Now())}); err != nil {
		t.Fatalf("world: open the house: %v", err)
	}
	return w
}

// Keys is a keyset of the test's own.
func Keys(t testing.TB) *sealed.Keys {
	t.Helper()
	keys, err := sealed.New()
	if err != nil {
		t.Fatalf("world: make a keyset: %v", err)
	}
	return keys
}

// Clock is set by the test.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass lets time pass.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Person is somebody with these roles in all business units.
func Person(subject string, roles ...lifecycle.Role) viewer.Viewer {
	return viewer.New(Issuer, subject, "Name of "+subject, subject+"@example.com", roles, viewer.Units{All: true})
}

// In is the person with a token that names these business units, by key or id,
// and no others; of none named, none.
func In(v viewer.Viewer, units ...string) viewer.Viewer {
	v.Units = viewer.Units{Names: units}
	return v
}

// Boss is the one who builds what a test does not ask about.
func Boss() viewer.Viewer { return Person("boss", lifecycle.Admin) }

// As is the context of a request by the viewer, with a request id of its own.
func (w *World) As(v viewer.Viewer) context.Context {
	return viewer.WithRequest(viewer.With(w.t.Context(), v), viewer.Request{ID: rand.Text(), Address: "192.0.2.1"})
}

// must fails the test when a builder's mutation was refused or failed.
func (w *World) must(what string, refusals []*refusal.Refusal, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("world: %s: %v", what, err)
	}
	for _, no := range refusals {
		w.t.Fatalf("world: %s: %v", what, no)
	}
}
