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
		return forbidden(string(r.Action), r.By, f.Permissions)
	case refusal.WrongMethod:
		return r.wrongMethod(f)
	case refusal.CodePrivateOnly:
		return fmt.Sprintf("%s goes with a %s certificate authority only, and this one is %s: under a public one the code is known to the invited person alone.", r.Action, or(r.CAs), named(f.CA))
	case refusal.ResendNotForThisMethod:
		return fmt.Sprintf("%s is not for the enrollment method %s, which has no invitation to mail again; it goes with %s.", r.Action, named(f.EnrollmentMethod), or(r.EnrollmentMethods))
	case refusal.Issuing:
		return "A certificate authority is at work on this enrollment. Ask again when it has answered."
	case refusal.InvalidState:
		return r.wrongStatus(f)
	case refusal.NotRequester:
		return fmt.Sprintf("%s is for the person who made this request, and that was not you. An approver can reject it.", r.Action)
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
		if r.Makes() {
			return activeExists
		}
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
	next := whatGoes
	if f.By == ByEndUser {
		next = askThem
	}
	return fmt.Sprintf("This enrollment is %s; %s goes from %s only. %s", f.Status, r.Action, or(r.From), next)
}

// askThem is what is left to the invited person, who sees no actions.
const askThem = "Its status tells where it stands; whoever invited you knows what to do."

// whatGoes is where somebody finds what can be done, who tried what cannot.
const whatGoes = "The field availableActions tells what can be done with it."

// activeExists is the no to a second enrollment of a seat under a profile.
const activeExists = "This seat has an active enrollment under the profile already. Go on with that one, or end it first."

// wrongMethod names the methods with which the action goes.
func (r *EnrollmentRow) wrongMethod(f EnrollmentFacts) string {
	methods := or(methodsOf(r.Action))
	sentence := fmt.Sprintf("%s goes with the authentication method %s, not with %s.", r.Action, methods, named(f.Method))
	if r.Makes() {
		return fmt.Sprintf("%s Choose a certificate profile with %s.", sentence, methods)
	}
	return sentence + " " + whatGoes
}

// sentence is what a person reads when the row says no with the code.
func (r *SeatRow) sentence(f SeatFacts, code refusal.Code) string {
	switch code {
	case refusal.Forbidden:
		return forbidden(string(r.Action), r.By, f.Permissions)
	case refusal.WrongSeatType:
		return r.wrongType(f)
	case refusal.SeatDeleted:
		if r.Action == SeatActDelete {
			return "This seat was deleted already, so there is nothing left to do; its seat id is free again."
		}
		return fmt.Sprintf("This seat was deleted, so %s is not possible. Create it anew: its seat id is free again.", r.Action)
	case refusal.InvalidState:
		if f.Status == SeatStatus(unmade) {
			return fmt.Sprintf("%s needs a seat that exists.", r.Action)
		}
		return fmt.Sprintf("%s makes a new seat, and this one exists already: it is %s.", r.Action, f.Status)
	case refusal.ActiveEnrollmentExists:
		return activeExists
	case refusal.SeatHasCertificate:
		return fmt.Sprintf("A %s seat holds one valid certificate, and this one has it. Revoke that certificate, or enroll inside the profile's renewal window.", f.Type)
	case refusal.RevokePermissionMissing:
		return Lacking("to revoke the seat's certificates with it", f.Permissions, RevokeCertificates)
	case refusal.Issuing:
		return "A certificate authority is at work on an enrollment of this seat. Ask again when it has answered."
	}
	return fmt.Sprintf("%s is not possible: %s.", r.Action, code)
}

// wrongType names the types of seats that the action is for.
func (r *SeatRow) wrongType(f SeatFacts) string {
	sentence := fmt.Sprintf("%s is for seats of the types %s, not for %s.", r.Action, or(r.Types), named(f.Type))
	if r.Makes() {
		return sentence + " Those are made by importing or discovering certificates."
	}
	return sentence + " " + whatGoes
}

// forbidden says who may, to somebody with these permissions who may not.
func forbidden(what string, by []Who, has PermissionSet) string {
	for _, w := range by {
		if p, ok := w.Permission(); ok {
			return Lacking("for "+what, has, p)
		}
	}
	if len(by) == 0 {
		return fmt.Sprintf("Nobody may do %s.", what)
	}
	return fmt.Sprintf("%s is done by %s, and nobody else.", what, or(by))
}

// Lacking is the sentence to somebody who has these permissions and none of those
// that a purpose needs ("for createSeat", "to see seats"), of which one is enough:
// it names them and the roles that would give one.
func Lacking(purpose string, has PermissionSet, needs ...Permission) string {
	why := "your roles do not give it"
	if len(has.List()) == 0 {
		why = "your token carries no role that Gatehouse knows"
	}
	var roles []Role
	for _, r := range Roles {
		if rolePermissions[r].HasAny(needs...) {
			roles = append(roles, r)
		}
	}
	return fmt.Sprintf("You need the permission %s %s, and %s; %s would.", or(needs), purpose, why, or(roles))
}

// LackingUnits is the sentence to somebody whose token does not name all business
// units, for a purpose that concerns the whole account.
func LackingUnits(purpose string) string {
	return fmt.Sprintf("You need all business units (\"*\") %s, and your token names some of them or none. Ask somebody whose token names all.", purpose)
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
