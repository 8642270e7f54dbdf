package inventory

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/certificate"
	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// CertificateFilter narrows a list of certificates; nil does not narrow, an empty
// list matches nothing.
type CertificateFilter struct {
	BusinessUnitIDs     []id.ID
	Statuses            []lifecycle.CertificateStatus
	Sources             []lifecycle.CertificateSource
	Seats               []id.ID
	SerialNumbers       []string
	Sha256              []string
	KeySha256           []string
	Names               []string
	Subject             *string
	Issuer              *string
	KeyAlgorithms       []string
	SignatureAlgorithms []string
	AuthorityKeyIDs     []string
	IsCa                *bool

	HasSeat                *bool
	HasEnrollment          *bool
	ExcludeStatuses        []lifecycle.CertificateStatus
	ExcludeSources         []lifecycle.CertificateSource
	ExcludeBusinessUnitIDs []id.ID

	NotBeforeSince  *time.Time
	NotBeforeBefore *time.Time
	NotAfterSince   *time.Time
	NotAfterBefore  *time.Time
	CreatedSince    *time.Time
	CreatedBefore   *time.Time
	UpdatedSince    *time.Time
	UpdatedBefore   *time.Time
}

// The limits of a filter's values.
const (
	longestSerial = 1024 // hex digits: as many as certificate.Read keeps of a serial number; RFC 5280 allows 40
	longestName   = 2000
)

// certificateRule is how the values of a CertificateFilter are treated.
var certificateRule = filter.RuleFor[CertificateFilter](filter.Forms{
	"businessUnitIds": filter.IDs(id.BusinessUnit), "excludeBusinessUnitIds": filter.IDs(id.BusinessUnit), "seats": filter.IDs(id.Seat),
	"serialNumbers": filter.Texts(tidySerial), "sha256": filter.Texts(tidyThumbprint), "keySha256": filter.Texts(tidyThumbprint), "names": filter.Texts(tidyName),
	"keyAlgorithms": filter.Texts(tidyKeyAlgorithm), "signatureAlgorithms": filter.Texts(tidySignature), "authorityKeyIds": filter.Texts(tidyKeyID),
	"subject": filter.Folded(anywhere, longestSearch), "issuer": filter.Folded(anywhere, longestSearch),
})

// tidied is the filter with its values as certificates keep them, by the rule of all
// filters. Refused: INVALID, for what no certificate can have.
func (f *CertificateFilter) tidied() (CertificateFilter, *refusal.Refusal) {
	return certificateRule.Tidied(f)
}

// empty reports whether some list of the filter is empty, which matches nothing.
func (f CertificateFilter) empty() bool { return certificateRule.Empty(f) }

// exact reports whether some condition names the certificates that it is about.
func (f CertificateFilter) exact() bool {
	return f.Seats != nil || f.SerialNumbers != nil || f.Sha256 != nil || f.KeySha256 != nil || f.Names != nil
}

// tidyHex is hex as certificates keep it: in lower case, without what programs write
// between the digits. It says what is wrong with anything else.
func tidyHex(given string) (hex, wrong string) {
	hex = strings.Map(func(r rune) rune {
		if r == ':' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, given)
	if other := strings.Trim(hex, "0123456789abcdef"); other != "" {
		return "", fmt.Sprintf("holds %.20q, which is no hexadecimal digit; write it as a certificate shows it, such as 0a:1b:2c", other)
	}
	return hex, ""
}

// tidySerial is a serial number without the zeros in front.
func tidySerial(given string) (serial, wrong string) {
	digits, negative := strings.CutPrefix(given, "-")
	if serial, wrong = tidyHex(digits); wrong != "" {
		return "", wrong
	}
	if serial == "" || len(serial) > longestSerial {
		return "", fmt.Sprintf("has %d hexadecimal digits; a serial number has 1 to %d", len(serial), longestSerial)
	}
	if serial = strings.TrimLeft(serial, "0"); serial == "" {
		return "0", ""
	}
	if negative {
		serial = "-" + serial
	}
	return serial, ""
}

// tidyThumbprint is a SHA-256 in hex.
func tidyThumbprint(given string) (sum, wrong string) {
	if sum, wrong = tidyHex(given); wrong == "" && len(sum) != 64 {
		return "", fmt.Sprintf("has %d hexadecimal digits; a SHA-256 has 64 (and a SHA-1, which is not looked up, 40)", len(sum))
	}
	return sum, wrong
}

// tidyKeyAlgorithm is the name of a public key's algorithm, as certificates keep it.
// What none can be called is told: it would find nothing for ever, and look like a
// house without such keys.
func tidyKeyAlgorithm(given string) (name, wrong string) {
	if name = tidy(given); !certificate.IsKeyAlgorithm(name) {
		return "", fmt.Sprintf("is %.40q, which no public key's algorithm is called; write it as keyAlgorithm shows it, such as RSA_2048, EC_P256, ED25519, or as a dotted identifier such as 1.2.840.113549.1.1.1", given)
	}
	return name, ""
}

// tidySignature is the name of a signature's algorithm, as tidyKeyAlgorithm.
func tidySignature(given string) (name, wrong string) {
	if name = tidy(given); !certificate.IsSignatureAlgorithm(name) {
		return "", fmt.Sprintf("is %.40q, which no signature's algorithm is called; they are a dotted identifier such as 1.2.840.113549.1.1.11, and %s", given, strings.Join(certificate.SignatureAlgorithms(), ", "))
	}
	return name, ""
}

// tidyKeyID is the identifier of a key in hex.
func tidyKeyID(given string) (key, wrong string) {
	if key, wrong = tidyHex(given); wrong == "" && (key == "" || len(key) > longestSerial) {
		return "", fmt.Sprintf("has %d hexadecimal digits; the identifier of a key has 1 to %d", len(key), longestSerial)
	}
	return key, wrong
}

// tidyName is a subject alternative name in lower case.
func tidyName(given string) (name, wrong string) {
	switch name = strings.ToLower(tidy(given)); {
	case utf8.RuneCountInString(name) > longestName:
		return "", fmt.Sprintf("has %d characters; 1 to %d are allowed", utf8.RuneCountInString(name), longestName)
	case strings.IndexFunc(name, func(r rune) bool { return !separates(r) }) < 0:
		return "", "has neither a letter nor a digit, so that it cannot be looked up"
	}
	return name, ""
}
