package issuer

import (
	"crypto/x509"
	"encoding/asn1"

	"gatehouse/internal/refusal"
)

// The extensions of a CSR that are looked into (RFC 5280 section 4.2.1).
var (
	subjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
	basicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	keyUsage         = asn1.ObjectIdentifier{2, 5, 29, 15}
)

// HidesNames reports whether a CSR asks for an alternative name of a kind that
// crypto/x509 passes over, such as a user principal name: nobody who reads the names
// of the parsed CSR would see it.
func HidesNames(csr *x509.CertificateRequest) bool {
	for _, e := range csr.Extensions {
		if !e.Id.Equal(subjectAltName) {
			continue
		}
		var names []asn1.RawValue
		if _, err := asn1.Unmarshal(e.Value, &names); err != nil {
			return true
		}
		for _, n := range names {
			switch n.Tag {
			case 1, 2, 6, 7: // rfc822Name, dNSName, uniformResourceIdentifier, iPAddress
			default:
				return true
			}
		}
	}
	return false
}

// The bits of a key usage by which a key signs certificates and revocation lists.
const (
	keyCertSign = 5
	cRLSign     = 6
)

// AsksForAuthority refuses (INVALID_CSR) a CSR that asks for the certificate of a
// certificate authority. The built-in one takes a key from a CSR and nothing else, but
// an authority elsewhere is sent the whole CSR and may copy what it asks for, which
// approvers are not shown.
func AsksForAuthority(csr *x509.CertificateRequest) *refusal.Refusal {
	for _, e := range csr.Extensions {
		asks := false
		switch {
		case e.Id.Equal(basicConstraints):
			var c struct {
				IsCA       bool `asn1:"optional"`
				MaxPathLen int  `asn1:"optional,default:-1"`
			}
			rest, err := asn1.Unmarshal(e.Value, &c)
			asks = err != nil || len(rest) > 0 || c.IsCA
		case e.Id.Equal(keyUsage):
			var bits asn1.BitString
			rest, err := asn1.Unmarshal(e.Value, &bits)
			asks = err != nil || len(rest) > 0 || bits.At(keyCertSign) == 1 || bits.At(cRLSign) == 1
		}
		if asks {
			return refusal.New(refusal.InvalidCSR, "The certificate request asks for the certificate of a certificate authority (basic constraints with CA:TRUE, or the usage to sign certificates or revocation lists), or cannot be read there; make a request without that.").At("csr")
		}
	}
	return nil
}
