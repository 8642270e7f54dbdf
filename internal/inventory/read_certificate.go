package inventory

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"gatehouse/internal/refusal"
)

// maxCertificate bounds a certificate, in bytes: what chains carry is below 8 KiB,
// and one with some hundred names below 64.
const maxCertificate = 64 << 10

// certificateText is what a certificate says, as it is kept beside its bytes.
type certificateText struct {
	der                     []byte
	sha256                  string
	serial, subject, issuer string
	notBefore, notAfter     time.Time
}

// readCertificate reads a certificate's DER. Its signature is not judged: whoever
// links it answers for where it comes from.
func readCertificate(der []byte) (certificateText, *refusal.Refusal) {
	if len(der) > maxCertificate {
		return certificateText{}, refusal.New(refusal.Invalid, "A certificate has up to %d bytes; this one has %d.", maxCertificate, len(der))
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return certificateText{}, refusal.New(refusal.Invalid, "This is not one X.509 certificate in DER, the form without -----BEGIN CERTIFICATE-----: %s.", strings.TrimPrefix(clip(err.Error()), "x509: "))
	}
	if parsed.NotAfter.Before(parsed.NotBefore) {
		return certificateText{}, refusal.New(refusal.Invalid, "This certificate ends on %s, before it begins on %s; it was never valid.",
			parsed.NotAfter.UTC().Format(time.DateOnly), parsed.NotBefore.UTC().Format(time.DateOnly))
	}
	sum := sha256.Sum256(der)
	return certificateText{
		der: der, sha256: hex.EncodeToString(sum[:]), serial: parsed.SerialNumber.Text(16),
		subject: distinguished(parsed.RawSubject), issuer: distinguished(parsed.RawIssuer),
		notBefore: parsed.NotBefore.UTC(), notAfter: parsed.NotAfter.UTC(),
	}, nil
}

// distinguished is a distinguished name as RFC 4514 writes it, with all its parts
// in the order of the certificate. What a screen does not show, or the database
// does not keep, stands there as U+FFFD.
func distinguished(raw []byte) string {
	var name pkix.RDNSequence
	if _, err := asn1.Unmarshal(raw, &name); err != nil {
		return "" // the parser has read it before
	}
	return strings.Map(func(r rune) rune {
		if misleading(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(name.String(), string(unicode.ReplacementChar)))
}
