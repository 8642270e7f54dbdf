package lifecycle

import (
	"slices"
	"testing"

	"gatehouse/internal/refusal"
)

// flags are the facts that are true or false.
var flags = []struct {
	name string
	set  func(*EnrollmentFacts)
}{
	{"requester", func(f *EnrollmentFacts) { f.Requester = true }},
	{"own e-mail", func(f *EnrollmentFacts) { f.OwnEmail = true }},
	{"decided", func(f *EnrollmentFacts) { f.Decided = true }},
	{"time passed", func(f *EnrollmentFacts) { f.TimePassed = true }},
	{"seat deleted", func(f *EnrollmentFacts) { f.SeatDeleted = true }},
	{"profile archived", func(f *EnrollmentFacts) { f.ProfileArchived = true }},
	{"active exists", func(f *EnrollmentFacts) { f.ActiveExists = true }},
	{"issuing", func(f *EnrollmentFacts) { f.Issuing = true }},
}

// flagged is the facts of every combination of flags: a flag is on where its
// bit in the index is.
func flagged() []EnrollmentFacts {
	all := make([]EnrollmentFacts, 1<<len(flags))
	for bits := range all {
		for i, flag := range flags {
			if bits&(1<<i) != 0 {
				flag.set(&all[bits])
			}
		}
	}
	return all
}

// somebody is one of those who ask in the walk.
type somebody struct {
	name        string
	by          Actor
	permissions PermissionSet
}

// askers are those whose answers may differ for the action: without any right,
// with just what the table asks for, with everything but that, with
// everything, the end user, and the system with no right but to be it.
func askers(a EnrollmentAction) []somebody {
	var needed PermissionSet
	for _, r := range enrollmentTable {
		if r.Action == a {
			for _, w := range r.By {
				needed |= SetOf(Permission(w))
			}
		}
	}
	all := SetOf(Permissions...)
	return []somebody{
		{"nobody", ByPerson, 0},
		{"just so", ByPerson, needed},
		{"all but", ByPerson, all &^ needed},
		{"almighty", ByPerson, all},
		{"end user", ByEndUser, all}, // permissions must count for nothing
		{"system", BySystem, 0},
	}
}

// walk visits every combination of status, method, CA, enrollment method,
// approvals and flags for the action and one who asks. No is empty for a yes.
// Approvals vary for APPROVE alone; TestOnlyApproveCounts holds it to that.
func walk(a EnrollmentAction, who somebody, visit func(f EnrollmentFacts, bits int, to Status, no refusal.Code)) {
	counts := [][2]int{{0, 1}}
	if a == ActApprove {
		counts = [][2]int{{0, 0}, {0, 1}, {0, 2}, {1, 2}, {4, 5}}
	}
	combinations := flagged()
	for _, m := range AuthenticationMethods {
		r := enrollmentRow(m, a)
		for _, ca := range CATypes {
			for _, em := range EnrollmentMethods {
				for _, s := range startsOf() {
					for _, n := range counts {
						for bits, f := range combinations {
							f.Status, f.Method, f.CA, f.EnrollmentMethod = s, m, ca, em
							f.Approvals, f.Required, f.By, f.Permissions = n[0], n[1], who.by, who.permissions
							to, no := s, r.firstNo(f)
							if no == "" {
								to = r.To(f)
							}
							visit(f, bits, to, no)
						}
					}
				}
			}
		}
	}
}

// The laws that hold whatever the facts.
func TestLaws(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			broken := ""
			for _, who := range askers(a) {
				walk(a, who, func(f EnrollmentFacts, _ int, to Status, no refusal.Code) {
					if broken != "" {
						return // the first breach tells enough
					}
					if broken = brokenLaw(a, who, f, to, no); broken != "" {
						t.Errorf("%s: %s by %s leads to %q with %q: %+v", broken, a, who.name, to, no, f)
					}
				})
			}
		})
	}
}

// brokenLaw names the law that an answer breaks; empty for none.
func brokenLaw(a EnrollmentAction, who somebody, f EnrollmentFacts, to Status, no refusal.Code) string {
	withdraws := a == ActWithdraw && f.Requester
	looks := a == ActReview || a == ActViewAuditTrail
	makes := a == ActEnroll || a == ActRequest
	switch {
	case no != "" && to != f.Status:
		return "what is refused stays as it is"
	case no != "":
		return ""
	case !slices.Contains(Statuses, to):
		return "what is done leads to one of the nine"
	case f.Status.Final() && to != f.Status:
		return "no way leads out of what is final"
	case who.name == "nobody" && !withdraws:
		return "without a permission there is only withdrawing one's own request"
	case who.name == "all but" && !withdraws:
		return "all other permissions do not make up for the one"
	case who.by == ByEndUser && a != ActRedeem && a != ActLock && a != ActRequest:
		return "the end user redeems, is locked out and requests, and no more"
	case who.by == BySystem && a != ActExpire:
		return "the system by itself lets expire, and no more"
	case f.Issuing && !looks:
		return "while a CA is at work there is only looking on"
	case to == Expired && f.Status != Expired && !f.TimePassed:
		return "nothing expires before its time"
	case f.Status == Locked && to == Expired && a != ActUnlock:
		return "what is locked does not expire"
	case to == Redeemed && f.Status != Redeemed && a != ActRedeem && a != ActAttachCertificate:
		return "a certificate comes by redeeming or attaching"
	case !f.Method.Enrolls() && !looks && a != ActExpire && a != ActRejectBySeatDeletion:
		return "no enrollment is made or moved under the other methods"
	case (f.Status == unmade) != makes:
		return "what does not exist is made, and what exists is not made again"
	case a == ActViewCode && (f.CA != Private || f.Method != EnrollmentCode):
		return "codes are shown under a private CA only"
	case fits(f.Method, f.Status) && !fits(f.Method, to):
		return "a status belongs to its method"
	case a == ActApprove && (f.Requester || f.OwnEmail):
		return "nobody approves their own request"
	case a == ActApprove && f.Decided:
		return "nobody approves twice in a round"
	case a == ActApprove && (f.Method != ManualApproval || f.Status != Pending && f.Status != InProgress && f.Status != PendingSecondApproval):
		return "only what waits is approved"
	case a == ActApprove && to == Approved && (f.Required < 1 || f.Approvals+1 < f.Required):
		return "approved is what has all approvals"
	case (a == ActReset || a == ActResendEnrollment || a == ActEnroll) && (f.SeatDeleted || f.ProfileArchived || f.ActiveExists):
		return "what comes to life needs a seat, a profile and a free place"
	case a == ActWithdraw && !f.Requester:
		return "only the requester withdraws"
	}
	return ""
}

// fits reports whether an enrollment of the method can be in the status.
func fits(m AuthenticationMethod, s Status) bool {
	switch s {
	case Created, Locked:
		return m == EnrollmentCode
	case Pending, PendingSecondApproval, InProgress, Approved:
		return m == ManualApproval
	}
	return true
}

// A fact that stands in somebody's way never helps them: turning one on turns
// no refusal into a yes, and more permissions turn no yes into a refusal.
func TestObstaclesNeverHelp(t *testing.T) {
	t.Parallel()
	everything := SetOf(Permissions...)
	for _, a := range allActions() {
		t.Run(string(a), func(t *testing.T) {
			t.Parallel()
			for _, who := range askers(a) {
				if who.name != "just so" && who.by == ByPerson {
					continue // whose right is missing is refused, and whose is there is "just so"
				}
				// yes is the answers of one making and status, by the bits of the flags.
				yes := make([]bool, 1<<len(flags))
				broken := false
				walk(a, who, func(f EnrollmentFacts, bits int, _ Status, no refusal.Code) {
					yes[bits] = no == ""
					if !yes[bits] || broken {
						return
					}
					for i, flag := range flags {
						helps := flag.name == "requester" && a == ActWithdraw || flag.name == "time passed" && a == ActExpire
						if bits&(1<<i) != 0 && !helps && !yes[bits&^(1<<i)] {
							t.Errorf("%s by %s is allowed only because of %q: %+v", a, who.name, flag.name, f)
						}
					}
					f.Permissions = everything
					if r := enrollmentRow(f.Method, a); r.firstNo(f) != "" {
						t.Errorf("%s by %s is refused to one with more permissions: %+v", a, who.name, f)
					}
					broken = t.Failed()
				})
			}
		})
	}
}

// Counts of approvals matter to APPROVE and to nothing else.
func TestOnlyApproveCounts(t *testing.T) {
	t.Parallel()
	for way, to := range transcribed(t) {
		if way.action == ActApprove {
			continue
		}
		for _, n := range [][2]int{{0, 0}, {0, 2}, {1, 2}, {5, 5}} {
			f := ordinary(way)
			f.Approvals, f.Required = n[0], n[1]
			if got, no := Decide(f, way.action); got != to || no != nil {
				t.Errorf("%+v with %d of %d approvals leads to %s, %v", way, n[0], n[1], got, no)
			}
		}
	}
}

// Available and Can say what Decide says, word for word, whoever asks.
func TestDecideAndAvailableAgree(t *testing.T) {
	t.Parallel()
	hidden := []EnrollmentAction{ActEnroll, ActRequest, ActRedeem, ActExpire, ActLock, ActRejectBySeatDeletion}
	combinations := flagged()
	permissionSets := []PermissionSet{0, SetOf(Permissions...)}
	for _, r := range Roles {
		permissionSets = append(permissionSets, r.Permissions())
	}
	for _, m := range AuthenticationMethods {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			for _, ca := range CATypes {
				for _, s := range Statuses {
					for bits, f := range combinations {
						// Enrollment methods and roles take turns: the laws above walk them all.
						f.Status, f.Method, f.CA, f.Required = s, m, ca, 2
						f.EnrollmentMethod = EnrollmentMethods[bits%len(EnrollmentMethods)]
						f.Permissions = permissionSets[(bits+len(s))%len(permissionSets)]
						if agree(t, f, hidden); t.Failed() {
							return
						}
					}
				}
			}
		})
	}
}

func agree(t *testing.T, f EnrollmentFacts, hidden []EnrollmentAction) {
	t.Helper()
	can, cannot := Available(f)
	if alone := Can(f); !slices.Equal(alone, can) {
		t.Errorf("Can says %v, Available %v: %+v", alone, can, f)
	}
	if can == nil || cannot == nil {
		t.Errorf("a list is nil instead of empty: %+v", f)
	}
	told := map[EnrollmentAction]int{}
	for _, a := range can {
		told[a]++
		if _, no := Decide(f, a); no != nil {
			t.Errorf("%s is available, and Decide says %v: %+v", a, no, f)
		}
	}
	for _, u := range cannot {
		told[u.Action]++
		_, no := Decide(f, u.Action)
		if no == nil || no.Code != u.Code || no.Message != u.Message {
			t.Errorf("%s is unavailable for %s %q, and Decide says %v: %+v", u.Action, u.Code, u.Message, no, f)
		}
		switch u.Code {
		case refusal.WrongMethod, refusal.CodePrivateOnly, refusal.ResendNotForThisMethod:
			t.Errorf("%s can never be done to this enrollment, and is listed: %+v", u.Action, f)
		}
	}
	for _, a := range allActions() {
		r := enrollmentRow(f.Method, a)
		want := 1
		if slices.Contains(hidden, a) || r.misfit(f) != "" {
			want = 0
		}
		if told[a] != want {
			t.Errorf("%s stands in the lists %d times, not %d: %+v", a, told[a], want, f)
		}
	}
}

// Every value that is not known, in any of the facts, is a no.
func TestUnknownFactsAreANo(t *testing.T) {
	t.Parallel()
	for way := range transcribed(t) {
		for name, spoil := range map[string]func(*EnrollmentFacts){
			"status":            func(f *EnrollmentFacts) { f.Status = "SHREDDED" },
			"method":            func(f *EnrollmentFacts) { f.Method = "" },
			"CA":                func(f *EnrollmentFacts) { f.CA = "" },
			"enrollment method": func(f *EnrollmentFacts) { f.EnrollmentMethod = "CARRIER_PIGEON" },
		} {
			f := ordinary(way)
			spoil(&f)
			if to, no := Decide(f, way.action); no == nil {
				t.Errorf("%+v with an unknown %s leads to %s", way, name, to)
			}
		}
	}
}
