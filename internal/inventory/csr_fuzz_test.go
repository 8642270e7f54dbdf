package inventory

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
)

// FuzzCSR feeds readCSR with what is nearly a request: DER, which is put into PEM,
// or a text as it is.
func FuzzCSR(f *testing.F) {
	for _, template := range []x509.CertificateRequest{
		{},
		{Subject: pkix.Name{CommonName: "a.example", Organization: []string{"Example"}, Country: []string{"DE"}}, DNSNames: []string{"a.example", "*.b.example"}},
		{Subject: pkix.Name{SerialNumber: "7"}, EmailAddresses: []string{"a@b.example"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1), net.IPv6loopback}, URIs: []*url.URL{{Scheme: "spiffe", Host: "x", Path: "/y"}}},
		{ExtraExtensions: []pkix.Extension{{Id: []int{2, 5, 29, 19}, Value: []byte{0x30, 3, 1, 1, 0xff}}, {Id: []int{2, 5, 29, 17}, Value: []byte{0x30, 3, 0x88, 1, 0x2a}}}},
	} {
		der, err := x509.CreateCertificateRequest(rand.Reader, &template, anEdKey(f))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der, true)
		f.Add([]byte(inPEM("NEW CERTIFICATE REQUEST", der)), false)
	}
	f.Add([]byte("-----BEGIN CERTIFICATE REQUEST-----\nX: y\n\nMAA=\n-----END CERTIFICATE REQUEST-----\n# more"), false)
	f.Fuzz(func(t *testing.T, given []byte, der bool) {
		text := string(given)
		if der {
			text = inPEM("CERTIFICATE REQUEST", given)
		}
		kept, names, no := readCSR(text, everyName)
		if no != nil {
			toShow(t, no)
		} else {
			again, same, no := readCSR(kept, everyName)
			if no != nil || again != kept || !reflect.DeepEqual(same, names) {
				t.Errorf("kept as\n%s it says %+v and %v, and before it said %+v", kept, same, no, names)
			}
			if shown, plain := plainNames(names); !plain {
				t.Errorf("an approver would be shown %q", shown)
			}
		}
		// A signature that does not fit keeps most of them from what comes behind it.
		csr, no := parseCSR(text)
		if no != nil {
			return
		}
		for _, no := range []*refusal.Refusal{checkNames(namesOf(csr), everyName), issuer.AsksForAuthority(csr)} {
			toShow(t, no)
		}
		_ = issuer.HidesNames(csr)
		_, no = issuer.ParseName(csr.RawSubject)
		toShow(t, no)
	})
}

// anEdKey is a key that is made quickly.
func anEdKey(f *testing.F) ed25519.PrivateKey {
	f.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	return key
}

// toShow checks that a refusal can be shown and kept.
func toShow(t *testing.T, no *refusal.Refusal) {
	t.Helper()
	if no != nil && (no.Message == "" || !utf8.ValidString(no.Message) || strings.ContainsRune(no.Message, 0)) {
		t.Errorf("the refusal %q cannot be shown", no.Message)
	}
}
