package lifecycle

import "io"

// CertificateStatus is where a certificate stands.
type CertificateStatus string

// The values of CertificateStatus.
const (
	// CertificateIssued: valid.
	CertificateIssued CertificateStatus = "ISSUED"
	// CertificateExpired: its notAfter has passed.
	CertificateExpired CertificateStatus = "EXPIRED"
	// CertificateRevoked: revoked for good.
	CertificateRevoked CertificateStatus = "REVOKED"
	// CertificateSuspended: on hold; still counts as a certificate of its seat.
	CertificateSuspended CertificateStatus = "SUSPENDED"
)

// CertificateStatuses lists the values of CertificateStatus.
var CertificateStatuses = []CertificateStatus{CertificateIssued, CertificateExpired, CertificateRevoked, CertificateSuspended}

// MarshalGQL writes the value as a GraphQL enum value.
func (v CertificateStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *CertificateStatus) UnmarshalGQL(x any) error { return readEnum(x, v, CertificateStatuses) }

// CertificateSource is how a certificate came here.
type CertificateSource string

// The values of CertificateSource.
const (
	// SourceIssued: by an enrollment.
	SourceIssued CertificateSource = "ISSUED"
	// SourceImported: brought in by a person.
	SourceImported CertificateSource = "IMPORTED"
	// SourceDiscovered: found on the network.
	SourceDiscovered CertificateSource = "DISCOVERED"
)

// CertificateSources lists the values of CertificateSource.
var CertificateSources = []CertificateSource{SourceIssued, SourceImported, SourceDiscovered}

// MarshalGQL writes the value as a GraphQL enum value.
func (v CertificateSource) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *CertificateSource) UnmarshalGQL(x any) error { return readEnum(x, v, CertificateSources) }

// IssuanceState is how far the certificate authority is with an enrollment that is being redeemed.
type IssuanceState string

// The values of IssuanceState.
const (
	// IssuanceRequested: the CA is at work; nobody else acts on the enrollment and it does not expire.
	IssuanceRequested IssuanceState = "REQUESTED"
	// IssuanceFailed: the CA said no; the enrollment can be redeemed again.
	IssuanceFailed IssuanceState = "FAILED"
)

// IssuanceStates lists the values of IssuanceState.
var IssuanceStates = []IssuanceState{IssuanceRequested, IssuanceFailed}

// MarshalGQL writes the value as a GraphQL enum value.
func (v IssuanceState) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *IssuanceState) UnmarshalGQL(x any) error { return readEnum(x, v, IssuanceStates) }
