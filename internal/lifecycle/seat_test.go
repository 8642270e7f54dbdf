package lifecycle

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/refusal"
)

// seatRowsOfDomain is the table of domain.md section 3, written down by hand:
// action | seat types | from | permission.
const seatRowsOfDomain = `
CREATE           | USER, DEVICE, SERVER, ORGANIZATION, UNIFIED, CERTIFICATE_MANAGEMENT | nothing | MANAGE_SEATS
ENROLL           | USER, DEVICE, SERVER, ORGANIZATION, UNIFIED | CREATED, ENROLLED, CONSUMED | MANAGE_ENROLLMENTS
EDIT             | all | CREATED, ENROLLED, CONSUMED | MANAGE_SEATS
DELETE           | all | CREATED, ENROLLED, CONSUMED | MANAGE_SEATS
VIEW_AUDIT_TRAIL | all | CREATED, ENROLLED, CONSUMED, DELETED | VIEW_AUDIT_LOG
`

var seatStarts = append([]SeatStatus{SeatStatus(unmade)}, SeatStatuses...)

func TestSeatTableIsTheDomains(t *testing.T) {
	t.Parallel()
	type move struct {
		action SeatAction
		kind   SeatType
		from   SeatStatus
		need   Permission
	}
	moves := map[move]bool{}
	for line := range strings.SplitSeq(strings.TrimSpace(seatRowsOfDomain), "\n") {
		row := cells(line)
		kinds := SeatTypes
		if row[1] != "all" {
			kinds = nil
			for k := range strings.SplitSeq(row[1], ", ") {
				kinds = append(kinds, SeatType(k))
			}
		}
		for _, k := range kinds {
			for from := range strings.SplitSeq(row[2], ", ") {
				moves[move{SeatAction(row[0]), k, SeatStatus(strings.TrimPrefix(from, "nothing")), Permission(row[3])}] = true
			}
		}
	}
	for _, a := range SeatActions {
		for _, k := range SeatTypes {
			for _, from := range seatStarts {
				for _, p := range Permissions {
					way := move{a, k, from, p}
					no := DecideSeat(SeatFacts{Type: k, Status: from, Permissions: SetOf(p)}, a)
					if (no == nil) != moves[way] {
						t.Errorf("%+v: %v, and in the domain it is %v", way, no, moves[way])
					}
				}
			}
		}
	}
}

func TestSeatRulesBesideTheTable(t *testing.T) {
	t.Parallel()
	manages, enrolls := SetOf(ManageSeats), SetOf(ManageEnrollments)
	for _, c := range []struct {
		name   string
		facts  SeatFacts
		action SeatAction
		code   refusal.Code
	}{
		{"a person holds several certificates", SeatFacts{Type: User, Status: SeatConsumed, HasActiveCertificates: true, Permissions: enrolls}, SeatActEnroll, ""},
		{"so does a unified seat", SeatFacts{Type: Unified, Status: SeatConsumed, HasActiveCertificates: true, Permissions: enrolls}, SeatActEnroll, ""},
		{"a server holds one", SeatFacts{Type: Server, Status: SeatConsumed, HasActiveCertificates: true, Permissions: enrolls}, SeatActEnroll, refusal.SeatHasCertificate},
		{"and its successor near the end", SeatFacts{Type: Server, Status: SeatConsumed, HasActiveCertificates: true, InRenewalWindow: true, Permissions: enrolls}, SeatActEnroll, ""},
		{"one active enrollment per profile", SeatFacts{Type: User, Status: SeatEnrolled, ActiveUnderProfile: true, Permissions: enrolls}, SeatActEnroll, refusal.ActiveEnrollmentExists},
		{"imported seats are not enrolled", SeatFacts{Type: Imported, Status: SeatConsumed, Permissions: enrolls}, SeatActEnroll, refusal.WrongSeatType},
		{"discovered seats are not made by hand", SeatFacts{Type: Discovery, Permissions: manages}, SeatActCreate, refusal.WrongSeatType},
		{"a deleted seat is not enrolled", SeatFacts{Type: User, Status: SeatDeleted, Permissions: enrolls}, SeatActEnroll, refusal.SeatDeleted},
		{"a deleted seat is not edited", SeatFacts{Type: User, Status: SeatDeleted, Permissions: manages}, SeatActEdit, refusal.SeatDeleted},
		{"a deleted seat is not deleted again", SeatFacts{Type: User, Status: SeatDeleted, Permissions: manages}, SeatActDelete, refusal.SeatDeleted},
		{"what exists is not made", SeatFacts{Type: User, Status: SeatCreated, Permissions: manages}, SeatActCreate, refusal.InvalidState},
		{"what was deleted is not made again from the same record", SeatFacts{Type: User, Status: SeatDeleted, Permissions: manages}, SeatActCreate, refusal.InvalidState},
		{"what does not exist is not deleted", SeatFacts{Type: User, Permissions: manages}, SeatActDelete, refusal.InvalidState},
		{"no deletion while a CA is at work", SeatFacts{Type: User, Status: SeatEnrolled, Issuing: true, Permissions: manages}, SeatActDelete, refusal.Issuing},
		{"a name may change while a CA is at work", SeatFacts{Type: User, Status: SeatEnrolled, Issuing: true, Permissions: manages}, SeatActEdit, ""},
		{"a deletion that revokes needs the right to revoke", SeatFacts{Type: User, Status: SeatConsumed, HasActiveCertificates: true, Revoke: true, Permissions: manages}, SeatActDelete, refusal.RevokePermissionMissing},
		{"and goes with it", SeatFacts{Type: User, Status: SeatConsumed, HasActiveCertificates: true, Revoke: true, Permissions: manages | SetOf(RevokeCertificates)}, SeatActDelete, ""},
		{"where nothing is to be revoked none is needed", SeatFacts{Type: User, Status: SeatCreated, Revoke: true, Permissions: manages}, SeatActDelete, ""},
		{"nor where certificates stay valid", SeatFacts{Type: User, Status: SeatConsumed, HasActiveCertificates: true, Permissions: manages}, SeatActDelete, ""},
		{"the right to revoke is no right to delete", SeatFacts{Type: User, Status: SeatCreated, Permissions: SetOf(RevokeCertificates)}, SeatActDelete, refusal.Forbidden},
		{"what stays missing is told before what passes", SeatFacts{Type: User, Status: SeatConsumed, HasActiveCertificates: true, Revoke: true, Issuing: true, Permissions: manages}, SeatActDelete, refusal.RevokePermissionMissing},
		{"an unknown action is nobody's", SeatFacts{Type: User, Status: SeatCreated, Permissions: manages}, "MOVE", refusal.Forbidden},
		{"an unknown type is a no", SeatFacts{Type: "TOASTER", Status: SeatCreated, Permissions: manages}, SeatActEdit, refusal.WrongSeatType},
		{"an unknown status is a no", SeatFacts{Type: User, Status: "LOST", Permissions: manages}, SeatActEdit, refusal.InvalidState},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var code refusal.Code
			if no := DecideSeat(c.facts, c.action); no != nil {
				code = no.Code
				speaks(t, no.Message)
			}
			if code != c.code {
				t.Errorf("%s answers %q, not %q", c.action, code, c.code)
			}
		})
	}
}

// Every combination of facts: the two questions agree, every no has a code of
// the row and a sentence, and what a deleted seat allows is looking at it.
func TestSeatLaws(t *testing.T) {
	t.Parallel()
	for _, kind := range SeatTypes {
		for _, status := range seatStarts {
			for bits := range 1 << 5 {
				for _, ps := range []PermissionSet{0, SetOf(ManageSeats), SetOf(ManageEnrollments), SetOf(ViewAuditLog), SetOf(Permissions...) &^ SetOf(RevokeCertificates), SetOf(Permissions...)} {
					f := SeatFacts{
						Type: kind, Status: status, Permissions: ps,
						Issuing: bits&1 != 0, HasActiveCertificates: bits&2 != 0, InRenewalWindow: bits&4 != 0, ActiveUnderProfile: bits&8 != 0, Revoke: bits&16 != 0,
					}
					can, cannot := AvailableSeat(f)
					if !slices.Equal(can, CanSeat(f)) {
						t.Fatalf("CanSeat says %v, AvailableSeat %v: %+v", CanSeat(f), can, f)
					}
					if ps == 0 && len(can) > 0 {
						t.Fatalf("without a permission one may %v: %+v", can, f)
					}
					if status == SeatDeleted && len(can) > 0 && !slices.Equal(can, []SeatAction{SeatActViewAuditTrail}) {
						t.Fatalf("a deleted seat allows %v: %+v", can, f)
					}
					refused := map[SeatAction]string{}
					for _, u := range cannot {
						refused[u.Action] = string(u.Code) + u.Message
					}
					for i, r := range SeatRows() {
						if r.Action != SeatActions[i] {
							t.Fatalf("row %d is %s, the list says %s", i, r.Action, SeatActions[i])
						}
						no := DecideSeat(f, r.Action)
						if no != nil {
							speaks(t, no.Message)
							mistake := no.Code == refusal.InvalidState && r.Makes() == (status != SeatStatus(unmade))
							if !slices.Contains(r.Codes(), no.Code) && !mistake {
								t.Fatalf("%s: %s is missing among the row's codes %v", r.Action, no.Code, r.Codes())
							}
						}
						listed := r.Action != SeatActCreate && (r.Action != SeatActEnroll || kind.Enrollable())
						told, isRefused := refused[r.Action]
						switch isAllowed := slices.Contains(can, r.Action); {
						case isAllowed && isRefused, (isAllowed || isRefused) != listed:
							t.Fatalf("%s: available %v, unavailable %v, to be listed %v: %+v", r.Action, isAllowed, isRefused, listed, f)
						case isAllowed && no != nil:
							t.Fatalf("%s is available, and DecideSeat says %v: %+v", r.Action, no, f)
						case isRefused && (no == nil || told != string(no.Code)+no.Message):
							t.Fatalf("%s is unavailable for %q, and DecideSeat says %v: %+v", r.Action, told, no, f)
						}
					}
				}
			}
		}
	}
}

// The table's lists of types and the questions asked of a type are one.
func TestSeatTypesAnswerAsTheTable(t *testing.T) {
	t.Parallel()
	for _, k := range SeatTypes {
		for _, r := range SeatRows() {
			has := slices.Contains(r.Types, k)
			if r.Action == SeatActCreate && has != k.ByHand() {
				t.Errorf("%s made by hand: %v in the table, %v by the type", k, has, k.ByHand())
			}
			if r.Action == SeatActEnroll && has != k.Enrollable() {
				t.Errorf("%s enrolled: %v in the table, %v by the type", k, has, k.Enrollable())
			}
		}
	}
}

// domain.md section 2, "Consumed" and "holds several certificates".
func TestHowCertificatesCountOnASeat(t *testing.T) {
	t.Parallel()
	stays := []SeatType{Imported, Discovery, CertificateManagement}
	several := []SeatType{User, Unified}
	for _, k := range SeatTypes {
		if k.StaysConsumed() != slices.Contains(stays, k) || k.HoldsSeveral() != slices.Contains(several, k) {
			t.Errorf("%s: stays consumed %v, holds several %v", k, k.StaysConsumed(), k.HoldsSeveral())
		}
	}
	for _, s := range CertificateStatuses {
		if want := s == CertificateIssued || s == CertificateSuspended; s.Counts() != want {
			t.Errorf("%s counts: %v", s, s.Counts())
		}
	}
	if CertificateStatus("").Counts() {
		t.Error("a status that is none counts")
	}
}
