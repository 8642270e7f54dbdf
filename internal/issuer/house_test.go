package issuer_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"sync"
	"testing"
	"time"

	zx509 "github.com/zmap/zcrypto/x509"
	"github.com/zmap/zlint/v3"
	"github.com/zmap/zlint/v3/lint"

	"gatehouse/internal/issuer"
)

// noon is what the clock says.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 123456789, time.UTC)

// keys are one of each kind that is certified, made once: RSA takes its time.
var keys = sync.OnceValue(func() map[string]crypto.Signer {
	all := map[string]crypto.Signer{}
	for name, bits := range map[string]int{"RSA_2048": 2048, "RSA_3072": 3072} {
		all[name] = must(rsa.GenerateKey(rand.Reader, bits))
	}
	for name, curve := range map[string]elliptic.Curve{"EC_P256": elliptic.P256(), "EC_P384": elliptic.P384(), "EC_P521": elliptic.P521()} {
		all[name] = must(ecdsa.GenerateKey(curve, rand.Reader))
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	all["ED25519"] = edwards
	must(0, err)
	return all
})

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// request is a CSR for a key, with names and an extension that nobody asked for.
func request(key crypto.Signer, names x509.CertificateRequest) []byte {
	names.ExtraExtensions = append(names.ExtraExtensions, pkix.Extension{Id: []int{1, 2, 3, 4}, Value: []byte{5, 0}})
	return must(x509.CreateCertificateRequest(rand.Reader, &names, key))
}

// plain is a CSR that names nobody.
func plain(key crypto.Signer) []byte { return request(key, x509.CertificateRequest{}) }

// authority is a private one that is valid at noon.
func authority(t *testing.T) *issuer.Private {
	t.Helper()
	p, err := issuer.MakePrivate(noon, "Example GmbH")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// issued prepares an order for a year and has it issued.
func issued(t *testing.T, p issuer.Issuer, o issuer.Order) *x509.Certificate {
	t.Helper()
	if err := p.Prepare(&o, noon, 365*24*time.Hour); err != nil {
		t.Fatalf("prepare: %v", err)
	}
	got, err := p.Issue(t.Context(), o, nil, nil)
	if err != nil {
		t.Fatalf("issue: %v", err)
	}
	c, err := x509.ParseCertificate(got.DER)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// rules are zlint's lints of the RFCs that the certificates are held to.
var rules = sync.OnceValue(func() lint.Registry {
	return must(lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: lint.SourceList{lint.RFC5280, lint.RFC5480, lint.RFC8813}}))
})

// lintedClean fails for every rule that a certificate breaks, be it only advice.
func lintedClean(t *testing.T, der []byte) {
	t.Helper()
	c, err := zx509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("zlint cannot read it: %v", err)
	}
	for name, result := range zlint.LintCertificateEx(c, rules()).Results {
		if result.Status >= lint.Warn {
			t.Errorf("%s is %s: %s", name, result.Status, result.Details)
		}
	}
}

// tags are the string types of a subject's values, by attribute.
func tags(t *testing.T, rawSubject []byte) map[string]int {
	t.Helper()
	var parts []asn1.RawValue
	if _, err := asn1.Unmarshal(rawSubject, &parts); err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, part := range parts {
		var pair struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		if _, err := asn1.Unmarshal(part.Bytes, &pair); err != nil {
			t.Fatal(err)
		}
		found[pair.Type.String()] = pair.Value.Tag
	}
	return found
}
