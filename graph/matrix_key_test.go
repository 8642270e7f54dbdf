package graph_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// requestKey is the key of a CSR, and makes certificates for it as an authority
// elsewhere would.
type requestKey struct {
	t   testing.TB
	key *ecdsa.PrivateKey
	csr string
}

func newRequestKey(t testing.TB, names ...string) *requestKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "host.example.com"}, DNSNames: names}, key)
	if err != nil {
		t.Fatal(err)
	}
	return &requestKey{t: t, key: key, csr: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))}
}

// certificate is a new one for the key, valid for a year, in PEM.
func (k *requestKey) certificate(now time.Time) string { return k.until(now, now.AddDate(1, 0, 0)) }

// until is one that ends then.
func (k *requestKey) until(now, end time.Time) string { return k.named("host.example.com", now, end) }

// named is one with this common name, which began a year ago.
func (k *requestKey) named(name string, now, end time.Time) string {
	return k.between(name, now.AddDate(-1, 0, 0), end)
}

// between is one that is valid from then until then.
func (k *requestKey) between(name string, from, end time.Time) string {
	k.t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		k.t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, c, c, k.key.Public(), k.key)
	if err != nil {
		k.t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
