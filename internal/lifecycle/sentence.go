package lifecycle

import (
	"fmt"
	"strings"

	"gatehouse/internal/refusal"
)

// sentence is what a person reads when the row says no with the code: what was
// wrong, and what would be right.
func (r *EnrollmentRow) sentence(f EnrollmentFacts, code refusal.Code) string {
	switch code {
	case refusal.Forbidden:
		return forbidden(string(r.Action), r.By)
	case refusal.WrongMethod:
		return fmt.Sprintf("%s goes with the authentication method %s, not with %s.", r.Action, or(methodsOf(r.Action)), named(f.Method))
	case refusal.CodePrivateOnly:
		return fmt.Sprintf("%s goes with a %s certificate authority only, and this one is %s: under a public one the code is known to the invited person alone.", r.Action, or(r.CAs), named(f.CA))
	case refusal.ResendNotForThisMethod:
		return fmt.Sprintf("%s is not for the enrollment method %s, which has no invitation to mail again; it goes with %s.", r.Action, named(f.EnrollmentMethod), or(r.EnrollmentMethods))
	case refusal.Issuing:
		return "A certificate authority is at work on this enrollment. Ask again when it has answered."
	case refusal.InvalidState:
		return r.wrongStatus(f)
	case refusal.NotRequester:
		return fmt.Sprintf("%s is for the person who made this request, and that was not you.", r.Action)
	case refusal.OwnRequest:
		if f.Requester {
			return "You made this request, and nobody approves their own. Another person has to approve it."
		}
		return "This request is for your e-mail address, and nobody approves their own. Another person has to approve it."
	case refusal.AlreadyDecided:
		return "You have decided on this request already, and nobody approves twice. Another person has to approve it."
	case refusal.SeatDeleted:
		return fmt.Sprintf("The seat of this enrollment was deleted, so %s is not possible. Create the seat anew and enroll that one.", r.Action)
	case refusal.ProfileArchived:
		return fmt.Sprintf("The certificate profile of this enrollment is archived, so %s is not possible. Choose a profile that is not.", r.Action)
	case refusal.ActiveEnrollmentExists:
		return fmt.Sprintf("Another active enrollment of this seat stands under the same profile, so %s is not possible. Go on with that one, or end it first.", r.Action)
	}
	return fmt.Sprintf("%s is not possible: %s.", r.Action, code)
}

// wrongStatus names the present status and those from which the action goes.
func (r *EnrollmentRow) wrongStatus(f EnrollmentFacts) string {
	switch {
	case r.Makes():
		return fmt.Sprintf("%s makes a new enrollment, and this one exists already: it is %s.", r.Action, f.Status)
	case f.Status == unmade:
		return fmt.Sprintf("%s needs an enrollment that exists.", r.Action)
	case r.Due && f.Status.Expires():
		return fmt.Sprintf("%s goes once the enrollment's time has passed, and it has not.", r.Action)
	}
	return fmt.Sprintf("This enrollment is %s; %s goes from %s only.", f.Status, r.Action, or(r.From))
}

// sentence is what a person reads when the row says no with the code.
func (r *SeatRow) sentence(f SeatFacts, code refusal.Code) string {
	switch code {
	case refusal.Forbidden:
		return forbidden(string(r.Action), r.By)
	case refusal.WrongSeatType:
		return fmt.Sprintf("%s is for seats of the types %s, not for %s.", r.Action, or(r.Types), named(f.Type))
	case refusal.SeatDeleted:
		return fmt.Sprintf("This seat was deleted, so %s is not possible. Create it anew: its seat id is free again.", r.Action)
	case refusal.InvalidState:
		if f.Status == SeatStatus(unmade) {
			return fmt.Sprintf("%s needs a seat that exists.", r.Action)
		}
		return fmt.Sprintf("%s makes a new seat, and this one exists already: it is %s.", r.Action, f.Status)
	case refusal.ActiveEnrollmentExists:
		return "This seat has an active enrollment under the profile already. Go on with that one, or end it first."
	case refusal.SeatHasCertificate:
		return fmt.Sprintf("A %s seat holds one valid certificate, and this one has it. Revoke that certificate, or enroll inside the profile's renewal window.", f.Type)
	case refusal.RevokePermissionMissing:
		return lacking("revoking the seat's certificates with it", RevokeCertificates)
	case refusal.Issuing:
		return "A certificate authority is at work on an enrollment of this seat. Ask again when it has answered."
	}
	return fmt.Sprintf("%s is not possible: %s.", r.Action, code)
}

// forbidden says who may, to somebody who may not.
func forbidden(what string, by []Who) string {
	for _, w := range by {
		if p, ok := w.Permission(); ok {
			return lacking(what, p)
		}
	}
	if len(by) == 0 {
		return fmt.Sprintf("Nobody may do %s.", what)
	}
	return fmt.Sprintf("%s is done by %s, and nobody else.", what, or(by))
}

// lacking names the permissions that what is done needs, of which one is enough,
// and the roles that would give it.
func lacking(what string, ps ...Permission) string {
	var roles []Role
	for _, r := range Roles {
		if rolePermissions[r].HasAny(ps...) {
			roles = append(roles, r)
		}
	}
	return fmt.Sprintf("You need the permission %s for %s, and your roles do not give it; %s would.", or(ps), what, or(roles))
}

// methodsOf lists the authentication methods that the action's rows are for.
func methodsOf(a EnrollmentAction) []AuthenticationMethod {
	var ms []AuthenticationMethod
	for _, r := range enrollmentTable {
		if r.Action == a {
			ms = append(ms, r.Methods...)
		}
	}
	return ms
}

// named is the value, or a word for the one that is missing.
func named[T ~string](v T) string {
	if v == "" {
		return "none at all"
	}
	return string(v)
}

// or joins values as a sentence does: "A", "A or B", "A, B or C".
func or[T ~string](vs []T) string {
	words := make([]string, len(vs))
	for i, v := range vs {
		words[i] = string(v)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
