package issuer

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/smallstep/pkcs7"
)

// PEM is certificates in DER as text (RFC 7468 section 5), one after the other.
func PEM(ders ...[]byte) string {
	var text []byte
	for _, der := range ders {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return string(text)
}

// PKCS7 is a certificate and those above it as PKCS#7 without content or signer,
// as text (RFC 7468 section 8): one file that mail programs and Windows import
// whole. What is no certificate is an error.
func PKCS7(der []byte, chain [][]byte) (string, error) {
	var all []byte
	for _, one := range append([][]byte{der}, chain...) {
		if _, err := x509.ParseCertificate(one); err != nil {
			return "", fmt.Errorf("issuer: write PKCS#7: %w", err)
		}
		all = append(all, one...)
	}
	bundle, err := pkcs7.DegenerateCertificate(all)
	if err != nil {
		return "", fmt.Errorf("issuer: write PKCS#7: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: bundle})), nil
}

// Chain is the certificates of a text in PEM, in DER; what stands between them is
// passed over.
func Chain(text string) [][]byte {
	var ders [][]byte
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			ders = append(ders, block.Bytes)
		}
	}
	return ders
}
