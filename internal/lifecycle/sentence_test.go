package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/refusal"
)

// telling is what a sentence can depend on.
type telling struct {
	action EnrollmentAction
	code   refusal.Code
	status Status
	method AuthenticationMethod
	ca     CAType
	em     EnrollmentMethod
	own    bool
}

// Every no of the whole walk has a code of the schema and a sentence that says
// what is wrong in the words of the case.
func TestEveryNoSpeaks(t *testing.T) {
	t.Parallel()
	codes := refusal.Codes()
	for _, a := range allActions() {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			heard, last := map[telling]bool{}, telling{}
			for _, who := range askers(a) {
				if who.name != "just so" && who.name != "nobody" {
					continue // the same nos, again
				}
				walk(a, who, func(f EnrollmentFacts, _ int, _ Status, code refusal.Code) {
					told := telling{a, code, f.Status, f.Method, f.CA, f.EnrollmentMethod, f.Requester}
					if code == "" || told == last || heard[told] {
						return
					}
					last, heard[told] = told, true
					to, no := Decide(f, a)
					if no == nil || no.Code != code || to != f.Status {
						t.Errorf("%s: Decide says %v, the row %s: %+v", a, no, code, f)
						return
					}
					if !slices.Contains(codes, no.Code) {
						t.Errorf("%s: %s is no code of the schema", a, no.Code)
					}
					// Only by a mistake of the code is what exists made, or what does not exist
					// changed: it is refused, and is no code that a caller meets.
					row := enrollmentRow(f.Method, a)
					mistake := row.Makes() && (f.Status != unmade || f.Issuing) || !row.Makes() && f.Status == unmade
					if !mistake && !slices.Contains(row.Codes(), code) {
						t.Errorf("%s: %s is missing among the row's codes %v", a, code, row.Codes())
					}
					speaks(t, no.Message)
					if code == refusal.InvalidState && f.Status != unmade && !strings.Contains(no.Message, string(f.Status)) && a != ActExpire {
						t.Errorf("%s: the present status %s is not told: %s", a, f.Status, no.Message)
					}
				})
			}
		})
	}
}

// speaks holds a message to the form of sentences.
func speaks(t *testing.T, message string) {
	t.Helper()
	if len(message) < 30 || !strings.HasSuffix(message, ".") || strings.Contains(message, "%!") || strings.Contains(message, "  ") || strings.Contains(message, " .") || strings.ToUpper(message[:1]) != message[:1] {
		t.Errorf("this is no sentence: %q", message)
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	request := EnrollmentFacts{Status: Approved, Method: ManualApproval, CA: Private, EnrollmentMethod: CSR, Required: 1}
	requester := request
	requester.Permissions = Requester.Permissions()
	with := func(change func(*EnrollmentFacts)) EnrollmentFacts {
		f := request
		f.Permissions = SetOf(Permissions...)
		change(&f)
		return f
	}
	for _, c := range []struct {
		name   string
		facts  EnrollmentFacts
		action EnrollmentAction
		want   string
	}{
		{"missing permission", requester, ActApprove, "You need the permission APPROVE_ENROLLMENTS for APPROVE, and your roles do not give it; ADMIN, ENROLLMENT_MANAGER or APPROVER would."},
		{"no role", request, ActApprove, "You need the permission APPROVE_ENROLLMENTS for APPROVE, and your token carries no role that Gatehouse knows; ADMIN, ENROLLMENT_MANAGER or APPROVER would."},
		{"wrong status", with(func(*EnrollmentFacts) {}), ActApprove, "This enrollment is APPROVED; APPROVE goes from PENDING, IN_PROGRESS or PENDING_SECOND_APPROVAL only. The field availableActions tells what can be done with it."},
		{"wrong method", with(func(f *EnrollmentFacts) { f.Method = EnrollmentCode }), ActApprove, "APPROVE goes with the authentication method MANUAL_APPROVAL, not with ENROLLMENT_CODE. The field availableActions tells what can be done with it."},
		{"wrong for both rows", with(func(f *EnrollmentFacts) { f.Method = SAMLIdP }), ActResendEnrollment, "RESEND_ENROLLMENT goes with the authentication method ENROLLMENT_CODE or MANUAL_APPROVAL, not with SAML_IDP. The field availableActions tells what can be done with it."},
		{"wrong to make", with(func(f *EnrollmentFacts) { f.Status, f.Method = unmade, EnrollmentCode }), ActRequest, "REQUEST goes with the authentication method MANUAL_APPROVAL, not with ENROLLMENT_CODE. Choose a certificate profile with MANUAL_APPROVAL."},
		{"one's own", with(func(f *EnrollmentFacts) { f.Status, f.Requester = Pending, true }), ActApprove, "You made this request, and nobody approves their own. Another person has to approve it."},
		{"for oneself", with(func(f *EnrollmentFacts) { f.Status, f.OwnEmail = Pending, true }), ActApprove, "This request is for your e-mail address, and nobody approves their own. Another person has to approve it."},
		{"the end user's", with(func(*EnrollmentFacts) {}), ActRedeem, "REDEEM is done by the end user, and nobody else."},
		{"made already", with(func(*EnrollmentFacts) {}), ActRequest, "REQUEST makes a new enrollment, and this one exists already: it is APPROVED."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, no := Decide(c.facts, c.action)
			if no == nil {
				t.Fatalf("%s was allowed", c.action)
			}
			if no.Message != c.want {
				t.Errorf("%s\nnot\n%s", no.Message, c.want)
			}
		})
	}
}
