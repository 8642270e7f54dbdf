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

// Counts reports whether a certificate in this status, as written, is one that
// its seat has: a suspended one is, an expired or revoked one is not.
func (v CertificateStatus) Counts() bool { return v == CertificateIssued || v == CertificateSuspended }

// RevocationReason is why a certificate was revoked (RFC 5280 section 5.3.1). Removal from the CRL is no reason to revoke, and
// certificateHold is a suspension.
type RevocationReason string

// The values of RevocationReason.
const (
	// RevokedUnspecified: no reason was given.
	RevokedUnspecified RevocationReason = "UNSPECIFIED"
	// RevokedKeyCompromise: somebody else may have the private key.
	RevokedKeyCompromise RevocationReason = "KEY_COMPROMISE"
	// RevokedCACompromise: somebody else may have the CA's private key.
	RevokedCACompromise RevocationReason = "CA_COMPROMISE"
	// RevokedAffiliationChanged: a name in the certificate is no longer right.
	RevokedAffiliationChanged RevocationReason = "AFFILIATION_CHANGED"
	// RevokedSuperseded: another certificate took its place.
	RevokedSuperseded RevocationReason = "SUPERSEDED"
	// RevokedCessationOfOperation: what it was issued for is gone.
	RevokedCessationOfOperation RevocationReason = "CESSATION_OF_OPERATION"
	// RevokedPrivilegeWithdrawn: its holder may no longer have what it grants.
	RevokedPrivilegeWithdrawn RevocationReason = "PRIVILEGE_WITHDRAWN"
	// RevokedAACompromise: somebody else may have the attribute authority's private key.
	RevokedAACompromise RevocationReason = "AA_COMPROMISE"
)

// RevocationReasons lists the values of RevocationReason.
var RevocationReasons = []RevocationReason{
	RevokedUnspecified, RevokedKeyCompromise, RevokedCACompromise, RevokedAffiliationChanged, RevokedSuperseded,
	RevokedCessationOfOperation, RevokedPrivilegeWithdrawn, RevokedAACompromise,
}

// MarshalGQL writes the value as a GraphQL enum value.
func (v RevocationReason) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *RevocationReason) UnmarshalGQL(x any) error { return readEnum(x, v, RevocationReasons) }

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
