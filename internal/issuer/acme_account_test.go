package issuer_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/issuer"
)

// TestServersShareOneAccount begins with several at once.
func TestServersShareOneAccount(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	var together sync.WaitGroup
	for _, host := range []string{"a.example.com", "b.example.com", "c.example.com"} {
		a := p.client(t, nil)
		o := orderFor(t, a, keys()["EC_P256"], host)
		together.Go(func() {
			if _, err := a.Issue(t.Context(), o, nil, new(keeper).keep); err != nil {
				t.Error(err)
			}
		})
	}
	together.Wait()
	if len(p.accounts) != 1 || p.accounts[p.directory].Location == "" {
		t.Errorf("kept are %d accounts, known as %q", len(p.accounts), p.accounts[p.directory].Location)
	}
}

// TestAnAuthorityThatForgotUsKnowsUsAnew: its memory is another's, its address the same.
func TestAnAuthorityThatForgotUsKnowsUsAnew(t *testing.T) {
	t.Parallel()
	before, p := startPebble(t), startPebble(t)
	old := before.client(t, nil)
	if _, err := old.Issue(t.Context(), orderFor(t, old, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep); err != nil {
		t.Fatal(err)
	}
	account := before.accounts[before.directory]
	account.Directory = p.directory
	account.Location = strings.TrimSuffix(p.directory, "/dir") + account.Location[strings.Index(account.Location, "/my-account/"):]
	p.accounts[p.directory] = account
	a := p.client(t, nil)
	got, err := a.Issue(t.Context(), orderFor(t, a, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep)
	if err != nil {
		t.Fatal(err)
	}
	p.checked(t, got, keys()["EC_P256"], "www.example.com")
	if string(p.accounts[p.directory].Key) != string(account.Key) {
		t.Error("the account has another key")
	}
}

func TestAnAccountIsBoundToTheOperatorsOwn(t *testing.T) {
	t.Parallel()
	const key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
	p := startPebble(t, "kid-1", key)
	unbound := p.client(t, nil)
	_, err := unbound.Issue(t.Context(), orderFor(t, unbound, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep)
	if no := (*issuer.No)(nil); !errors.As(err, &no) || !strings.Contains(no.Reason, "this server's account") {
		t.Errorf("without a binding: %v", err)
	}
	bound := p.client(t, func(o *issuer.ACMEOptions) { o.EABKeyID, o.EABKey = "kid-1", key })
	if _, err := bound.Issue(t.Context(), orderFor(t, bound, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep); err != nil {
		t.Error(err)
	}
}
