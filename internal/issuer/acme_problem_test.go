package issuer_test

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/mholt/acmez/v3/acme"

	"gatehouse/internal/issuer"
)

func TestWhatTheAuthorityRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, host string
		set        func(p *pebble)
		final      bool
		says       string
	}{
		{"a name it does not certify", "www.blocked.example", nil, true, "issues no certificate for www.blocked.example"},
		{"another's answer", "", func(p *pebble) {
			p.ours.by(func(context.Context, string) (string, bool, error) { return "x", true, nil })
		}, true, "proves that www.example.com is yours"},
		{"no answer", "", func(p *pebble) { p.ours.by(nil) }, true, "proves that www.example.com is yours"},
		{"a host that is not reached", "far.example.com", func(p *pebble) { p.dns.AddDNSARecord("far.example.com.", []string{"127.0.0.2"}) }, true, "far.example.com"},
		{"a host whose DNS is broken", "broken.example.com", func(p *pebble) { p.dns.AddDNSServFailRecord("broken.example.com.") }, true, "broken.example.com"},
		{"several at once", "", func(p *pebble) {
			p.saysNoAt("/order-plz", `{"type":"urn:ietf:params:acme:error:malformed","subproblems":[
				{"type":"urn:ietf:params:acme:error:caa","identifier":{"type":"dns","value":"www.example.com"}},
				{"type":"urn:ietf:params:acme:error:rateLimited","identifier":{"type":"dns","value":"b.example.com"}}]}`)
		}, true, "The CAA records in the DNS of www.example.com do not allow"},
		{"the request", "", func(p *pebble) {
			p.saysNoAt("/finalize-order", `{"type":"urn:ietf:params:acme:error:badCSR","detail":"weak key"}`)
		}, true, "does not accept the certificate request for www.example.com"},
		{"our account", "", func(p *pebble) {
			p.saysNoAt("/order-plz", `{"type":"urn:ietf:params:acme:error:unauthorized","detail":"deactivated"}`)
		}, true, "does not accept this server's account"},
		{"our contact", "", func(p *pebble) { p.saysNoAt("/sign-me-up", `{"type":"urn:ietf:params:acme:error:invalidContact"}`) }, true, "does not accept this server's account"},
		{"too much", "", func(p *pebble) { p.saysNoAt("/order-plz", `{"type":"urn:ietf:params:acme:error:rateLimited"}`) }, false, "rateLimited"},
		{"a fault of its own", "", func(p *pebble) {
			p.saysNoAt("/order-plz", `{"type":"urn:ietf:params:acme:error:serverInternal"}`)
		}, false, "serverInternal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := startPebble(t)
			a := p.client(t, nil)
			if c.set != nil {
				c.set(p)
			}
			host := "www.example.com"
			if c.host != "" {
				host = c.host
			}
			_, err := a.Issue(t.Context(), orderFor(t, a, keys()["EC_P256"], host), nil, new(keeper).keep)
			var no *issuer.No
			if err == nil || errors.As(err, &no) != c.final || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v (final: %v)", err, no != nil)
			}
			if no != nil && !errors.As(errors.Unwrap(no), new(acme.Problem)) {
				t.Errorf("the log is not told what the authority wrote: %v", no.Cause)
			}
			if no != nil && (strings.Contains(no.Reason, "urn:") || strings.Contains(no.Reason, "http")) {
				t.Errorf("the invited person reads %q", no.Reason)
			}
			if p.waiting() != 0 {
				t.Errorf("%d challenges are still answered", p.waiting())
			}
		})
	}
}

// TestAServerThatIsNotThereIsAskedAgain, by whoever calls: that is no final no.
func TestAServerThatIsNotThereIsAskedAgain(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	gone := p.client(t, func(o *issuer.ACMEOptions) { o.Directory = "https://" + freeAddress() + "/dir" })
	if _, err := gone.Issue(t.Context(), orderFor(t, gone, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep); err == nil || errors.As(err, new(*issuer.No)) {
		t.Errorf("%v", err)
	}
	distrusting := p.client(t, func(o *issuer.ACMEOptions) { o.RootCAs = x509.NewCertPool() })
	if _, err := distrusting.Issue(t.Context(), orderFor(t, distrusting, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep); err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Errorf("a server that nobody vouches for: %v", err)
	}
}
