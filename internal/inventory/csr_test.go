package inventory

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
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// everyName is what a profile promises that allows every kind of name and key.
var everyName = lifecycle.Promise{AllowedSANs: []string{"DNS", "EMAIL", "IP", "URI"}}

// signed makes a CSR in PEM with a key of its own.
func signed(t *testing.T, key crypto.Signer, template x509.CertificateRequest) string {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &template, key)
	if err != nil {
		t.Fatal(err)
	}
	return inPEM("CERTIFICATE REQUEST", der)
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func ecKey(t *testing.T, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// withSAN is a template whose subject alternative names are given as DER values.
func withSAN(t *testing.T, names ...asn1.RawValue) x509.CertificateRequest {
	t.Helper()
	der, err := asn1.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	return x509.CertificateRequest{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 17}, Value: der}}}
}

func TestAGoodCSRIsReadAsItIs(t *testing.T) {
	t.Parallel()
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	site, _ := url.Parse("spiffe://example.org/web")
	full := x509.CertificateRequest{
		Subject:  pkix.Name{CommonName: "Zoë, the \"first\"", Organization: []string{"Müller & Söhne"}, Country: []string{"DE"}},
		DNSNames: []string{"www.example.org", "*.example.org"}, EmailAddresses: []string{"zoe@example.org"},
		IPAddresses: []net.IP{net.ParseIP("192.0.2.7"), net.ParseIP("2001:db8::7")}, URIs: []*url.URL{site},
	}
	for want, key := range map[string]crypto.Signer{
		"RSA_2048": rsaKey(t, 2048), "EC_P256": ecKey(t, elliptic.P256()), "EC_P384": ecKey(t, elliptic.P384()), "EC_P521": ecKey(t, elliptic.P521()), "ED25519": ed,
	} {
		text, names, no := readCSR("Certificate Request:\n    Data: as openssl req -text prints it\n"+signed(t, key, full)+"\n", everyName)
		if no != nil {
			t.Errorf("%s: %v", want, no)
			continue
		}
		if names.Key != want || len(names.KeySHA256) != 64 || names.SignatureAlgorithm == "" {
			t.Errorf("%s: key %s, thumbprint %s, signed with %q", want, names.Key, names.KeySHA256, names.SignatureAlgorithm)
		}
		if !strings.Contains(names.Subject, "Zoë") || !strings.Contains(names.Subject, "Müller & Söhne") || !strings.Contains(names.Subject, "C=DE") {
			t.Errorf("%s: subject %q", want, names.Subject)
		}
		if !slices.Equal(names.DNSNames, full.DNSNames) || !slices.Equal(names.EmailAddresses, full.EmailAddresses) ||
			!slices.Equal(names.IPAddresses, []string{"192.0.2.7", "2001:db8::7"}) || !slices.Equal(names.URIs, []string{"spiffe://example.org/web"}) {
			t.Errorf("%s: names %+v", want, names)
		}
		if !strings.HasPrefix(text, "-----BEGIN CERTIFICATE REQUEST-----\n") {
			t.Errorf("%s: kept as %.60q", want, text)
		}
	}
	old := strings.ReplaceAll(signed(t, ecKey(t, elliptic.P256()), x509.CertificateRequest{}), "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
	if _, _, no := readCSR(old, lifecycle.Promise{}); no != nil {
		t.Errorf("the label of older tools: %v", no)
	}
}

func TestACSRThatIsRefused(t *testing.T) {
	t.Parallel()
	key := ecKey(t, elliptic.P256())
	good := signed(t, key, x509.CertificateRequest{Subject: pkix.Name{CommonName: "ada"}})
	block, _ := pem.Decode([]byte(good))
	broken := slices.Clone(block.Bytes)
	broken[len(broken)-1] ^= 1
	many := x509.CertificateRequest{}
	for n := range maxNames + 1 {
		many.DNSNames = append(many.DNSNames, fmt.Sprintf("host-%d.example.org", n))
	}
	otherName := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: []byte{6, 3, 42, 3, 4, 160, 3, 12, 1, 'x'}}
	site, _ := url.Parse("https://example.org/")
	rsaOnly := lifecycle.Promise{AllowedKeys: []string{"RSA_3072", "RSA_4096"}}
	for _, c := range []struct {
		name    string
		csr     string
		promise lifecycle.Promise
		want    refusal.Code
		says    string
	}{
		{"nothing", "", everyName, refusal.InvalidCSR, "openssl req -new"},
		{"no PEM", "MIIBVTCB/AIBADA...", everyName, refusal.InvalidCSR, "BEGIN CERTIFICATE REQUEST"},
		{"a certificate", inPEM("CERTIFICATE", block.Bytes), everyName, refusal.InvalidCSR, "BEGIN CERTIFICATE REQUEST"},
		{"a private key", inPEM("EC PRIVATE KEY", block.Bytes), everyName, refusal.InvalidCSR, "BEGIN CERTIFICATE REQUEST"},
		{"a private key behind it", good + inPEM("EC PRIVATE KEY", []byte{1}), everyName, refusal.InvalidCSR, "one request alone"},
		{"words behind it", good + "please hurry", everyName, refusal.InvalidCSR, "one request alone"},
		{"bytes behind it, within the PEM", inPEM("CERTIFICATE REQUEST", append(slices.Clone(block.Bytes), 0)), everyName, refusal.InvalidCSR, "RFC 2986"},
		{"garbage in good PEM", inPEM("CERTIFICATE REQUEST", []byte("garbage")), everyName, refusal.InvalidCSR, "RFC 2986"},
		{"half of it", inPEM("CERTIFICATE REQUEST", block.Bytes[:len(block.Bytes)/2]), everyName, refusal.InvalidCSR, "RFC 2986"},
		{"a signature of another key", inPEM("CERTIFICATE REQUEST", broken), everyName, refusal.InvalidCSR, "signature"},
		{"too long", good + strings.Repeat("\n", maxCSR), everyName, refusal.InvalidCSR, "at most 32768"},
		{"RSA 1024", signed(t, rsaKey(t, 1024), x509.CertificateRequest{}), everyName, refusal.KeyNotAllowed, "RSA_1024"},
		{"an odd RSA size", signed(t, rsaKey(t, 2056), x509.CertificateRequest{}), everyName, refusal.KeyNotAllowed, "RSA_2056"},
		{"P-224", signed(t, ecKey(t, elliptic.P224()), x509.CertificateRequest{}), everyName, refusal.KeyNotAllowed, "EC_P224"},
		{"a key that this profile does not allow", good, rsaOnly, refusal.KeyNotAllowed, "RSA_3072, RSA_4096"},
		{"a DNS name", signed(t, key, x509.CertificateRequest{DNSNames: []string{"www.example.org"}}), lifecycle.Promise{AllowedSANs: []string{"EMAIL"}}, refusal.NameNotAllowed, `DNS name "www.example.org", and the profile allows names of these kinds: EMAIL`},
		{"an e-mail address", signed(t, key, x509.CertificateRequest{EmailAddresses: []string{"a@example.org"}}), lifecycle.Promise{}, refusal.NameNotAllowed, "allows no alternative names"},
		{"an IP address", signed(t, key, x509.CertificateRequest{IPAddresses: []net.IP{{192, 0, 2, 1}}}), lifecycle.Promise{AllowedSANs: []string{"DNS"}}, refusal.NameNotAllowed, "IP"},
		{"a URI", signed(t, key, x509.CertificateRequest{URIs: []*url.URL{site}}), lifecycle.Promise{AllowedSANs: []string{"DNS"}}, refusal.NameNotAllowed, "URI"},
		{"a DNS name that is none", signed(t, key, x509.CertificateRequest{DNSNames: []string{"<script>"}}), everyName, refusal.NameNotAllowed, "does not have the form"},
		{"a wildcard inside a wildcard", signed(t, key, x509.CertificateRequest{DNSNames: []string{"*.*.example"}}), everyName, refusal.NameNotAllowed, "does not have the form"},
		{"an e-mail address that is none", signed(t, key, x509.CertificateRequest{EmailAddresses: []string{"nope"}}), everyName, refusal.NameNotAllowed, "does not have the form"},
		{"too many names", signed(t, key, many), everyName, refusal.NameNotAllowed, "101"},
		{"a kind of name that nobody would see", signed(t, key, withSAN(t, otherName)), everyName, refusal.NameNotAllowed, "DNS, EMAIL, IP, URI"},
		{"a DNS name with a NUL", signed(t, key, withSAN(t, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte("good.example\x00.evil.example")})), everyName, refusal.InvalidCSR, "control character"},
		{"a subject with a NUL", signed(t, key, x509.CertificateRequest{Subject: pkix.Name{CommonName: "ada\x00root"}}), everyName, refusal.InvalidCSR, "control character"},
		{"a subject that turns the direction of writing", signed(t, key, x509.CertificateRequest{Subject: pkix.Name{CommonName: "ada\u202enimda"}}), everyName, refusal.InvalidCSR, "direction of writing"},
		{"a DNS name with blanks around it", signed(t, key, withSAN(t, asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 2, Bytes: []byte(" www.example.org ")})), everyName, refusal.NameNotAllowed, "does not have the form"},
		{"an address as a DNS name", signed(t, key, x509.CertificateRequest{DNSNames: []string{"192.0.2.7"}}), lifecycle.Promise{AllowedSANs: []string{"DNS"}}, refusal.NameNotAllowed, "does not have the form"},
		{"the certificate of an authority", signed(t, key, x509.CertificateRequest{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Critical: true, Value: []byte{0x30, 6, 1, 1, 0xff, 2, 1, 0}}}}), everyName, refusal.InvalidCSR, "CA:TRUE"},
		{"the right to sign certificates", signed(t, key, x509.CertificateRequest{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Value: []byte{3, 2, 2, 0x84}}}}), everyName, refusal.InvalidCSR, "sign certificates"},
		{"the right to sign revocation lists", signed(t, key, x509.CertificateRequest{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 15}, Value: []byte{3, 2, 1, 2}}}}), everyName, refusal.InvalidCSR, "revocation lists"},
		{"basic constraints that cannot be read", signed(t, key, x509.CertificateRequest{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 19}, Value: []byte{1, 1}}}}), everyName, refusal.InvalidCSR, "cannot be read there"},
		{"a subject with a line break", signed(t, key, x509.CertificateRequest{Subject: pkix.Name{CommonName: "ada\nroot"}}), everyName, refusal.InvalidCSR, "control character"},
	} {
		_, names, no := readCSR(c.csr, c.promise)
		if no == nil {
			t.Errorf("%s: was read as %+v", c.name, names)
			continue
		}
		if no.Code != c.want || !strings.Contains(no.Message, c.says) || !slices.Equal(no.Field, []string{"input", "csr"}) {
			t.Errorf("%s: %v; want %s at input.csr saying %q", c.name, no, c.want, c.says)
		}
		if _, err := json.Marshal(no); err != nil || strings.ContainsRune(no.Message, 0) {
			t.Errorf("%s: the answer %q cannot be kept", c.name, no.Message)
		}
	}
}

func TestTypedNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  lifecycle.SANKind
		value string
		want  string // as it is kept; empty for INVALID
	}{
		{lifecycle.SANDNS, " WWW.Example.org ", "www.example.org"},
		{lifecycle.SANDNS, "*.example.org", "*.example.org"},
		{lifecycle.SANDNS, "xn--mller-kva.example", "xn--mller-kva.example"},
		{lifecycle.SANDNS, "müller.example", ""},
		{lifecycle.SANDNS, "www.*.example.org", ""},
		{lifecycle.SANDNS, "-a.example", ""},
		{lifecycle.SANDNS, "a..b", ""},
		{lifecycle.SANDNS, "192.0.2.7", ""},
		{lifecycle.SANDNS, "a.example.", ""},
		{lifecycle.SANDNS, "", ""},
		{lifecycle.SANDNS, strings.Repeat("a", 64) + ".example", ""},
		{lifecycle.SANDNS, strings.Repeat("a.", 127), ""},
		{lifecycle.SANEmail, "ada@example.org", "ada@example.org"},
		{lifecycle.SANEmail, "Ada <ada@example.org>", ""},
		{lifecycle.SANEmail, "ada", ""},
		{lifecycle.SANEmail, "ada@example.org\nbcc", ""},
		{lifecycle.SANIP, "192.0.2.1", "192.0.2.1"},
		{lifecycle.SANIP, "2001:DB8::1", "2001:db8::1"},
		{lifecycle.SANIP, "192.0.2.0/24", ""},
		{lifecycle.SANIP, "example.org", ""},
		{lifecycle.SANURI, "https://example.org/a?b#c", "https://example.org/a?b#c"},
		{lifecycle.SANURI, "urn:uuid:0", "urn:uuid:0"},
		{lifecycle.SANURI, "/relative", ""},
		{lifecycle.SANURI, "javascript:alert(1)", ""},
		{lifecycle.SANURI, "https://example.org/\u202egpj.exe", ""},
		{lifecycle.SANURI, "https:", ""},
		{lifecycle.SANURI, "https://a\x00b/", ""},
		{"OTHER", "x", ""},
	} {
		names, no := typedNames([]*RequestedName{{c.kind, c.value}}, everyName)
		if (no == nil) != (c.want != "") || no != nil && no.Code != refusal.Invalid {
			t.Errorf("%s %q: %v", c.kind, c.value, no)
			continue
		}
		if no != nil {
			if want := []string{"input", "names", "0", "value"}; !slices.Equal(no.Field, want) {
				t.Errorf("%s %q points at %v", c.kind, c.value, no.Field)
			}
			continue
		}
		if got := slices.Concat(names.DNSNames, names.EmailAddresses, names.IPAddresses, names.URIs); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s %q is kept as %v, want %q", c.kind, c.value, got, c.want)
		}
	}
}
