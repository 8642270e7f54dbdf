package refusal

import (
	"fmt"
	"io"
	"strconv"
)

// Code names a rule's no. Programs branch on it, so a code is never renamed.
type Code string

// The codes. What each means to a caller stands beside the value of the same
// name in schema.graphqls; a test keeps the two lists equal.
const (
	Forbidden               Code = "FORBIDDEN"
	NotFound                Code = "NOT_FOUND"
	Invalid                 Code = "INVALID"
	Duplicate               Code = "DUPLICATE"
	Conflict                Code = "CONFLICT"
	KeyReused               Code = "KEY_REUSED"
	InvalidState            Code = "INVALID_STATE"
	WrongMethod             Code = "WRONG_METHOD"
	OwnRequest              Code = "OWN_REQUEST"
	AlreadyDecided          Code = "ALREADY_DECIDED"
	NotRequester            Code = "NOT_REQUESTER"
	Issuing                 Code = "ISSUING"
	NoSeatLeft              Code = "NO_SEAT_LEFT"
	NoLicenceLeft           Code = "NO_LICENCE_LEFT"
	SeatsInTheWay           Code = "SEATS_IN_THE_WAY"
	SeatDeleted             Code = "SEAT_DELETED"
	SeatHasCertificate      Code = "SEAT_HAS_CERTIFICATE"
	WrongSeatType           Code = "WRONG_SEAT_TYPE"
	ProfileArchived         Code = "PROFILE_ARCHIVED"
	ActiveEnrollmentExists  Code = "ACTIVE_ENROLLMENT_EXISTS"
	BusinessUnitNotEmpty    Code = "BUSINESS_UNIT_NOT_EMPTY"
	BusinessUnitIsDefault   Code = "BUSINESS_UNIT_IS_DEFAULT"
	InvalidCSR              Code = "INVALID_CSR"
	KeyNotAllowed           Code = "KEY_NOT_ALLOWED"
	NameNotAllowed          Code = "NAME_NOT_ALLOWED"
	CodePrivateOnly         Code = "CODE_PRIVATE_ONLY"
	ResendNotForThisMethod  Code = "RESEND_NOT_FOR_THIS_METHOD"
	WrongCode               Code = "WRONG_CODE"
	KeyMismatch             Code = "KEY_MISMATCH"
	NamesDiffer             Code = "NAMES_DIFFER"
	IssuedElsewhere         Code = "ISSUED_ELSEWHERE"
	OutsideRenewalWindow    Code = "OUTSIDE_RENEWAL_WINDOW"
	AlreadyReplaced         Code = "ALREADY_REPLACED"
	TooMany                 Code = "TOO_MANY"
	FilterTooBroad          Code = "FILTER_TOO_BROAD"
	SearchTooBroad          Code = "SEARCH_TOO_BROAD"
	AddressNotAllowed       Code = "ADDRESS_NOT_ALLOWED"
	RevokePermissionMissing Code = "REVOKE_PERMISSION_MISSING"
)

// Codes lists every code.
func Codes() []Code {
	return []Code{
		Forbidden, NotFound, Invalid, Duplicate, Conflict, KeyReused, InvalidState, WrongMethod, OwnRequest, AlreadyDecided,
		NotRequester, Issuing, NoSeatLeft, NoLicenceLeft, SeatsInTheWay, SeatDeleted, SeatHasCertificate, WrongSeatType,
		ProfileArchived, ActiveEnrollmentExists, BusinessUnitNotEmpty, BusinessUnitIsDefault, InvalidCSR, KeyNotAllowed,
		NameNotAllowed, CodePrivateOnly, ResendNotForThisMethod, WrongCode, KeyMismatch, NamesDiffer, IssuedElsewhere,
		OutsideRenewalWindow, AlreadyReplaced, TooMany, FilterTooBroad, SearchTooBroad, AddressNotAllowed, RevokePermissionMissing,
	}
}

// MarshalGQL writes the code as a GraphQL enum value.
func (c Code) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(c))) }

// UnmarshalGQL reads a code; it refuses a value that is no code.
func (c *Code) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a refusal code is a string, not %T", v)
	}
	for _, known := range Codes() {
		if string(known) == s {
			*c = known
			return nil
		}
	}
	return fmt.Errorf("%q is no refusal code", s)
}
