package inventory

import (
	"crypto/elliptic"
	"crypto/x509"
	"crypto/x509/pkix"
	"strings"
	"testing"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// TestASubjectThatCannotBeIssuedIsRefusedAtOnce, before people approve it; unless
// the certificate will not have it, or is made elsewhere.
func TestASubjectThatCannotBeIssuedIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	domain := pkix.Name{CommonName: "Ada", ExtraNames: []pkix.AttributeTypeAndValue{{Type: []int{0, 9, 2342, 19200300, 100, 1, 25}, Value: "example"}}}
	csr := signed(t, ecKey(t, elliptic.P256()), x509.CertificateRequest{Subject: domain})
	for _, c := range []struct {
		name    string
		promise lifecycle.Promise
		refused bool
	}{
		{"the built-in authority", lifecycle.Promise{Issuer: lifecycle.IssuerBuiltIn}, true},
		{"which makes the subject by a template", lifecycle.Promise{Issuer: lifecycle.IssuerBuiltIn, SubjectTemplate: "CN={seat.name}"}, false},
		{"elsewhere", lifecycle.Promise{Issuer: lifecycle.IssuerExternal}, false},
		{"by ACME", lifecycle.Promise{Issuer: lifecycle.IssuerACME}, false},
	} {
		_, _, no := readCSR(csr, c.promise)
		if (no != nil) != c.refused || no != nil && (no.Code != refusal.NameNotAllowed || !strings.Contains(no.Message, "0.9.2342.19200300.100.1.25") || strings.Join(no.Field, ".") != "input.csr") {
			t.Errorf("%s: %v", c.name, no)
		}
	}
}
