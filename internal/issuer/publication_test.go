package issuer_test

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/issuer"
)

// addressesOf are those that a certificate names.
func addressesOf(c *x509.Certificate) []string {
	return slices.Concat(c.CRLDistributionPoints, c.OCSPServer, c.IssuingCertificateURL)
}

func TestCertificatesSayWhereTheirAuthorityPublishes(t *testing.T) {
	t.Parallel()
	whole := authority(t)
	id := hex.EncodeToString(must(x509.ParseCertificate(whole.Chain()[0])).SubjectKeyId)
	if whole.KeyID() != id {
		t.Fatalf("the key is %s, want %s", whole.KeyID(), id)
	}
	const host = "http://pki.example.com"
	listless := bare(t, keys()["EC_P256"], x509.KeyUsageCertSign)
	mute := bare(t, keys()["ED25519"], x509.KeyUsageCertSign|x509.KeyUsageCRLSign)
	for _, c := range []struct {
		name string
		ca   *issuer.Private
		base string
		want []string
	}{
		{"nowhere", whole, "", nil},
		{"at a host", whole, host, []string{host + "/crl/" + id + ".crl", host + "/ocsp", host + "/ca/" + id + ".cer"}},
		{"below a path", whole, "https://example.com:8443/pki/", []string{"https://example.com:8443/pki/crl/" + id + ".crl", "https://example.com:8443/pki/ocsp", "https://example.com:8443/pki/ca/" + id + ".cer"}},
		{"one that may not sign lists", listless, host, []string{host + "/ocsp", host + "/ca/" + listless.KeyID() + ".cer"}},
		{"one whose key OCSP does not know", mute, host, []string{host + "/crl/" + mute.KeyID() + ".crl", host + "/ca/" + mute.KeyID() + ".cer"}},
	} {
		for _, kind := range []string{"EC_P256", "RSA_2048"} {
			got := issued(t, c.ca.PublishAt(c.base), issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()[kind])})
			if at := addressesOf(got); !slices.Equal(at, c.want) {
				t.Errorf("%s: the certificate names %q, want %q", c.name, at, c.want)
			}
			if !strings.HasPrefix(c.base, "https:") { // RFC 5280 asks for one by HTTP or LDAP
				lintedClean(t, got.Raw)
			}
		}
	}
}

// TestAnOrderKeepsItsAddresses shows that what an order says is what is signed,
// whatever is published meanwhile: one of before, too, which names none.
func TestAnOrderKeepsItsAddresses(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	o := issuer.Order{Subject: []issuer.Attribute{{"CN", "Ada"}}, CSR: plain(keys()["EC_P256"])}
	for _, base := range []string{"", "http://pki.example.com"} {
		prepared := o
		if err := ca.PublishAt(base).Prepare(&prepared, noon, time.Hour); err != nil {
			t.Fatal(err)
		}
		text := must(json.Marshal(prepared))
		var said map[string]any
		if err := json.Unmarshal(text, &said); err != nil {
			t.Fatal(err)
		}
		for _, field := range []string{"crl", "ocsp", "caIssuers"} {
			if _, is := said[field]; is != (base != "") {
				t.Errorf("published at %q, the order is kept as %s", base, text)
			}
		}
		var first []byte
		for _, later := range []string{base, "", "http://elsewhere.example.com"} {
			var kept issuer.Order
			if err := json.Unmarshal(text, &kept); err != nil {
				t.Fatal(err)
			}
			kept.CSR = o.CSR
			got := must(ca.PublishAt(later).Issue(t.Context(), kept, nil, nil)).DER
			if first == nil {
				first = got
			}
			if string(got) != string(first) {
				t.Errorf("published at %q and then at %q, another certificate came of the order", base, later)
			}
		}
		if n := len(addressesOf(must(x509.ParseCertificate(first)))); (n == 3) != (base != "") {
			t.Errorf("published at %q, the certificate names %d addresses", base, n)
		}
	}
}
