package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/refusal"
)

// rowsOfDomain is the table of domain.md section 4, written down by hand and
// not read from the code: action | method | CA | from > to, … | who. Facts are
// ordinary (see ordinary), with one approval asked for.
const rowsOfDomain = `
ENROLL                  | ENROLLMENT_CODE | any     | nothing > CREATED | MANAGE_ENROLLMENTS
REQUEST                 | MANUAL_APPROVAL | any     | nothing > PENDING | REQUEST_ENROLLMENTS
REQUEST                 | MANUAL_APPROVAL | any     | nothing > PENDING | end user
REVIEW                  | any             | any     | every > same | VIEW_ENROLLMENTS
VIEW_AUDIT_TRAIL        | any             | any     | every > same | VIEW_AUDIT_LOG
VIEW_CODE               | ENROLLMENT_CODE | PRIVATE | CREATED > CREATED, LOCKED > LOCKED, EXPIRED > EXPIRED | MANAGE_ENROLLMENTS
RESET                   | ENROLLMENT_CODE | any     | EXPIRED > CREATED | MANAGE_ENROLLMENTS
UNLOCK                  | ENROLLMENT_CODE | any     | LOCKED > CREATED | MANAGE_ENROLLMENTS
RESEND_ENROLLMENT       | ENROLLMENT_CODE | any     | CREATED > CREATED, EXPIRED > CREATED | MANAGE_ENROLLMENTS
RESEND_ENROLLMENT       | MANUAL_APPROVAL | any     | PENDING > PENDING, EXPIRED > PENDING | MANAGE_ENROLLMENTS
CANCEL                  | ENROLLMENT_CODE | any     | CREATED > REJECTED, LOCKED > REJECTED, EXPIRED > REJECTED | MANAGE_ENROLLMENTS
WITHDRAW                | MANUAL_APPROVAL | any     | PENDING > REJECTED, IN_PROGRESS > REJECTED, PENDING_SECOND_APPROVAL > REJECTED | requester
APPROVE                 | MANUAL_APPROVAL | any     | PENDING > APPROVED, IN_PROGRESS > APPROVED, PENDING_SECOND_APPROVAL > APPROVED | APPROVE_ENROLLMENTS
REJECT                  | MANUAL_APPROVAL | any     | PENDING > REJECTED, IN_PROGRESS > REJECTED, PENDING_SECOND_APPROVAL > REJECTED | APPROVE_ENROLLMENTS
RESEND_APPROVAL_EMAIL   | MANUAL_APPROVAL | any     | APPROVED > APPROVED | MANAGE_ENROLLMENTS
CHANGE_STATUS           | MANUAL_APPROVAL | any     | PENDING > IN_PROGRESS, IN_PROGRESS > PENDING | APPROVE_ENROLLMENTS
ADD_NOTE                | MANUAL_APPROVAL | any     | PENDING > PENDING, IN_PROGRESS > IN_PROGRESS, PENDING_SECOND_APPROVAL > PENDING_SECOND_APPROVAL | APPROVE_ENROLLMENTS
ATTACH_CERTIFICATE      | MANUAL_APPROVAL | any     | APPROVED > REDEEMED | MANAGE_ENROLLMENTS
REDEEM                  | ENROLLMENT_CODE | any     | CREATED > REDEEMED | end user
REDEEM                  | MANUAL_APPROVAL | any     | APPROVED > REDEEMED | end user
LOCK                    | ENROLLMENT_CODE | any     | CREATED > LOCKED | end user
EXPIRE                  | any             | any     | CREATED > EXPIRED, PENDING > EXPIRED, PENDING_SECOND_APPROVAL > EXPIRED, IN_PROGRESS > EXPIRED, APPROVED > EXPIRED | system
REJECT_BY_SEAT_DELETION | any             | any     | CREATED > REJECTED, PENDING > REJECTED, PENDING_SECOND_APPROVAL > REJECTED, IN_PROGRESS > REJECTED, APPROVED > REJECTED, LOCKED > REJECTED, EXPIRED > REJECTED | MANAGE_SEATS
`

// move is one way of the transcription.
type move struct {
	action EnrollmentAction
	method AuthenticationMethod
	ca     CAType
	from   Status
	who    string
}

// transcribed reads rowsOfDomain into every single move and where it leads.
func transcribed(t *testing.T) map[move]Status {
	t.Helper()
	moves := map[move]Status{}
	for line := range strings.SplitSeq(strings.TrimSpace(rowsOfDomain), "\n") {
		row := cells(line)
		methods, cas := []AuthenticationMethod{AuthenticationMethod(row[1])}, []CAType{CAType(row[2])}
		if row[1] == "any" {
			methods = AuthenticationMethods
		}
		if row[2] == "any" {
			cas = CATypes
		}
		for way := range strings.SplitSeq(row[3], ", ") {
			from, to, ok := strings.Cut(way, " > ")
			if !ok {
				t.Fatalf("%q is no way of the form FROM > TO", way)
			}
			starts := []Status{Status(from)}
			switch from {
			case "nothing":
				starts = []Status{unmade}
			case "every":
				starts = Statuses
			}
			for _, m := range methods {
				for _, ca := range cas {
					for _, s := range starts {
						end := Status(to)
						if to == "same" {
							end = s
						}
						moves[move{EnrollmentAction(row[0]), m, ca, s, row[4]}] = end
					}
				}
			}
		}
	}
	return moves
}

// ordinary are facts in which nothing special stands in the way: one approval
// is asked for, no CA is at work, and the enrollment's time has passed only
// where the move needs it.
func ordinary(m move) EnrollmentFacts {
	f := EnrollmentFacts{Status: m.from, Method: m.method, CA: m.ca, EnrollmentMethod: CSR, Required: 1, TimePassed: m.action == ActExpire}
	switch m.who {
	case "requester":
		f.Requester = true
	case "end user":
		f.By = ByEndUser
	case "system":
		f.By = BySystem
	default:
		f.Permissions = SetOf(Permission(m.who))
	}
	return f
}

// Every move of the domain is made, and nothing else by anybody: this walks all
// actions from all statuses for each who, and asks the transcription.
func TestTableIsTheDomains(t *testing.T) {
	t.Parallel()
	moves := transcribed(t)
	whos := []string{"requester", "end user", "system"}
	for _, p := range Permissions {
		whos = append(whos, string(p))
	}
	made := 0
	for _, a := range allActions() {
		for _, m := range AuthenticationMethods {
			for _, ca := range CATypes {
				for _, from := range startsOf() {
					for _, who := range whos {
						way := move{a, m, ca, from, who}
						to, no := Decide(ordinary(way), a)
						want, ok := moves[way]
						switch {
						case ok && no != nil:
							t.Errorf("%+v is refused, the domain allows it: %v", way, no)
						case ok && to != want:
							t.Errorf("%+v leads to %s, in the domain to %s", way, to, want)
						case !ok && no == nil:
							t.Errorf("%+v leads to %s, the domain does not have it", way, to)
						case ok:
							made++
						}
					}
				}
			}
		}
	}
	if made != len(moves) {
		t.Errorf("%d moves were made, the domain has %d", made, len(moves))
	}
}

// allActions are the actions of people and those that happen by themselves.
func allActions() []EnrollmentAction {
	return append(slices.Clone(EnrollmentActions), ActExpire, ActLock, ActRejectBySeatDeletion)
}

// startsOf are the nine statuses and the one of what is yet to be made.
func startsOf() []Status { return append([]Status{unmade}, Statuses...) }

// The sentences of domain.md beside the table, one by one.
func TestRulesBesideTheTable(t *testing.T) {
	t.Parallel()
	byCode := func(s Status, p Permission) EnrollmentFacts {
		return EnrollmentFacts{Status: s, Method: EnrollmentCode, CA: Private, EnrollmentMethod: CSR, Permissions: SetOf(p)}
	}
	byApproval := func(s Status, p Permission) EnrollmentFacts {
		return EnrollmentFacts{Status: s, Method: ManualApproval, CA: Private, EnrollmentMethod: CSR, Required: 1, Permissions: SetOf(p)}
	}
	with := func(f EnrollmentFacts, change func(*EnrollmentFacts)) EnrollmentFacts { change(&f); return f }
	for _, c := range []struct {
		name   string
		facts  EnrollmentFacts
		action EnrollmentAction
		to     Status
		code   refusal.Code
	}{
		{"the first of two approvals is not enough", with(byApproval(Pending, ApproveEnrollments), func(f *EnrollmentFacts) { f.Required = 2 }), ActApprove, PendingSecondApproval, ""},
		{"the second of two is", with(byApproval(PendingSecondApproval, ApproveEnrollments), func(f *EnrollmentFacts) { f.Approvals, f.Required = 1, 2 }), ActApprove, Approved, ""},
		{"the fourth of five is not", with(byApproval(PendingSecondApproval, ApproveEnrollments), func(f *EnrollmentFacts) { f.Approvals, f.Required = 3, 5 }), ActApprove, PendingSecondApproval, ""},
		{"the fifth of five is", with(byApproval(PendingSecondApproval, ApproveEnrollments), func(f *EnrollmentFacts) { f.Approvals, f.Required = 4, 5 }), ActApprove, Approved, ""},
		{"a figure that was not read approves nothing", with(byApproval(Pending, ApproveEnrollments), func(f *EnrollmentFacts) { f.Required = 0 }), ActApprove, PendingSecondApproval, ""},
		{"nobody approves what they asked for", with(byApproval(Pending, ApproveEnrollments), func(f *EnrollmentFacts) { f.Requester = true }), ActApprove, Pending, refusal.OwnRequest},
		{"nor what is for their e-mail address", with(byApproval(Pending, ApproveEnrollments), func(f *EnrollmentFacts) { f.OwnEmail = true }), ActApprove, Pending, refusal.OwnRequest},
		{"one may reject one's own request", with(byApproval(Pending, ApproveEnrollments), func(f *EnrollmentFacts) { f.Requester, f.OwnEmail = true, true }), ActReject, Rejected, ""},
		{"nobody approves twice in a round", with(byApproval(PendingSecondApproval, ApproveEnrollments), func(f *EnrollmentFacts) { f.Decided, f.Approvals, f.Required = true, 1, 2 }), ActApprove, PendingSecondApproval, refusal.AlreadyDecided},
		{"a yes may become a no", with(byApproval(PendingSecondApproval, ApproveEnrollments), func(f *EnrollmentFacts) { f.Decided, f.Approvals, f.Required = true, 1, 2 }), ActReject, Rejected, ""},
		{"the second of two people learns what became of it", with(byApproval(Rejected, ApproveEnrollments), func(f *EnrollmentFacts) { f.Requester, f.Decided = true, true }), ActApprove, Rejected, refusal.InvalidState},
		{"only the requester withdraws", byApproval(Pending, ManageEnrollments), ActWithdraw, Pending, refusal.NotRequester},
		{"an e-mail address does not make a requester", with(byApproval(Pending, ManageEnrollments), func(f *EnrollmentFacts) { f.OwnEmail = true }), ActWithdraw, Pending, refusal.NotRequester},
		{"the requester needs no permission to withdraw", with(byApproval(InProgress, ""), func(f *EnrollmentFacts) { f.Requester = true }), ActWithdraw, Rejected, ""},
		{"an unlocked one whose time has passed is expired", with(byCode(Locked, ManageEnrollments), func(f *EnrollmentFacts) { f.TimePassed = true }), ActUnlock, Expired, ""},
		{"what is not due does not expire", with(byCode(Created, ""), func(f *EnrollmentFacts) { f.By = BySystem }), ActExpire, Created, refusal.InvalidState},
		{"what a CA works on does not expire", with(byCode(Created, ""), func(f *EnrollmentFacts) { f.By, f.TimePassed, f.Issuing = BySystem, true, true }), ActExpire, Created, refusal.Issuing},
		{"a locked one does not expire", with(byCode(Locked, ""), func(f *EnrollmentFacts) { f.By, f.TimePassed = BySystem, true }), ActExpire, Locked, refusal.InvalidState},
		{"the code under a public CA is never shown", with(byCode(Created, ManageEnrollments), func(f *EnrollmentFacts) { f.CA = Public }), ActViewCode, Created, refusal.CodePrivateOnly},
		{"no invitation to resend for SCEP", with(byCode(Created, ManageEnrollments), func(f *EnrollmentFacts) { f.EnrollmentMethod = SCEP }), ActResendEnrollment, Created, refusal.ResendNotForThisMethod},
		{"nor for EST", with(byCode(Created, ManageEnrollments), func(f *EnrollmentFacts) { f.EnrollmentMethod = EST }), ActResendEnrollment, Created, refusal.ResendNotForThisMethod},
		{"nor for REST_API", with(byCode(Created, ManageEnrollments), func(f *EnrollmentFacts) { f.EnrollmentMethod = RESTAPI }), ActResendEnrollment, Created, refusal.ResendNotForThisMethod},
		{"a request to review is resent for SCEP", with(byApproval(Pending, ManageEnrollments), func(f *EnrollmentFacts) { f.EnrollmentMethod = SCEP }), ActResendEnrollment, Pending, ""},
		{"no reset of what lost its seat", with(byCode(Expired, ManageEnrollments), func(f *EnrollmentFacts) { f.SeatDeleted = true }), ActReset, Expired, refusal.SeatDeleted},
		{"no reset under an archived profile", with(byCode(Expired, ManageEnrollments), func(f *EnrollmentFacts) { f.ProfileArchived = true }), ActReset, Expired, refusal.ProfileArchived},
		{"no reset beside another active one", with(byCode(Expired, ManageEnrollments), func(f *EnrollmentFacts) { f.ActiveExists = true }), ActReset, Expired, refusal.ActiveEnrollmentExists},
		{"no resending of what lost its seat", with(byApproval(Expired, ManageEnrollments), func(f *EnrollmentFacts) { f.SeatDeleted = true }), ActResendEnrollment, Expired, refusal.SeatDeleted},
		{"no resending under an archived profile", with(byApproval(Expired, ManageEnrollments), func(f *EnrollmentFacts) { f.ProfileArchived = true }), ActResendEnrollment, Expired, refusal.ProfileArchived},
		{"no resending beside another active one", with(byApproval(Expired, ManageEnrollments), func(f *EnrollmentFacts) { f.ActiveExists = true }), ActResendEnrollment, Expired, refusal.ActiveEnrollmentExists},
		{"an archived profile keeps its promise to a waiting request", with(byApproval(Pending, ApproveEnrollments), func(f *EnrollmentFacts) { f.ProfileArchived = true }), ActApprove, Approved, ""},
		{"a request names its seat by key, and a deleted seat's key is free", with(byApproval(unmade, RequestEnrollments), func(f *EnrollmentFacts) { f.SeatDeleted = true }), ActRequest, Pending, ""},
		{"no request beside an active one", with(byApproval(unmade, RequestEnrollments), func(f *EnrollmentFacts) { f.ActiveExists = true }), ActRequest, unmade, refusal.ActiveEnrollmentExists},
		{"no second redemption while a CA is at work", with(byCode(Created, ""), func(f *EnrollmentFacts) { f.By, f.Issuing = ByEndUser, true }), ActRedeem, Created, refusal.Issuing},
		{"without the permission nothing is said of the status", byApproval(Rejected, ViewEnrollments), ActApprove, Rejected, refusal.Forbidden},
		{"nor of the method", byCode(Created, ViewEnrollments), ActApprove, Created, refusal.Forbidden},
		{"an unknown action is nobody's", byCode(Created, ManageEnrollments), "DESTROY", Created, refusal.Forbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to, no := Decide(c.facts, c.action)
			var code refusal.Code
			if no != nil {
				code = no.Code
			}
			if to != c.to || code != c.code {
				t.Errorf("%s leads to %q with %q, not to %q with %q", c.action, to, code, c.to, c.code)
			}
		})
	}
}
