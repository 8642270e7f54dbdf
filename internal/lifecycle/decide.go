package lifecycle

import (
	"slices"

	"gatehouse/internal/refusal"
)

// Decide says what becomes of an enrollment when the action is done to it, or
// why it is not done; then the status stays as it was. It changes nothing.
//
// The conditions are tried in this order, and the first no is the answer. It
// goes from what the caller can change least to what may pass by itself, and
// tells nobody more than they may know:
//
//  1. the viewer: FORBIDDEN, before anything is said about the enrollment;
//  2. what never changes on this enrollment: WRONG_METHOD, CODE_PRIVATE_ONLY,
//     RESEND_NOT_FOR_THIS_METHOD;
//  3. the certificate authority at work: ISSUING, before the status, which is
//     about to change;
//  4. the status: INVALID_STATE, before the person, so that the second of two
//     people learns that the matter is settled and not whose it was;
//  5. the person: NOT_REQUESTER, OWN_REQUEST, ALREADY_DECIDED;
//  6. the surroundings: SEAT_DELETED, PROFILE_ARCHIVED, ACTIVE_ENROLLMENT_EXISTS.
//
// An unknown action, method, certificate authority or status is a no.
func Decide(f EnrollmentFacts, a EnrollmentAction) (Status, *refusal.Refusal) {
	r := enrollmentRow(f.Method, a)
	if r == nil {
		return f.Status, refusal.New(refusal.Forbidden, "%q is no action on an enrollment, so nobody may do it.", string(a))
	}
	if code := r.firstNo(f); code != "" {
		return f.Status, refusal.New(code, "%s", r.sentence(f, code))
	}
	return r.To(f), nil
}

// enrollmentRow is the action's row for the method; where no row is for the
// method, the action's first row, which then says so; nil for an unknown action.
func enrollmentRow(m AuthenticationMethod, a EnrollmentAction) *EnrollmentRow {
	var first *EnrollmentRow
	for i := range enrollmentTable {
		r := &enrollmentTable[i]
		if r.Action != a {
			continue
		}
		if slices.Contains(r.Methods, m) {
			return r
		}
		if first == nil {
			first = r
		}
	}
	return first
}

// firstNo is the code of the first condition that says no; empty for a yes.
func (r *EnrollmentRow) firstNo(f EnrollmentFacts) refusal.Code {
	admitted := admits(r.By, f.By, f.Requester, f.Permissions)
	forRequester := slices.Contains(r.By, TheRequester)
	if !admitted && !forRequester {
		return refusal.Forbidden
	}
	if code := r.misfit(f); code != "" {
		return code
	}
	if f.Issuing && !r.WhileIssuing {
		return refusal.Issuing
	}
	if !slices.Contains(r.From, f.Status) || r.Due && !f.TimePassed {
		return refusal.InvalidState
	}
	if !admitted {
		return refusal.NotRequester
	}
	for _, code := range r.Bars {
		if f.bars(code) {
			return code
		}
	}
	return ""
}

// misfit is why the row is not for an enrollment of this making, now or ever;
// empty when it is.
func (r *EnrollmentRow) misfit(f EnrollmentFacts) refusal.Code {
	switch {
	case !slices.Contains(r.Methods, f.Method):
		return refusal.WrongMethod
	case !slices.Contains(r.CAs, f.CA):
		return refusal.CodePrivateOnly
	case !slices.Contains(r.EnrollmentMethods, f.EnrollmentMethod):
		return refusal.ResendNotForThisMethod
	}
	return ""
}

// bars reports whether the condition stands in the way. A condition that is
// not known here always does: a row cannot ask for what nobody checks.
func (f EnrollmentFacts) bars(code refusal.Code) bool {
	switch code {
	case refusal.OwnRequest:
		return f.Requester || f.OwnEmail
	case refusal.AlreadyDecided:
		return f.Decided
	case refusal.SeatDeleted:
		return f.SeatDeleted
	case refusal.ProfileArchived:
		return f.ProfileArchived
	case refusal.ActiveEnrollmentExists:
		return f.ActiveExists
	}
	return true
}
