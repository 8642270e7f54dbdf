package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/refusal"
)

// mutationsOfSchema are the names of schema.md, "Operations", written down by
// hand, by what the door asks of them; "(s)" stands for both forms.
const mutationsOfSchema = `
MANAGE_BUSINESS_UNITS * | createBusinessUnit deleteBusinessUnit
MANAGE_BUSINESS_UNITS   | updateBusinessUnit
MANAGE_LICENSES *       | setPurchasedSeats
MANAGE_ALLOCATIONS      | allocateSeats
MANAGE_PROFILES         | createCertificateProfile updateCertificateProfile archiveCertificateProfile
MANAGE_SEATS            | createSeat(s) updateSeat deleteSeat(s) importSeats
MANAGE_ENROLLMENTS      | enrollSeat(s) revealEnrollmentCode resetEnrollment(s) unlockEnrollment(s) resendEnrollment(s) cancelEnrollment(s) resendApprovalEmail(s) attachCertificate renewCertificate
REQUEST_ENROLLMENTS     | requestEnrollment
APPROVE_ENROLLMENTS     | approveEnrollment(s) rejectEnrollment(s) changeEnrollmentStatus addEnrollmentNote
VIEW_OWN_ENROLLMENTS VIEW_ENROLLMENTS | withdrawEnrollment
IMPORT_CERTIFICATES     | importCertificates recordDiscoveredCertificates
REVOKE_CERTIFICATES     | revokeCertificate(s) suspendCertificate resumeCertificate
VIEW_ENROLLMENTS VIEW_SEATS | saveView updateView deleteView
MANAGE_ENROLLMENTS APPROVE_ENROLLMENTS MANAGE_SEATS REVOKE_CERTIFICATES | startBulkAction
VIEW_ENROLLMENTS VIEW_OWN_ENROLLMENTS VIEW_SEATS VIEW_CERTIFICATES VIEW_AUDIT_LOG | createExport
MANAGE_ENROLLMENTS APPROVE_ENROLLMENTS MANAGE_SEATS REVOKE_CERTIFICATES VIEW_ENROLLMENTS VIEW_SEATS VIEW_CERTIFICATES VIEW_AUDIT_LOG | cancelJob
MANAGE_WEBHOOKS         | createWebhook updateWebhook deleteWebhook testWebhook replayWebhook
nobody's                | redeemEnrollment
`

func TestMutationsNeedWhatTheDomainSays(t *testing.T) {
	t.Parallel()
	var names []string
	for line := range strings.SplitSeq(strings.TrimSpace(mutationsOfSchema), "\n") {
		row := cells(line)
		want := Need{NoLogin: row[0] == "nobody's"}
		for word := range strings.FieldsSeq(row[0]) {
			switch word {
			case "*":
				want.AllUnits = true
			case "nobody's":
			default:
				want.AnyOf = append(want.AnyOf, Permission(word))
			}
		}
		for name := range strings.FieldsSeq(row[1]) {
			forms := []string{strings.TrimSuffix(name, "(s)")}
			if forms[0] != name {
				forms = append(forms, forms[0]+"s")
			}
			for _, form := range forms {
				names = append(names, form)
				got, ok := MutationNeeds(form)
				if !ok || !slices.Equal(got.AnyOf, want.AnyOf) || got.AllUnits != want.AllUnits || got.NoLogin != want.NoLogin {
					t.Errorf("%s needs %+v, not %+v", form, got, want)
				}
			}
		}
	}
	slices.Sort(names)
	if got := Mutations(); !slices.Equal(got, names) {
		t.Errorf("the mutations are\n%v\nnot\n%v", got, names)
	}
	if need, ok := MutationNeeds("dropEverything"); ok {
		t.Errorf("a mutation that does not exist needs %+v", need)
	}
}

// The door and the rows name the same permission: nobody passes the door and is
// then refused by every row, nor is stopped where a row would admit them.
func TestDoorAndRowsAgree(t *testing.T) {
	t.Parallel()
	hold := func(mutation string, by []Who) {
		need, ok := MutationNeeds(mutation)
		if !ok {
			t.Errorf("a row names the mutation %q, which does not exist", mutation)
			return
		}
		for _, w := range by {
			p, is := w.Permission()
			switch {
			case is && !slices.Contains(need.AnyOf, p):
				t.Errorf("%s: the row admits %s, the door does not", mutation, p)
			case mutation == "redeemEnrollment" && !(w == TheEndUser && need.NoLogin):
				t.Errorf("%s: the end user needs a login", mutation)
			}
		}
	}
	for _, r := range EnrollmentRows() {
		if r.Mutation != "" {
			hold(r.Mutation, r.By)
		}
	}
	for _, r := range SeatRows() {
		if r.Mutation != "" {
			hold(r.Mutation, r.By)
		}
	}
}

func TestTheDoorRefuses(t *testing.T) {
	t.Parallel()
	everything := SetOf(Permissions...)
	for _, name := range Mutations() {
		need, _ := MutationNeeds(name)
		if need.NoLogin {
			if no := need.Refuse(name, 0, false); no != nil {
				t.Errorf("%s is refused to the end user: %v", name, no)
			}
			continue
		}
		for who, no := range map[string]*refusal.Refusal{
			"nobody":  need.Refuse(name, 0, true),
			"all but": need.Refuse(name, everything&^SetOf(need.AnyOf...), true),
		} {
			if no == nil || no.Code != refusal.Forbidden || !strings.Contains(no.Message, name) || !strings.Contains(no.Message, or(need.AnyOf)) {
				t.Errorf("%s to %s: %v names not what is missing", name, who, no)
			}
		}
		for _, p := range need.AnyOf {
			if no := need.Refuse(name, SetOf(p), true); no != nil {
				t.Errorf("%s is refused to one with %s: %v", name, p, no)
			}
			if no := need.Refuse(name, SetOf(p), false); (no != nil) != need.AllUnits {
				t.Errorf("%s to one with %s in some business units: %v", name, p, no)
			}
		}
	}
	if no := (Need{}).Refuse("anything", everything, true); no == nil || no.Message != "Nobody may do anything." {
		t.Errorf("an empty need answers %v", no)
	}
}
