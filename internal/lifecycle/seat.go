package lifecycle

import "io"

// SeatStatus is where a seat stands. A seat has the first of them that holds, in the order DELETED, CONSUMED, ENROLLED, CREATED.
type SeatStatus string

// The values of SeatStatus.
const (
	// SeatCreated: it holds a licence and nothing else.
	SeatCreated SeatStatus = "CREATED"
	// SeatEnrolled: it has an active enrollment.
	SeatEnrolled SeatStatus = "ENROLLED"
	// SeatConsumed: it has a certificate that counts.
	SeatConsumed SeatStatus = "CONSUMED"
	// SeatDeleted: it was deleted and released its licence.
	SeatDeleted SeatStatus = "DELETED"
)

// SeatStatuses lists the values of SeatStatus.
var SeatStatuses = []SeatStatus{SeatCreated, SeatEnrolled, SeatConsumed, SeatDeleted}

// MarshalGQL writes the value as a GraphQL enum value.
func (v SeatStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *SeatStatus) UnmarshalGQL(x any) error { return readEnum(x, v, SeatStatuses) }

// SeatType is what kind of thing a seat stands for, and what a licence is bought for (TLM, "Seat management").
type SeatType string

// The values of SeatType.
const (
	// User: a person.
	User SeatType = "USER"
	// Device: a device.
	Device SeatType = "DEVICE"
	// Server: a server.
	Server SeatType = "SERVER"
	// Organization: an organisation.
	Organization SeatType = "ORGANIZATION"
	// Imported: a certificate that was brought in.
	Imported SeatType = "IMPORTED"
	// Discovery: a certificate that was found on the network.
	Discovery SeatType = "DISCOVERY"
	// CertificateManagement: a certificate that is managed for someone else's CA.
	CertificateManagement SeatType = "CERTIFICATE_MANAGEMENT"
	// Unified: TLM's single type since October 2025.
	Unified SeatType = "UNIFIED"
)

// SeatTypes lists the values of SeatType.
var SeatTypes = []SeatType{User, Device, Server, Organization, Imported, Discovery, CertificateManagement, Unified}

// MarshalGQL writes the value as a GraphQL enum value.
func (v SeatType) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *SeatType) UnmarshalGQL(x any) error { return readEnum(x, v, SeatTypes) }

// HoldsSeveral reports whether a seat of the type holds several valid
// certificates at once; every other type holds one, and its successor inside
// the profile's renewal window.
func (v SeatType) HoldsSeveral() bool { return v == User || v == Unified }

// ByHand reports whether people create seats of the type; IMPORTED and
// DISCOVERY seats come from import and discovery only.
func (v SeatType) ByHand() bool { return v != Imported && v != Discovery }

// Enrollable reports whether a seat of the type is linked to an enrollment.
func (v SeatType) Enrollable() bool {
	switch v {
	case User, Device, Server, Organization, Unified:
		return true
	}
	return false
}

// HasPhone reports whether a seat of the type has a phone number.
func (v SeatType) HasPhone() bool { return v == User || v == Unified }

// StaysConsumed reports whether a seat of the type is consumed from its first
// certificate until it is deleted; every other type is while one of its
// certificates is valid.
func (v SeatType) StaysConsumed() bool {
	switch v {
	case Imported, Discovery, CertificateManagement:
		return true
	}
	return false
}
