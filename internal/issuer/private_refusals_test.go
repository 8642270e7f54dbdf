package issuer_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
)

func TestWhatIsNoCertificateIsRefused(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	cn, csr := []issuer.Attribute{{"CN", "Ada"}}, plain(keys()["EC_P256"])
	weak := must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader))
	for _, c := range []struct {
		name  string
		order issuer.Order
		code  refusal.Code
		says  string
	}{
		{"no request", issuer.Order{Subject: cn, CSR: []byte("x")}, refusal.InvalidCSR, "make it anew"},
		{"a curve of no profile", issuer.Order{Subject: cn, CSR: plain(weak)}, refusal.KeyNotAllowed, "P-256"},
		{"nobody", issuer.Order{CSR: csr}, refusal.NameNotAllowed, "would name nobody"},
		{"a subject too long", issuer.Order{Subject: []issuer.Attribute{{"CN", strings.Repeat("ä", 65)}}, CSR: csr}, refusal.NameNotAllowed, "has 65 characters"},
		{"an internationalised host", issuer.Order{Subject: cn, DNSNames: []string{"köln.example"}, CSR: csr}, refusal.NameNotAllowed, "DNS name"},
		{"an internationalised address", issuer.Order{Subject: cn, EmailAddresses: []string{"jörg@example.com"}, CSR: csr}, refusal.NameNotAllowed, "EMAIL name"},
		{"an address with a name", issuer.Order{Subject: cn, EmailAddresses: []string{"Ada <ada@example.com>"}, CSR: csr}, refusal.NameNotAllowed, "EMAIL name"},
		{"no address", issuer.Order{Subject: cn, IPAddresses: []string{"192.0.2"}, CSR: csr}, refusal.NameNotAllowed, "IP name"},
		{"a relative URI", issuer.Order{Subject: cn, URIs: []string{"/ada"}, CSR: csr}, refusal.NameNotAllowed, "URI name"},
		{"a URI without a full host", issuer.Order{Subject: cn, URIs: []string{"https://intranet/ada"}, CSR: csr}, refusal.NameNotAllowed, "URI name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			no := refusal.Find(ca.Prepare(&c.order, noon, time.Hour))
			if no == nil || no.Code != c.code || !strings.Contains(no.Message, c.says) {
				t.Errorf("%v", no)
			}
			c.order.Serial, c.order.NotBefore, c.order.NotAfter = "1", noon, noon
			if _, err := ca.Issue(t.Context(), c.order, nil, nil); !errors.As(err, new(*issuer.No)) {
				t.Errorf("issued without having been prepared: %v", err)
			}
		})
	}
}

// TestConstraintsOfTheOperatorsChainHold has an authority that may issue for one
// domain only.
func TestConstraintsOfTheOperatorsChainHold(t *testing.T) {
	t.Parallel()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	constrained := selfSigned(t, key, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"example.com"} })
	ca := must(issuer.NewPrivate(key, []*x509.Certificate{constrained}, noon))
	issue := func(host string) error {
		o := issuer.Order{Subject: []issuer.Attribute{{"CN", host}}, DNSNames: []string{host}, CSR: plain(keys()["EC_P256"])}
		if err := ca.Prepare(&o, noon, time.Hour); err != nil {
			t.Fatal(err)
		}
		_, err := ca.Issue(context.Background(), o, nil, nil)
		return err
	}
	if err := issue("www.example.com"); err != nil {
		t.Error(err)
	}
	if err := issue("www.example.org"); !errors.As(err, new(*issuer.No)) {
		t.Errorf("issued outside of the permitted domain: %v", err)
	}
}

// selfSigned is an authority's certificate, changed as the test wants.
func selfSigned(t *testing.T, key crypto.Signer, change func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, NotBefore: noon.Add(-time.Hour), NotAfter: noon.AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte{1, 2, 3},
	}
	change(c)
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, c, c, key.Public(), key))))
}

// readAuthority is an authority of that key, read from PEM.
func readAuthority(t *testing.T, key crypto.Signer) *issuer.Private {
	t.Helper()
	c := selfSigned(t, key, func(*x509.Certificate) {})
	ca, err := issuer.ReadPrivate(keyPEM(t, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key))), []byte(issuer.PEM(c.Raw)), noon)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}
