package issuer_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/issuer"
)

// orderFor is a prepared order for hosts.
func orderFor(t *testing.T, a *issuer.ACME, key crypto.Signer, hosts ...string) issuer.Order {
	t.Helper()
	o := issuer.Order{DNSNames: hosts, CSR: request(key, x509.CertificateRequest{DNSNames: hosts})}
	if err := a.Prepare(&o, noon, 90*24*time.Hour); err != nil {
		t.Fatal(err)
	}
	return o
}

// checked fails unless an answer is a certificate for the hosts and the key that
// Pebble's root vouches for, with the chain to it.
func (p *pebble) checked(t *testing.T, got issuer.Certificate, key crypto.Signer, hosts ...string) *x509.Certificate {
	t.Helper()
	c := must(x509.ParseCertificate(got.DER))
	if public := key.Public().(interface{ Equal(crypto.PublicKey) bool }); !public.Equal(c.PublicKey) {
		t.Error("the certificate is for another key")
	}
	if !slices.Equal(slices.Sorted(slices.Values(c.DNSNames)), slices.Sorted(slices.Values(hosts))) {
		t.Errorf("the certificate is for %v, want %v", c.DNSNames, hosts)
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(must(x509.ParseCertificate(p.ca.GetRootCert(0).DER)))
	for _, der := range got.Chain {
		between.AddCert(must(x509.ParseCertificate(der)))
	}
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: c.NotBefore.Add(time.Hour)}); err != nil {
		t.Error(err)
	}
	return c
}

func TestACertificateByHTTP(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, nil)
	for _, kind := range []string{"EC_P256", "RSA_2048"} {
		key, hosts := keys()[kind], []string{"www.example.com", strings.ToLower(strings.ReplaceAll(kind, "_", "-")) + ".example.com"}
		var k keeper
		got, err := a.Issue(t.Context(), orderFor(t, a, key, hosts...), nil, k.keep)
		if err != nil {
			t.Fatal(err)
		}
		p.checked(t, got, key, hosts...)
		if !strings.Contains(string(k.progress), "/my-order/") {
			t.Errorf("kept is %s", k.progress)
		}
	}
	if p.waiting() != 0 {
		t.Errorf("%d challenges are still answered", p.waiting())
	}
	if n := p.count("/sign-me-up"); n != 1 {
		t.Errorf("%d accounts were opened", n)
	}
}

func TestACertificateByDNS(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	var mu sync.Mutex
	var calls, environment []string
	program := p.program(t, func(arguments, env []string) string {
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, arguments[0]+" "+arguments[1])
		environment = env
		return ""
	})
	a := p.client(t, func(o *issuer.ACMEOptions) { o.DNSCommand = program })
	key, hosts := keys()["EC_P384"], []string{"example.org", "*.example.org", "www.example.net"}
	got, err := a.Issue(t.Context(), orderFor(t, a, key, hosts...), nil, new(keeper).keep)
	if err != nil {
		t.Fatal(err)
	}
	p.checked(t, got, key, hosts...)
	slices.Sort(calls)
	if want := []string{"cleanup _acme-challenge.example.org.", "cleanup _acme-challenge.example.org.", "cleanup _acme-challenge.www.example.net.",
		"present _acme-challenge.example.org.", "present _acme-challenge.example.org.", "present _acme-challenge.www.example.net."}; !slices.Equal(calls, want) {
		t.Errorf("the program was run with %q", calls)
	}
	for _, setting := range environment {
		if strings.HasPrefix(setting, "PEBBLE_") || strings.HasPrefix(setting, "GATEHOUSE_") || strings.HasPrefix(setting, "DATABASE_") {
			t.Errorf("the program sees the server's setting %s", setting)
		}
	}
}

func TestAProgramThatFailsSaysWhy(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, func(o *issuer.ACMEOptions) {
		o.DNSCommand = p.program(t, func([]string, []string) string { return "the zone is locked" })
	})
	_, err := a.Issue(t.Context(), orderFor(t, a, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep)
	if err == nil || errors.As(err, new(*issuer.No)) || !strings.Contains(err.Error(), "the zone is locked") || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("%v", err)
	}
}

// TestACrashMakesNoSecondCertificate ends a call at each point at which a server
// may die, by a context that is cancelled before Pebble's answer arrives, and calls
// again with what was kept.
func TestACrashMakesNoSecondCertificate(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/sign-me-up", "/order-plz", "/authZ", "/chalZ", "/my-order", "/finalize-order", "/certZ"} {
		t.Run(strings.TrimPrefix(path, "/"), func(t *testing.T) {
			t.Parallel()
			p := startPebble(t)
			a, key := p.client(t, nil), keys()["EC_P256"]
			o := orderFor(t, a, key, "www.example.com")
			var k keeper
			ctx, die := context.WithCancel(t.Context())
			defer die()
			p.cutAt(path, die)
			if _, err := a.Issue(ctx, o, nil, k.keep); !errors.Is(err, context.Canceled) {
				t.Fatalf("the call ended with %v", err)
			}
			p.cutAt("", nil)
			got, err := p.client(t, nil).Issue(t.Context(), o, k.progress, k.keep)
			if err != nil {
				t.Fatal(err)
			}
			p.checked(t, got, key, "www.example.com")
			if n := p.count("/finalize-order"); n != 1 {
				t.Errorf("%d orders were finalized", n)
			}
			again, err := p.client(t, nil).Issue(t.Context(), o, k.progress, k.keep)
			if err != nil || !slices.Equal(again.DER, got.DER) {
				t.Errorf("asked once more it gave another certificate, or none: %v", err)
			}
		})
	}
}

// TestAnOrderThatWasGivenUpIsReplaced has the authority look for a proof where there
// is none, then where it is.
func TestAnOrderThatWasGivenUpIsReplaced(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a, key := p.client(t, nil), keys()["EC_P256"]
	o := orderFor(t, a, key, "www.example.com")
	p.ours.by(func(context.Context, string) (string, bool, error) { return "somebody else's", true, nil })
	var k keeper
	_, err := a.Issue(t.Context(), o, nil, k.keep)
	if no := (*issuer.No)(nil); !errors.As(err, &no) || !strings.Contains(no.Reason, "www.example.com") {
		t.Fatalf("%v", err)
	}
	first := string(k.progress)
	p.ours.by(a.Challenge)
	got, err := a.Issue(t.Context(), o, k.progress, k.keep)
	if err != nil {
		t.Fatal(err)
	}
	p.checked(t, got, key, "www.example.com")
	if string(k.progress) == first {
		t.Error("the order that was given up is still the one that is kept")
	}
}

// TestAnOrderThatIsNotThereIsReplaced: the operator has changed the directory, or
// the authority has another's order there.
func TestAnOrderThatIsNotThereIsReplaced(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a, key := p.client(t, nil), keys()["EC_P256"]
	o := orderFor(t, a, key, "www.example.com")
	var anothers keeper
	other := p.client(t, func(o *issuer.ACMEOptions) {
		o.Accounts = &kept{accounts: map[string]issuer.ACMEAccount{}}
	})
	p.saysNoAt("/finalize-order", `{"type":"urn:ietf:params:acme:error:serverInternal"}`)
	if _, err := other.Issue(t.Context(), o, nil, anothers.keep); err == nil {
		t.Fatal("the other's order was finalized")
	}
	p.saysNoAt("", "")
	p.ours.by(a.Challenge)
	for _, progress := range []string{`{"directory":"https://acme.example/directory","order":"https://acme.example/1"}`, string(anothers.progress)} {
		var k keeper
		got, err := a.Issue(t.Context(), o, json.RawMessage(progress), k.keep)
		if err != nil {
			t.Fatal(err)
		}
		p.checked(t, got, key, "www.example.com")
		if len(k.progress) == 0 || string(k.progress) == progress {
			t.Errorf("after %s kept is %s", progress, k.progress)
		}
	}
	if _, err := a.Issue(t.Context(), o, json.RawMessage(`{`), new(keeper).keep); err == nil || errors.As(err, new(*issuer.No)) {
		t.Errorf("progress that cannot be read: %v", err)
	}
}

func TestProgressThatCannotBeKeptEndsTheCall(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, nil)
	full := errors.New("the database is gone")
	_, err := a.Issue(t.Context(), orderFor(t, a, keys()["EC_P256"], "www.example.com"), nil, func(context.Context, json.RawMessage) error { return full })
	if !errors.Is(err, full) || p.count("/chalZ") != 0 || p.count("/finalize-order") != 0 {
		t.Errorf("%v, and the authority was asked on", err)
	}
}
