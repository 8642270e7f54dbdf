package inventory

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"strings"

	"gatehouse/internal/certificate"
	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
)

// mostOfSerial is how many hex digits of a serial number are kept: an index has room
// for no more. RFC 5280 has 40.
const mostOfSerial = 2000

// readKept reads a certificate and refuses what the database cannot keep: it holds
// whatever an authority would ever write, and only what was made to break things not.
func readKept(der []byte) (certificate.Text, *refusal.Refusal) {
	text, no := readCertificate(der)
	switch {
	case no != nil:
	case len(text.Serial) > mostOfSerial:
		no = refusal.New(refusal.Invalid, "The certificate's serial number has %d hex digits; up to %d are kept.", len(text.Serial), mostOfSerial)
	case text.NotBefore.Year() < 1 || text.NotAfter.Year() < 1:
		no = refusal.New(refusal.Invalid, "The certificate's validity begins or ends before the year 1, which cannot be kept.")
	}
	return text, no
}

// unreadable is the no to what is no certificate.
func unreadable(err error) *refusal.Refusal {
	sentence := err.Error()
	return refusal.New(refusal.Invalid, "%s.", strings.ToUpper(sentence[:1])+sentence[1:])
}

// signedInTurn is the PEM of the certificates above the first, when each has signed
// the one before it; else nothing: a server may send any certificates that it likes,
// and a chain that does not hold is no use.
func signedInTurn(ders [][]byte) string {
	var below *x509.Certificate
	for _, der := range ders {
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			return ""
		}
		if key, isRSA := parsed.PublicKey.(*rsa.PublicKey); isRSA && key.N.BitLen() > maxSigner {
			return ""
		}
		if below != nil && (!bytes.Equal(below.RawIssuer, parsed.RawSubject) || below.CheckSignatureFrom(parsed) != nil) {
			return ""
		}
		below = parsed
	}
	return issuer.PEM(ders[1:]...)
}
