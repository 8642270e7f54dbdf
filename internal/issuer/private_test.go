package issuer_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
)

// TestCertificatesAreOfRFC5280 issues for every kind of key, seat type and kind of
// names, and holds each certificate to zlint, crypto/x509 and (one of each key)
// openssl.
func TestCertificatesAreOfRFC5280(t *testing.T) {
	t.Parallel()
	ca := authority(t).PublishAt("http://pki.example.com")
	folder := t.TempDir()
	chain := ca.Chain()
	for n, name := range []string{"issuing.pem", "root.pem"} {
		lintedClean(t, chain[n])
		if err := os.WriteFile(filepath.Join(folder, name), []byte(issuer.PEM(chain[n])), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cn := []issuer.Attribute{{Name: "CN", Value: "Ada Lovelace"}}
	names := map[string]issuer.Order{
		"a subject alone": {Subject: cn},
		"every attribute": {Subject: []issuer.Attribute{{"C", "DE"}, {"ST", "Baden-Württemberg"}, {"L", "Köln"}, {"O", "Müller & Söhne"}, {"OU", "a"}, {"OU", "b"}, {"CN", "Žofie Ünal 中"}, {"emailAddress", "ada@example.com"}, {"serialNumber", "A-1 (2)"}}},
		"hosts":           {Subject: cn, DNSNames: []string{"www.example.com", "*.example.com"}},
		"addresses":       {Subject: cn, EmailAddresses: []string{"ada.lovelace+x@example.com"}, IPAddresses: []string{"192.0.2.7", "2001:db8::7"}},
		"URIs":            {Subject: cn, URIs: []string{"https://www.example.com/ada", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "spiffe://example.org/web"}},
		"no subject":      {DNSNames: []string{"www.example.com"}, EmailAddresses: []string{"ada@example.com"}},
	}
	for kind, key := range keys() {
		for what, order := range names {
			for _, seat := range []lifecycle.SeatType{lifecycle.User, lifecycle.Server, lifecycle.Unified} {
				t.Run(fmt.Sprintf("%s/%s/%s", kind, what, seat), func(t *testing.T) {
					t.Parallel()
					o := order
					o.CSR, o.ExtendedKeyUsages = plain(key), lifecycle.UsualExtendedKeyUsages(seat)
					c := issued(t, ca, o)
					lintedClean(t, c.Raw)
					verified(t, ca, c, x509.ExtKeyUsageClientAuth)
					opensslAccepts(t, folder, c)
				})
			}
		}
	}
}

// verified checks a certificate against the authority's root as a program of that
// usage does.
func verified(t *testing.T, ca *issuer.Private, c *x509.Certificate, usage x509.ExtKeyUsage) {
	t.Helper()
	chain := ca.Chain()
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(must(x509.ParseCertificate(chain[1])))
	between.AddCert(must(x509.ParseCertificate(chain[0])))
	if _, err := c.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, CurrentTime: noon.Add(time.Hour), KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
		t.Errorf("not verified: %v", err)
	}
}

// opensslAccepts runs openssl verify, strict, over a folder with root.pem and
// issuing.pem.
func opensslAccepts(t *testing.T, folder string, c *x509.Certificate) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "certificate.pem")
	if err := os.WriteFile(file, []byte(issuer.PEM(c.Raw)), 0o600); err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprint(noon.Add(time.Hour).Unix())
	out, err := exec.CommandContext(t.Context(), "openssl", "verify", "-x509_strict", "-attime", at,
		"-CAfile", filepath.Join(folder, "root.pem"), "-untrusted", filepath.Join(folder, "issuing.pem"), file).CombinedOutput()
	if err != nil {
		t.Errorf("openssl verify: %v\n%s", err, out)
	}
}

func TestSigningAgainGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	for kind, key := range keys() {
		if kind == "RSA_3072" {
			continue
		}
		ca := readAuthority(t, key)
		o := issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, EmailAddresses: []string{"ada@example.com"}, CSR: plain(keys()["EC_P256"])}
		if err := ca.Prepare(&o, noon, time.Hour); err != nil {
			t.Fatal(err)
		}
		var kept issuer.Order // as the database gives it back
		if err := json.Unmarshal(must(json.Marshal(o)), &kept); err != nil {
			t.Fatal(err)
		}
		kept.CSR = o.CSR
		first, second := must(ca.Issue(t.Context(), o, nil, nil)), must(ca.Issue(t.Context(), kept, nil, nil))
		if !bytes.Equal(first.DER, second.DER) {
			t.Errorf("%s: two certificates came of one order", kind)
		}
		if !reflect.DeepEqual(first.Chain, ca.Chain()) {
			t.Errorf("%s: the chain is not the authority's", kind)
		}
	}
}

func TestSerialAndDates(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	own := must(x509.ParseCertificate(ca.Chain()[0]))
	second := noon.Truncate(time.Second)
	seen := map[string]bool{}
	for _, c := range []struct {
		name        string
		now         time.Time
		validity    time.Duration
		from, until time.Time
	}{
		{"both ends are included", noon, 24 * time.Hour, second, second.Add(24*time.Hour - time.Second)},
		{"cut at the authority's end", own.NotAfter.Add(-time.Hour), 24 * time.Hour, own.NotAfter.Add(-time.Hour), own.NotAfter},
		{"its last second", own.NotAfter, time.Hour, own.NotAfter, own.NotAfter},
		{"cut at the authority's beginning", own.NotBefore.Add(-time.Minute), time.Hour, own.NotBefore, own.NotBefore.Add(59*time.Minute - time.Second)},
		{"beyond 2050, where the form of dates changes", noon, 5 * 365 * 24 * time.Hour, second, second.Add(5*365*24*time.Hour - time.Second)},
	} {
		o := issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])}
		if err := ca.Prepare(&o, c.now, c.validity); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !o.NotBefore.Equal(c.from) || !o.NotAfter.Equal(c.until) {
			t.Errorf("%s: %s to %s, want %s to %s", c.name, o.NotBefore, o.NotAfter, c.from, c.until)
		}
		serial, ok := new(big.Int).SetString(o.Serial, 16)
		if !ok || serial.Sign() <= 0 || len(serial.Bytes()) > 20 || serial.BitLen() < 64 || seen[o.Serial] {
			t.Errorf("%s: the serial number is %q", c.name, o.Serial)
		}
		seen[o.Serial] = true
		issuedAt := must(x509.ParseCertificate(must(ca.Issue(t.Context(), o, nil, nil)).DER))
		if issuedAt.SerialNumber.Cmp(serial) != 0 || !issuedAt.NotBefore.Equal(c.from) || !issuedAt.NotAfter.Equal(c.until) {
			t.Errorf("%s: the certificate says %x, %s to %s", c.name, issuedAt.SerialNumber, issuedAt.NotBefore, issuedAt.NotAfter)
		}
	}
	for _, now := range []time.Time{own.NotAfter.Add(time.Second), own.NotBefore.Add(-2 * time.Hour)} {
		o := issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])}
		before := o
		err := ca.Prepare(&o, now, time.Hour)
		if no := new(issuer.No); !errors.As(err, &no) || !strings.Contains(no.Reason, "valid from") {
			t.Errorf("at %s: %v", now, err)
		}
		if !reflect.DeepEqual(o, before) {
			t.Errorf("at %s the order was changed: %+v", now, o)
		}
	}
}

func TestOfTheRequestOnlyTheKeyIsTaken(t *testing.T) {
	t.Parallel()
	key := keys()["EC_P384"]
	asked := request(key, x509.CertificateRequest{Subject: pkix.Name{CommonName: "Mallory"}, DNSNames: []string{"bank.example"}, EmailAddresses: []string{"root@example.com"}})
	c := issued(t, authority(t), issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: asked})
	if !key.Public().(*ecdsa.PublicKey).Equal(c.PublicKey) || c.Subject.CommonName != "Ada" || len(c.DNSNames)+len(c.EmailAddresses) > 0 || c.IsCA {
		t.Errorf("the certificate says %s, %v, %v", c.Subject, c.DNSNames, c.EmailAddresses)
	}
	for _, e := range c.Extensions {
		if e.Id.String() == "1.2.3.4" {
			t.Error("the certificate has the request's extension")
		}
	}
}

// TestAnAddressInTheSubjectIsAnAlternativeNameToo, once, and without changing what
// the caller's order shares.
func TestAnAddressInTheSubjectIsAnAlternativeNameToo(t *testing.T) {
	t.Parallel()
	subject := []issuer.Attribute{{"CN", "Ada"}, {"emailAddress", "ada@example.com"}}
	others := make([]string, 1, 8)
	others[0] = "office@example.com"
	for _, given := range [][]string{nil, {"ada@example.com"}, others} {
		c := issued(t, authority(t), issuer.Order{Subject: subject, EmailAddresses: given, CSR: plain(keys()["EC_P256"])})
		want := given
		if !slices.Contains(given, "ada@example.com") {
			want = append(slices.Clone(given), "ada@example.com")
		}
		if !slices.Equal(c.EmailAddresses, want) {
			t.Errorf("%v, want %v", c.EmailAddresses, want)
		}
	}
	if others[:2][1] != "" {
		t.Error("the caller's list was written into")
	}
}
