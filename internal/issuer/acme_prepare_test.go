package issuer_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
)

// offline is an authority that nobody asks.
func offline(t *testing.T, change func(*issuer.ACMEOptions)) *issuer.ACME {
	t.Helper()
	o := issuer.ACMEOptions{Directory: "https://acme.example/directory"}
	if change != nil {
		change(&o)
	}
	a, err := issuer.NewACME(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestWhatIsOrderedIsWhatTheRequestAsksFor(t *testing.T) {
	t.Parallel()
	key := keys()["EC_P256"]
	named := func(names ...string) []byte { return request(key, x509.CertificateRequest{DNSNames: names}) }
	www := []string{"www.example.com"}
	var many []string
	for n := range 101 {
		many = append(many, fmt.Sprintf("h%d.example.com", n))
	}
	for _, c := range []struct {
		name  string
		order issuer.Order
		dns   bool // dns-01 is set up
		want  []string
		code  refusal.Code
		says  string
	}{
		{name: "one host", order: issuer.Order{DNSNames: www, CSR: named("www.example.com")}, want: www},
		{name: "in any order and case, twice", order: issuer.Order{DNSNames: []string{"WWW.example.com", "a.example.com", "www.example.com"}, CSR: named("A.example.com", "www.example.com", "a.example.com")}, want: []string{"www.example.com", "a.example.com"}},
		{name: "with one as common name", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, Subject: pkix.Name{CommonName: "www.Example.com"}})}, want: www},
		{name: "a wildcard by DNS", order: issuer.Order{DNSNames: []string{"*.example.com"}, CSR: named("*.example.com")}, dns: true, want: []string{"*.example.com"}},

		{name: "a wildcard by HTTP", order: issuer.Order{DNSNames: []string{"*.example.com"}, CSR: named("*.example.com")}, code: refusal.NameNotAllowed, says: "dns-01"},
		{name: "no host", order: issuer.Order{CSR: named("www.example.com")}, code: refusal.NameNotAllowed, says: "certifies host names, and there is none"},
		{name: "an address besides", order: issuer.Order{DNSNames: www, EmailAddresses: []string{"ada@example.com"}, CSR: named("www.example.com")}, code: refusal.NameNotAllowed, says: "ada@example.com"},
		{name: "a host of this house", order: issuer.Order{DNSNames: []string{"intranet"}, CSR: named("intranet")}, code: refusal.NameNotAllowed, says: "in the public DNS"},
		{name: "an IP address", order: issuer.Order{DNSNames: []string{"192.0.2.7"}, CSR: named("192.0.2.7")}, code: refusal.NameNotAllowed, says: "in the public DNS"},
		{name: "a label of another alphabet", order: issuer.Order{DNSNames: []string{"köln.example.com"}, CSR: named("www.example.com")}, code: refusal.NameNotAllowed, says: "in the public DNS"},
		{name: "an underscore", order: issuer.Order{DNSNames: []string{"a_b.example.com"}, CSR: named("a_b.example.com")}, code: refusal.NameNotAllowed, says: "in the public DNS"},
		{name: "too many", order: issuer.Order{DNSNames: many, CSR: named(many...)}, code: refusal.NameNotAllowed, says: "101 hosts"},
		{name: "a request for none", order: issuer.Order{DNSNames: www, CSR: plain(key)}, code: refusal.NamesDiffer, says: "subjectAltName=DNS:www.example.com"},
		{name: "a request for more", order: issuer.Order{DNSNames: www, CSR: named("www.example.com", "bank.example")}, code: refusal.NamesDiffer, says: "bank.example"},
		{name: "a request for less", order: issuer.Order{DNSNames: []string{"a.example.com", "b.example.com"}, CSR: named("a.example.com")}, code: refusal.NamesDiffer, says: "subjectAltName=DNS:a.example.com,DNS:b.example.com"},
		{name: "a request for an address too", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, IPAddresses: []net.IP{{192, 0, 2, 7}}})}, code: refusal.NamesDiffer, says: "no DNS names"},
		{name: "a request for a URI too", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, URIs: []*url.URL{{Scheme: "https", Host: "www.example.com"}}})}, code: refusal.NamesDiffer, says: "no DNS names"},
		{name: "another common name", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, Subject: pkix.Name{CommonName: "Web server"}})}, code: refusal.NamesDiffer, says: `common name "Web server"`},
		{name: "another common name before the right one", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{
			{Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "bank.example"}, {Type: asn1.ObjectIdentifier{2, 5, 4, 3}, Value: "www.example.com"}}}})}, code: refusal.NamesDiffer, says: `common name "bank.example"`},
		{name: "a name of a kind that the parser passes over", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17},
			Value: []byte("\x30\x1f\x82\x0fwww.example.com\xa0\x0c\x06\x03\x2a\x03\x04\xa0\x05\x0c\x03adm")}}})}, code: refusal.NamesDiffer, says: "no DNS names"},
		{name: "the certificate of an authority", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Value: []byte{0x30, 3, 1, 1, 0xff}}}})}, code: refusal.InvalidCSR, says: "CA:TRUE"},
		{name: "with the extensions of an ordinary request", order: issuer.Order{DNSNames: www, CSR: request(key, x509.CertificateRequest{DNSNames: www, ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Value: []byte{0x30, 0}}, {Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Value: []byte{3, 2, 5, 0xa0}}}})}, want: www},
		{name: "no request", order: issuer.Order{DNSNames: www, CSR: []byte("x")}, code: refusal.InvalidCSR, says: "make it anew"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := offline(t, func(o *issuer.ACMEOptions) {
				if c.dns {
					o.DNSCommand = "/bin/true"
				}
			})
			before := c.order
			err := a.Prepare(&c.order, noon, 24*time.Hour)
			if c.code == "" {
				second := noon.Truncate(time.Second)
				if err != nil || !slices.Equal(c.order.DNSNames, c.want) || c.order.Serial != "" || !c.order.NotBefore.Equal(second) || !c.order.NotAfter.Equal(second.Add(24*time.Hour-time.Second)) {
					t.Errorf("%v, %+v", err, c.order)
				}
				return
			}
			no := refusal.Find(err)
			if no == nil || no.Code != c.code || !strings.Contains(no.Message, c.says) {
				t.Errorf("%v", err)
			}
			if !reflect.DeepEqual(c.order, before) {
				t.Errorf("the order was changed: %+v", c.order)
			}
		})
	}
}

func TestOptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, says string // says empty: accepted
		options    issuer.ACMEOptions
	}{
		{"https", "", issuer.ACMEOptions{Directory: "https://acme.example/directory", Contact: []string{"ca@example.com"}, EABKeyID: "k", EABKey: "c2VjcmV0cw=="}},
		{"http on this machine", "", issuer.ACMEOptions{Directory: "http://127.0.0.1:14000/dir"}},
		{"http elsewhere", "no ACME directory", issuer.ACMEOptions{Directory: "http://acme.example/directory"}},
		{"no directory", "no ACME directory", issuer.ACMEOptions{}},
		{"a contact with a name", "no e-mail address", issuer.ACMEOptions{Directory: "https://acme.example/d", Contact: []string{"CA <ca@example.com>"}}},
		{"half a binding", "set both, or neither", issuer.ACMEOptions{Directory: "https://acme.example/d", EABKeyID: "k"}},
		{"a key in another alphabet", "not in base64url", issuer.ACMEOptions{Directory: "https://acme.example/d", EABKeyID: "k", EABKey: "hush!hush"}},
	} {
		_, err := issuer.NewACME(c.options)
		if (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hush")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestOnlyTokensAreLookedUp: whoever asks at /.well-known reaches no database with
// what cannot be one.
func TestOnlyTokensAreLookedUp(t *testing.T) {
	t.Parallel()
	k := &kept{challenges: map[string]string{"abc_-1": "abc_-1.print", "../x": "y", "": "z", strings.Repeat("a", 257): "w"}}
	a := offline(t, func(o *issuer.ACMEOptions) { o.Challenges = k })
	for token := range k.challenges {
		text, found, err := a.Challenge(t.Context(), token)
		if err != nil || found != (token == "abc_-1") || found && text != "abc_-1.print" {
			t.Errorf("%.10q: %q, %v, %v", token, text, found, err)
		}
	}
	if _, found, _ := a.Challenge(t.Context(), "unknown"); found {
		t.Error("a token that nobody waits for is answered")
	}
}
