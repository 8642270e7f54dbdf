package lifecycle

import (
	"slices"

	"gatehouse/internal/refusal"
)

// DecideSeat says why the action is not done to the seat; nil when it may be.
// It changes nothing.
//
// The conditions are tried in this order, and the first no is the answer: the
// viewer (FORBIDDEN); the seat's type, which never changes (WRONG_SEAT_TYPE);
// whether the seat still lives (SEAT_DELETED); then, for ENROLL,
// ACTIVE_ENROLLMENT_EXISTS and SEAT_HAS_CERTIFICATE, and for DELETE,
// REVOKE_PERMISSION_MISSING and, last because it passes by itself, ISSUING.
//
// An unknown action, type or status is a no.
func DecideSeat(f SeatFacts, a SeatAction) *refusal.Refusal {
	for i := range seatTable {
		r := &seatTable[i]
		if r.Action != a {
			continue
		}
		if code := r.firstNo(f); code != "" {
			return refusal.New(code, "%s", r.sentence(f, code))
		}
		return nil
	}
	return refusal.New(refusal.Forbidden, "%q is no action on a seat, so nobody may do it.", string(a))
}

// firstNo is the code of the first condition that says no; empty for a yes.
func (r *SeatRow) firstNo(f SeatFacts) refusal.Code {
	switch {
	case !admits(r.By, ByPerson, false, f.Permissions):
		return refusal.Forbidden
	case !slices.Contains(r.Types, f.Type):
		return refusal.WrongSeatType
	case slices.Contains(r.From, f.Status):
	case f.Status == SeatDeleted && !r.Makes():
		return refusal.SeatDeleted
	default:
		return refusal.InvalidState
	}
	for _, code := range r.Bars {
		if f.bars(code) {
			return code
		}
	}
	return ""
}

// offeredFor reports whether the row's action is worth a button on a seat of
// this type.
func (r *SeatRow) offeredFor(f SeatFacts) bool { return r.Offered && slices.Contains(r.Types, f.Type) }

// bars reports whether the condition stands in the way. A condition that is
// not known here always does: a row cannot ask for what nobody checks.
func (f SeatFacts) bars(code refusal.Code) bool {
	switch code {
	case refusal.ActiveEnrollmentExists:
		return f.ActiveUnderProfile
	case refusal.SeatHasCertificate:
		return f.HasActiveCertificates && !f.Type.HoldsSeveral() && !f.InRenewalWindow
	case refusal.RevokePermissionMissing:
		return f.Revoke && f.HasActiveCertificates && !f.Permissions.Has(RevokeCertificates)
	case refusal.Issuing:
		return f.Issuing
	}
	return true
}
