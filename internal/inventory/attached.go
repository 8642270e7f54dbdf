package inventory

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"gatehouse/internal/certificate"
	"gatehouse/internal/issuer"
	"gatehouse/internal/refusal"
)

const (
	// maxChain bounds the certificates above the one that is attached.
	maxChain = 10
	// maxAttached bounds them all, in bytes of PEM: a chain has less than a tenth.
	maxAttached = 512 << 10
	// maxSigner bounds the RSA key of a certificate authority, in bits: the time of
	// checking a signature grows with the square of its length.
	maxSigner = 16384
)

// attached is a certificate that was issued elsewhere, and those above it.
type attached struct {
	text  certificate.Text
	key   crypto.PublicKey
	chain string
}

// readAttached reads a certificate in PEM (RFC 7468 section 5), and behind it those
// above it, its issuer's first: each must have signed the one before it, so that
// whoever picks the certificate up can check it. Text between them is passed over,
// as openssl writes it. Refused is what holds anything else, and a certificate
// whose time has passed.
func readAttached(given string, now time.Time) (attached, *refusal.Refusal) {
	if len(given) > maxAttached {
		return attached{}, refusal.New(refusal.Invalid, "The certificate and its chain have %d bytes; at most %d are read. Leave out what does not belong to the chain.", len(given), maxAttached)
	}
	ders, no := certificateBlocks(given)
	if no != nil {
		return attached{}, no
	}
	var a attached
	var below *x509.Certificate
	for n, der := range ders {
		text, no := readCertificate(der)
		if no != nil {
			return attached{}, nth(no, n)
		}
		parsed, err := x509.ParseCertificate(der)
		if err != nil {
			// readCertificate reads what nobody can check any more.
			return attached{}, nth(refusal.New(refusal.Invalid, "This certificate is odd, so that neither its key nor its signature can be checked (%s). Have one issued that keeps to RFC 5280.", strings.TrimPrefix(clip(err.Error()), "x509: ")), n)
		}
		if below == nil {
			a.text, a.key = text, parsed.PublicKey
		} else if key, isRSA := parsed.PublicKey.(*rsa.PublicKey); isRSA && key.N.BitLen() > maxSigner {
			return attached{}, nth(refusal.New(refusal.Invalid, "This certificate's RSA key has %d bits; a certificate authority's may have %d.", key.N.BitLen(), maxSigner), n)
		} else if err := below.CheckSignatureFrom(parsed); err != nil {
			return attached{}, nth(refusal.New(refusal.Invalid, "This certificate did not sign the one before it (%s). Put the issuer's certificate right behind the certificate, then the issuer's issuer's, up to the root.",
				strings.TrimPrefix(clip(err.Error()), "x509: ")), n)
		}
		below = parsed
	}
	if !now.Before(a.text.NotAfter) {
		return attached{}, refusal.New(refusal.Invalid, "This certificate expired on %s; attach one that is valid.", a.text.NotAfter.Format(time.DateOnly))
	}
	a.chain = issuer.PEM(ders[1:]...)
	return a, nil
}

// certificateBlocks are the certificates of a text in PEM, in DER.
func certificateBlocks(given string) (ders [][]byte, no *refusal.Refusal) {
	for block, rest := pem.Decode([]byte(given)); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, refusal.New(refusal.Invalid, "There is a %.40q among the certificates; send the certificate and those above it alone, and never a private key.", block.Type)
		}
		ders = append(ders, block.Bytes)
	}
	switch begun := strings.Count(given, "-----BEGIN "); {
	case begun != len(ders):
		return nil, refusal.New(refusal.Invalid, "%d of %d certificates cannot be read as PEM; copy them anew and whole, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.", begun-len(ders), begun)
	case len(ders) == 0:
		return nil, refusal.New(refusal.Invalid, "The certificate must be in PEM, beginning with -----BEGIN CERTIFICATE-----; openssl x509 -inform DER writes it from a DER file.")
	case len(ders) > maxChain+1:
		return nil, refusal.New(refusal.Invalid, "There are %d certificates; one and up to %d above it are read. Leave out what does not belong to its chain.", len(ders), maxChain)
	}
	for n := range ders {
		if slices.ContainsFunc(ders[:n], func(earlier []byte) bool { return string(earlier) == string(ders[n]) }) {
			return nil, nth(refusal.New(refusal.Invalid, "This certificate stands there twice; send each once."), n)
		}
	}
	return ders, nil
}

// nth says which of the certificates a refusal is about; of the first it goes
// without saying.
func nth(no *refusal.Refusal, n int) *refusal.Refusal {
	if n == 0 {
		return no
	}
	return refusal.New(no.Code, "Certificate %d of the chain: %s", n, no.Message)
}

// fits refuses a certificate for another key than the one of the request's CSR,
// which its holder has and the approvers have seen.
func (a attached) fits(l *locked, csr string) *refusal.Refusal {
	block, _ := pem.Decode([]byte(csr))
	if block == nil {
		return refusal.New(refusal.KeyMismatch, "The request came without a CSR, so there is no key that a certificate could be for: under %s it is made at pick-up. Let the holder redeem it.", l.enrollmentMethod)
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return refusal.New(refusal.KeyMismatch, "The request's CSR cannot be read any more, so no certificate can be for its key. Reject the request, and have it made anew.")
	}
	if key, ok := request.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); ok && key.Equal(a.key) {
		return nil
	}
	return refusal.New(refusal.KeyMismatch, "The certificate's key is not the one of the request's CSR, so its holder could not use it. Have a certificate issued for the CSR of this very request.")
}
