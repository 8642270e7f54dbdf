package lifecycle

import (
	"slices"

	"gatehouse/internal/refusal"
)

// Origin is which certificates an action is for, by where they come from. One that
// is none of these is no certificate's.
type Origin string

// The origins that rows speak of.
const (
	// FromAnywhere: every certificate.
	FromAnywhere Origin = "any"
	// FromAnEnrollment: one that was issued for an enrollment that is known here, by
	// whatever authority.
	FromAnEnrollment Origin = "issued for an enrollment"
	// FromTheBuiltIn: one that the built-in authority has issued.
	FromTheBuiltIn Origin = "issued by the built-in authority"
)

// is reports whether the certificate of these facts comes from there.
func (o Origin) is(f CertificateFacts) bool {
	switch o {
	case FromAnywhere:
		return true
	case FromAnEnrollment:
		return f.Enrolled
	case FromTheBuiltIn:
		return f.Authority == IssuerBuiltIn
	}
	return false
}

// DecideCertificate says what becomes of a certificate when the action is done to
// it, or why it is not done; then the status stays as it was. It changes nothing.
//
// The conditions are tried in this order, and the first no is the answer: the
// viewer (FORBIDDEN); where the certificate comes from, which never changes
// (ISSUED_ELSEWHERE); the status (INVALID_STATE); then, for RENEW, what stays so
// (SEAT_DELETED, ALREADY_REPLACED, PROFILE_ARCHIVED) before what passes by itself
// (SEAT_HAS_CERTIFICATE, OUTSIDE_RENEWAL_WINDOW, ACTIVE_ENROLLMENT_EXISTS).
//
// An unknown action or status is a no.
func DecideCertificate(f CertificateFacts, a CertificateAction) (CertificateStatus, *refusal.Refusal) {
	for i := range certificateTable {
		r := &certificateTable[i]
		if r.Action != a {
			continue
		}
		if code := r.firstNo(f); code != "" {
			return f.Status, refusal.New(code, "%s", r.sentence(f, code))
		}
		if r.To == "" {
			return f.Status, nil
		}
		return r.To, nil
	}
	return f.Status, refusal.New(refusal.Forbidden, "%q is no action on a certificate, so nobody may do it.", string(a))
}

// firstNo is the code of the first condition that says no; empty for a yes.
func (r *CertificateRow) firstNo(f CertificateFacts) refusal.Code {
	switch {
	case !admits(r.By, f.By, false, f.Permissions):
		return refusal.Forbidden
	case !r.Of.is(f):
		return refusal.IssuedElsewhere
	case !slices.Contains(r.From, f.Status) || r.Due && !f.TimePassed:
		return refusal.InvalidState
	}
	for _, code := range r.Bars {
		if f.bars(code) {
			return code
		}
	}
	return ""
}

// offeredFor reports whether the row's action is worth a button on a certificate
// of this origin.
func (r *CertificateRow) offeredFor(f CertificateFacts) bool { return r.Offered && r.Of.is(f) }

// bars reports whether the condition stands in the way. A condition that is
// not known here always does: a row cannot ask for what nobody checks.
func (f CertificateFacts) bars(code refusal.Code) bool {
	switch code {
	case refusal.SeatDeleted:
		return f.SeatDeleted
	case refusal.AlreadyReplaced:
		return f.Replaced
	case refusal.ProfileArchived:
		return f.ProfileArchived
	case refusal.SeatHasCertificate:
		return f.SeatFull
	case refusal.OutsideRenewalWindow:
		return !f.InRenewalWindow
	case refusal.ActiveEnrollmentExists:
		return f.ActiveExists
	}
	return true
}
