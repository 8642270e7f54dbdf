package inventory_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
	"gatehouse/internal/sealed"
)

const directory = "https://acme.example/directory"

// TestADirectoryHasOneAccount adds an account from many sides at once.
func TestADirectoryHasOneAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	s, ctx := inventory.NewACMEStore(w.Store, w.keys), t.Context()
	if _, found, err := s.Load(ctx, directory); err != nil || found {
		t.Fatalf("an account before there is one: %v, %v", found, err)
	}
	if err := s.Locate(ctx, directory, "https://acme.example/1"); err == nil {
		t.Error("an account that is not there was located")
	}
	var got [8]issuer.ACMEAccount
	var together sync.WaitGroup
	for n := range got {
		together.Go(func() {
			var err error
			if got[n], err = s.Add(ctx, issuer.ACMEAccount{Directory: directory, Key: fmt.Appendf(nil, "the private key of server %d", n)}); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	for _, a := range got {
		if !bytes.Equal(a.Key, got[0].Key) || a.Location != "" {
			t.Errorf("one has %q at %q, another %q", a.Key, a.Location, got[0].Key)
		}
	}
	if err := s.Locate(ctx, directory, "https://acme.example/1"); err != nil {
		t.Fatal(err)
	}
	a, found, err := s.Load(ctx, directory)
	if err != nil || !found || a.Location != "https://acme.example/1" || !bytes.Equal(a.Key, got[0].Key) || a.Directory != directory {
		t.Errorf("%+v, %v, %v", a, found, err)
	}
	if _, found, _ := s.Load(ctx, directory+"2"); found {
		t.Error("the account of another directory was found")
	}
	var cipher []byte
	if err := w.admin.QueryRow(`SELECT key_cipher FROM acme_accounts`).Scan(&cipher); err != nil || bytes.Contains(cipher, []byte("private key")) {
		t.Errorf("the key lies open: %q, %v", cipher, err)
	}
	if _, _, err := inventory.NewACMEStore(w.Store, keyset(t)).Load(ctx, directory); !errors.Is(err, sealed.ErrUnopened) {
		t.Errorf("another keyset opened it: %v", err)
	}
}

func TestAnswersToChallenges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 0)
	s, ctx := inventory.NewACMEStore(w.Store, w.keys), t.Context()
	is := func(token, want string) {
		t.Helper()
		got, found, err := s.Get(ctx, token)
		if err != nil || found != (want != "") || got != want {
			t.Errorf("%s is answered with %q, %v, %v; want %q", token, got, found, err, want)
		}
	}
	is("a", "")
	granted(t, s.Put(ctx, "a", "a.one"))
	granted(t, s.Put(ctx, "a", "a.two")) // after a crash
	granted(t, s.Put(ctx, "b", "b.one"))
	is("a", "a.two")
	is("b", "b.one")
	granted(t, s.Delete(ctx, "a"))
	granted(t, s.Delete(ctx, "a"))
	is("a", "")
	w.set(morning.Add(8 * day))
	is("b", "b.one")
	granted(t, s.Put(ctx, "c", "c.one")) // and what a crash has left is forgotten
	is("b", "")
	is("c", "c.one")
	var entries int
	if err := w.admin.QueryRow(`SELECT count(*) FROM audit_entries WHERE resource_type NOT IN ('BUSINESS_UNIT', 'SEAT_LICENSE', 'SEAT_ALLOCATION')`).Scan(&entries); err != nil {
		t.Fatal(err)
	}
	if entries != 0 {
		t.Errorf("%d entries tell of it", entries)
	}
}
