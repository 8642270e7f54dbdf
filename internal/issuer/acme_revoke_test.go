package issuer_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
)

// revokePath is where Pebble takes revocations.
const revokePath = "/revoke-cert"

// bought is a certificate that Pebble has issued.
func bought(t *testing.T, a *issuer.ACME) *x509.Certificate {
	t.Helper()
	got, err := a.Issue(t.Context(), orderFor(t, a, keys()["EC_P256"], "www.example.com"), nil, new(keeper).keep)
	if err != nil {
		t.Fatal(err)
	}
	return must(x509.ParseCertificate(got.DER))
}

// revokedWith is the reason that Pebble keeps of a revocation; -1 when there is none.
func (p *pebble) revokedWith(c *x509.Certificate) int {
	kept := p.db.GetRevokedCertificateBySerial(c.SerialNumber)
	if kept == nil || kept.Reason == nil {
		return -1
	}
	return int(*kept.Reason)
}

func TestACMERevokes(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, nil)
	for reason, code := range map[lifecycle.RevocationReason]int{
		lifecycle.RevokedUnspecified: 0, lifecycle.RevokedKeyCompromise: 1, lifecycle.RevokedSuperseded: 4, lifecycle.RevokedPrivilegeWithdrawn: 9,
	} {
		c := bought(t, a)
		if got := p.revokedWith(c); got != -1 {
			t.Fatalf("before, it is revoked with %d", got)
		}
		for range 2 { // a job may be worked on twice
			if err := a.Revoke(t.Context(), c.Raw, reason); err != nil {
				t.Fatalf("%s: %v", reason, err)
			}
		}
		if got := p.revokedWith(c); got != code {
			t.Errorf("%s: it is revoked with %d", reason, got)
		}
	}
}

func TestACMEIsToldNoReasonWhereItTakesNotThis(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, nil)
	c := bought(t, a)
	p.saysNoOnceAt(revokePath, `{"type":"urn:ietf:params:acme:error:badRevocationReason","detail":"not this one","status":403}`)
	if err := a.Revoke(t.Context(), c.Raw, lifecycle.RevokedAACompromise); err != nil {
		t.Fatal(err)
	}
	if got := p.revokedWith(c); got != 0 {
		t.Errorf("it is revoked with %d", got)
	}
}

// TestACMERevocationsThatFail tells final answers from those that are worth another
// try.
func TestACMERevocationsThatFail(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, nil)
	c := bought(t, a)
	for problem, final := range map[string]string{
		"unauthorized": "another account", "malformed": "does not know the certificate", "badRevocationReason": "for no reason", "userActionRequired": "account",
		"rateLimited": "", "serverInternal": "",
	} {
		p.saysNoAt(revokePath, fmt.Sprintf(`{"type":"urn:ietf:params:acme:error:%s","detail":"no","status":403}`, problem))
		err := a.Revoke(t.Context(), c.Raw, lifecycle.RevokedSuperseded)
		no := new(issuer.No)
		switch is := errors.As(err, &no); {
		case err == nil:
			t.Errorf("%s: it went well", problem)
		case is != (final != "") || is && !strings.Contains(no.Reason, final):
			t.Errorf("%s: %v", problem, err)
		}
	}
	p.saysNoAt("", "")
	if got := p.revokedWith(c); got != -1 {
		t.Errorf("it is revoked with %d", got)
	}
	for name, test := range map[string]struct {
		der    []byte
		reason lifecycle.RevocationReason
		final  bool
	}{
		"no certificate":      {[]byte("none"), lifecycle.RevokedSuperseded, true},
		"another authority's": {authority(t).Chain()[0], lifecycle.RevokedSuperseded, true},
		"no reason to revoke": {c.Raw, "CERTIFICATE_HOLD", false},
		"a suspension's":      {c.Raw, "", false},
	} {
		err := a.Revoke(t.Context(), test.der, test.reason)
		if no := new(issuer.No); err == nil || errors.As(err, &no) != test.final {
			t.Errorf("%s: %v", name, err)
		}
	}
	other := p.client(t, func(o *issuer.ACMEOptions) {
		stranger := &kept{accounts: map[string]issuer.ACMEAccount{}, challenges: map[string]string{}}
		o.Accounts, o.Challenges = stranger, stranger
	})
	if no := new(issuer.No); !errors.As(other.Revoke(t.Context(), c.Raw, lifecycle.RevokedSuperseded), &no) {
		t.Error("another account may revoke")
	}
	if err := a.Revoke(t.Context(), c.Raw, lifecycle.RevokedSuperseded); err != nil || p.revokedWith(c) != 4 {
		t.Errorf("when all is well again: %v, %d", err, p.revokedWith(c))
	}
}

// TestACMEThatHasForgottenTheAccountRevokes: it is met anew with the same key.
func TestACMEThatHasForgottenTheAccountRevokes(t *testing.T) {
	t.Parallel()
	p := startPebble(t)
	a := p.client(t, nil)
	c := bought(t, a)
	p.saysNoOnceAt(revokePath, `{"type":"urn:ietf:params:acme:error:accountDoesNotExist","detail":"who?","status":403}`)
	if err := a.Revoke(t.Context(), c.Raw, lifecycle.RevokedSuperseded); err != nil || p.revokedWith(c) != 4 {
		t.Errorf("%v, %d", err, p.revokedWith(c))
	}
}
