package lifecycle

import "io"

// KeyKind is a kind of public key, by algorithm and size.
type KeyKind string

// The values of KeyKind.
const (
	RSA2048 KeyKind = "RSA_2048"
	RSA3072 KeyKind = "RSA_3072"
	RSA4096 KeyKind = "RSA_4096"
	ECP256  KeyKind = "EC_P256"
	ECP384  KeyKind = "EC_P384"
	ECP521  KeyKind = "EC_P521"
	Ed25519 KeyKind = "ED25519"
)

// KeyKinds lists the values of KeyKind.
var KeyKinds = []KeyKind{RSA2048, RSA3072, RSA4096, ECP256, ECP384, ECP521, Ed25519}

// MarshalGQL writes the value as a GraphQL enum value.
func (v KeyKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *KeyKind) UnmarshalGQL(x any) error { return readEnum(x, v, KeyKinds) }

// SANKind is a kind of subject alternative name (RFC 5280 section 4.2.1.6).
type SANKind string

// The values of SANKind.
const (
	SANDNS   SANKind = "DNS"
	SANEmail SANKind = "EMAIL"
	SANIP    SANKind = "IP"
	SANURI   SANKind = "URI"
)

// SANKinds lists the values of SANKind.
var SANKinds = []SANKind{SANDNS, SANEmail, SANIP, SANURI}

// MarshalGQL writes the value as a GraphQL enum value.
func (v SANKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *SANKind) UnmarshalGQL(x any) error { return readEnum(x, v, SANKinds) }
