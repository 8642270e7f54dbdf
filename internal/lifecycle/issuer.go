package lifecycle

import "io"

// Issuer is which certificate authority is asked when an enrollment is redeemed.
type Issuer string

// The values of Issuer.
const (
	// IssuerBuiltIn: the server's own private CA.
	IssuerBuiltIn Issuer = "BUILT_IN"
	// IssuerACME: a public CA that speaks ACME (RFC 8555).
	IssuerACME Issuer = "ACME"
	// IssuerExternal: nobody is asked; somebody attaches the certificate.
	IssuerExternal Issuer = "EXTERNAL"
)

// Issuers lists the values of Issuer.
var Issuers = []Issuer{IssuerBuiltIn, IssuerACME, IssuerExternal}

// MarshalGQL writes the value as a GraphQL enum value.
func (v Issuer) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *Issuer) UnmarshalGQL(x any) error { return readEnum(x, v, Issuers) }

// UsualIssuer is the one of a profile that names none: the private CA for
// PRIVATE; for PUBLIC an ACME CA, but where no host is named (USER, ORGANIZATION)
// under manual approval the certificate comes from elsewhere.
func UsualIssuer(ca CAType, method AuthenticationMethod, t SeatType) Issuer {
	switch {
	case ca == Private:
		return IssuerBuiltIn
	case method == ManualApproval && !t.NamesHosts():
		return IssuerExternal
	}
	return IssuerACME
}

// NamesHosts reports whether certificates of the type's seats name hosts, which
// is what ACME certifies.
func (v SeatType) NamesHosts() bool { return v == Server || v == Device || v == Unified }

// KeyUsage is what a certificate's key may be used for (RFC 5280 section 4.2.1.3).
type KeyUsage string

// The values of KeyUsage.
const (
	DigitalSignature  KeyUsage = "DIGITAL_SIGNATURE"
	ContentCommitment KeyUsage = "CONTENT_COMMITMENT"
	KeyEncipherment   KeyUsage = "KEY_ENCIPHERMENT"
	DataEncipherment  KeyUsage = "DATA_ENCIPHERMENT"
	KeyAgreement      KeyUsage = "KEY_AGREEMENT"
)

// KeyUsages lists the values of KeyUsage.
var KeyUsages = []KeyUsage{DigitalSignature, ContentCommitment, KeyEncipherment, DataEncipherment, KeyAgreement}

// MarshalGQL writes the value as a GraphQL enum value.
func (v KeyUsage) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *KeyUsage) UnmarshalGQL(x any) error { return readEnum(x, v, KeyUsages) }

// ExtendedKeyUsage is what a certificate is for (RFC 5280 section 4.2.1.12).
type ExtendedKeyUsage string

// The values of ExtendedKeyUsage.
const (
	ServerAuth      ExtendedKeyUsage = "SERVER_AUTH"
	ClientAuth      ExtendedKeyUsage = "CLIENT_AUTH"
	EmailProtection ExtendedKeyUsage = "EMAIL_PROTECTION"
	CodeSigning     ExtendedKeyUsage = "CODE_SIGNING"
)

// ExtendedKeyUsages lists the values of ExtendedKeyUsage.
var ExtendedKeyUsages = []ExtendedKeyUsage{ServerAuth, ClientAuth, EmailProtection, CodeSigning}

// MarshalGQL writes the value as a GraphQL enum value.
func (v ExtendedKeyUsage) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *ExtendedKeyUsage) UnmarshalGQL(x any) error { return readEnum(x, v, ExtendedKeyUsages) }

// UsualExtendedKeyUsages are those of a profile that names none.
func UsualExtendedKeyUsages(t SeatType) []ExtendedKeyUsage {
	switch t {
	case Server:
		return []ExtendedKeyUsage{ServerAuth, ClientAuth}
	case Device:
		return []ExtendedKeyUsage{ClientAuth, ServerAuth}
	case Unified:
		return []ExtendedKeyUsage{ClientAuth, EmailProtection, ServerAuth}
	}
	return []ExtendedKeyUsage{ClientAuth, EmailProtection}
}
