package lifecycle

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/refusal"
)

// certificateRowsOfDomain is what domain.md says of certificates, written down by
// hand and not read from the code: action | certificates | from > to, … | who.
const certificateRowsOfDomain = `
RENEW            | enrolled | ISSUED > ISSUED | MANAGE_ENROLLMENTS
REVOKE           | any      | ISSUED > REVOKED, SUSPENDED > REVOKED | REVOKE_CERTIFICATES
SUSPEND          | built-in | ISSUED > SUSPENDED | REVOKE_CERTIFICATES
RESUME           | any      | SUSPENDED > ISSUED | REVOKE_CERTIFICATES
VIEW_AUDIT_TRAIL | any      | ISSUED > ISSUED, EXPIRED > EXPIRED, REVOKED > REVOKED, SUSPENDED > SUSPENDED | VIEW_AUDIT_LOG
EXPIRE           | any      | ISSUED > EXPIRED, SUSPENDED > EXPIRED | system
`

// origins are the makings of certificates: who was asked for them, and whether for
// an enrollment that is known here.
var origins = []struct {
	name  string
	facts CertificateFacts
}{
	{"imported", CertificateFacts{}},
	{"attached", CertificateFacts{Enrolled: true}},
	{"by ACME", CertificateFacts{Enrolled: true, Authority: IssuerACME}},
	{"built-in", CertificateFacts{Enrolled: true, Authority: IssuerBuiltIn}},
}

// allCertificateActions are those of the enum and what happens by itself.
func allCertificateActions() []CertificateAction {
	return append(slices.Clone(CertificateActions), CertificateActExpire)
}

// Every move of the domain is made, and nothing else by anybody.
func TestCertificateTableIsTheDomains(t *testing.T) {
	t.Parallel()
	type way struct {
		action CertificateAction
		origin string
		from   CertificateStatus
		who    string
	}
	ways := map[way]CertificateStatus{}
	for line := range strings.SplitSeq(strings.TrimSpace(certificateRowsOfDomain), "\n") {
		row := cells(line)
		for _, o := range origins {
			if row[1] == "enrolled" && !o.facts.Enrolled || row[1] == "built-in" && o.name != "built-in" {
				continue
			}
			for step := range strings.SplitSeq(row[2], ", ") {
				from, to, _ := strings.Cut(step, " > ")
				ways[way{CertificateAction(row[0]), o.name, CertificateStatus(from), row[3]}] = CertificateStatus(to)
			}
		}
	}
	whos := []string{"system"}
	for _, p := range Permissions {
		whos = append(whos, string(p))
	}
	made := 0
	for _, a := range allCertificateActions() {
		for _, o := range origins {
			for _, from := range CertificateStatuses {
				for _, who := range whos {
					f := o.facts
					f.Status, f.InRenewalWindow, f.TimePassed = from, true, a == CertificateActExpire
					if who == "system" {
						f.By = BySystem
					} else {
						f.Permissions = SetOf(Permission(who))
					}
					to, no := DecideCertificate(f, a)
					want, goes := ways[way{a, o.name, from, who}]
					switch {
					case (no == nil) != goes:
						t.Errorf("%s from %s of one %s by %s: %v, and in the domain it is %v", a, from, o.name, who, no, goes)
					case goes && to != want, !goes && to != from:
						t.Errorf("%s from %s of one %s by %s leads to %s", a, from, o.name, who, to)
					case goes:
						made++
					}
				}
			}
		}
	}
	if made != len(ways) {
		t.Errorf("%d of the domain's %d ways were made", made, len(ways))
	}
}

func TestCertificateRulesBesideTheTable(t *testing.T) {
	t.Parallel()
	enrolls, revokes := SetOf(ManageEnrollments), SetOf(RevokeCertificates)
	renewable := func(change func(*CertificateFacts)) CertificateFacts {
		f := CertificateFacts{Status: CertificateIssued, Enrolled: true, Authority: IssuerBuiltIn, InRenewalWindow: true, Permissions: enrolls}
		change(&f)
		return f
	}
	opens := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		facts  CertificateFacts
		action CertificateAction
		code   refusal.Code
		says   string
	}{
		{"inside the window", renewable(func(*CertificateFacts) {}), CertificateActRenew, "", ""},
		{"one that was attached", renewable(func(f *CertificateFacts) { f.Authority = "" }), CertificateActRenew, "", ""},
		{"before the window, whose beginning is told", renewable(func(f *CertificateFacts) { f.InRenewalWindow, f.RenewalOpens = false, opens }), CertificateActRenew, refusal.OutsideRenewalWindow, "from 2026-11-22T08:00:00Z on"},
		{"a window that was not read is not open", renewable(func(f *CertificateFacts) { f.InRenewalWindow = false }), CertificateActRenew, refusal.OutsideRenewalWindow, "not yet in the renewal window"},
		{"its successor is there", renewable(func(f *CertificateFacts) { f.Replaced = true }), CertificateActRenew, refusal.AlreadyReplaced, "replacedBy"},
		{"its successor is asked for", renewable(func(f *CertificateFacts) { f.ActiveExists = true }), CertificateActRenew, refusal.ActiveEnrollmentExists, "active enrollment"},
		{"its seat holds all it can", renewable(func(f *CertificateFacts) { f.SeatFull = true }), CertificateActRenew, refusal.SeatHasCertificate, "one and its successor"},
		{"its seat is gone", renewable(func(f *CertificateFacts) { f.SeatDeleted = true }), CertificateActRenew, refusal.SeatDeleted, "was deleted"},
		{"its profile is archived", renewable(func(f *CertificateFacts) { f.ProfileArchived = true }), CertificateActRenew, refusal.ProfileArchived, "archived"},
		{"what stays is told before what passes", renewable(func(f *CertificateFacts) { f.InRenewalWindow, f.ActiveExists, f.SeatDeleted = false, true, true }), CertificateActRenew, refusal.SeatDeleted, "was deleted"},
		{"the status before all of it", renewable(func(f *CertificateFacts) { f.Status, f.SeatDeleted, f.Replaced = CertificateExpired, true, true }), CertificateActRenew, refusal.InvalidState, "EXPIRED"},
		{"one on hold is resumed first", renewable(func(f *CertificateFacts) { f.Status = CertificateSuspended }), CertificateActRenew, refusal.InvalidState, "Resume it first"},
		{"where it comes from before its status", renewable(func(f *CertificateFacts) { f.Enrolled, f.Status = false, CertificateRevoked }), CertificateActRenew, refusal.IssuedElsewhere, "Enroll its seat instead"},
		{"and the viewer before that", CertificateFacts{Status: CertificateRevoked, Permissions: revokes}, CertificateActRenew, refusal.Forbidden, "MANAGE_ENROLLMENTS"},
		{"one that was revoked is not revoked again", CertificateFacts{Status: CertificateRevoked, Permissions: revokes}, CertificateActRevoke, refusal.InvalidState, "nothing left to do"},
		{"nor one that has expired", CertificateFacts{Status: CertificateExpired, Permissions: revokes}, CertificateActRevoke, refusal.InvalidState, "Nobody accepts it any more"},
		{"one that is on hold is revoked", CertificateFacts{Status: CertificateSuspended, Permissions: revokes}, CertificateActRevoke, "", ""},
		{"one that was imported is revoked", CertificateFacts{Status: CertificateIssued, Permissions: revokes}, CertificateActRevoke, "", ""},
		{"ACME knows no hold", CertificateFacts{Status: CertificateIssued, Enrolled: true, Authority: IssuerACME, Permissions: revokes}, CertificateActSuspend, refusal.IssuedElsewhere, "ACME, which knows no hold"},
		{"nor is one held that came from elsewhere", CertificateFacts{Status: CertificateIssued, Permissions: revokes}, CertificateActSuspend, refusal.IssuedElsewhere, "not issued from here"},
		{"what is revoked is not taken back", CertificateFacts{Status: CertificateRevoked, Authority: IssuerBuiltIn, Permissions: revokes}, CertificateActResume, refusal.InvalidState, "for good"},
		{"what is not on hold is not taken off it", CertificateFacts{Status: CertificateIssued, Authority: IssuerBuiltIn, Permissions: revokes}, CertificateActResume, refusal.InvalidState, "from SUSPENDED only"},
		{"the right to enroll is none to revoke", CertificateFacts{Status: CertificateIssued, Permissions: enrolls}, CertificateActRevoke, refusal.Forbidden, "REVOKE_CERTIFICATES"},
		{"no expiry before its time", CertificateFacts{Status: CertificateIssued, By: BySystem}, CertificateActExpire, refusal.InvalidState, "has not"},
		{"and by nobody else", CertificateFacts{Status: CertificateIssued, TimePassed: true, Permissions: SetOf(Permissions...)}, CertificateActExpire, refusal.Forbidden, "the system"},
		{"an unknown action is nobody's", CertificateFacts{Status: CertificateIssued, Permissions: SetOf(Permissions...)}, "BURN", refusal.Forbidden, "no action on a certificate"},
		{"an unknown status is a no", CertificateFacts{Status: "LOST", Permissions: revokes}, CertificateActRevoke, refusal.InvalidState, "LOST"},
		{"and so is none", CertificateFacts{Permissions: revokes}, CertificateActRevoke, refusal.InvalidState, "none at all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to, no := DecideCertificate(c.facts, c.action)
			if no == nil {
				if c.code != "" {
					t.Fatalf("%s was allowed", c.action)
				}
				return
			}
			speaks(t, no.Message)
			if no.Code != c.code || !strings.Contains(no.Message, c.says) || to != c.facts.Status {
				t.Errorf("%s leads to %q with %q: %s", c.action, to, no.Code, no.Message)
			}
		})
	}
}

// Every combination of facts: the two questions agree, every no has a code of the
// row and a sentence, and a final status allows looking only.
func TestCertificateLaws(t *testing.T) {
	t.Parallel()
	codes := refusal.Codes()
	sets := []PermissionSet{0, SetOf(ManageEnrollments), SetOf(RevokeCertificates), SetOf(ViewAuditLog), SetOf(Permissions...)}
	for _, o := range origins {
		for _, status := range CertificateStatuses {
			for bits := range 1 << 7 {
				for _, ps := range sets {
					f := o.facts
					f.Status, f.Permissions = status, ps
					f.SeatDeleted, f.ProfileArchived, f.Replaced = bits&1 != 0, bits&2 != 0, bits&4 != 0
					f.InRenewalWindow, f.ActiveExists, f.SeatFull, f.TimePassed = bits&8 != 0, bits&16 != 0, bits&32 != 0, bits&64 != 0
					can, cannot := AvailableCertificate(f)
					if !slices.Equal(can, CanCertificate(f)) {
						t.Fatalf("CanCertificate says %v, AvailableCertificate %v: %+v", CanCertificate(f), can, f)
					}
					if ps == 0 && len(can) > 0 {
						t.Fatalf("without a permission one may %v: %+v", can, f)
					}
					if !status.Counts() && len(can) > 0 && !slices.Equal(can, []CertificateAction{CertificateActViewAuditTrail}) {
						t.Fatalf("one that is %s allows %v: %+v", status, can, f)
					}
					refused := map[CertificateAction]string{}
					for _, u := range cannot {
						refused[u.Action] = string(u.Code) + u.Message
					}
					for i, r := range CertificateRows() {
						if r.Action != allCertificateActions()[i] {
							t.Fatalf("row %d is %s, the list says %s", i, r.Action, allCertificateActions()[i])
						}
						to, no := DecideCertificate(f, r.Action)
						if no != nil {
							speaks(t, no.Message)
							if !slices.Contains(r.Codes(), no.Code) || !slices.Contains(codes, no.Code) || to != status {
								t.Fatalf("%s: %s leads to %s and is none of the row's codes %v", r.Action, no.Code, to, r.Codes())
							}
						}
						listed := r.Action != CertificateActExpire && (r.Action != CertificateActRenew || f.Enrolled) && (r.Action != CertificateActSuspend || f.Authority == IssuerBuiltIn)
						told, isRefused := refused[r.Action]
						switch isAllowed := slices.Contains(can, r.Action); {
						case isAllowed && isRefused, (isAllowed || isRefused) != listed:
							t.Fatalf("%s: available %v, unavailable %v, to be listed %v: %+v", r.Action, isAllowed, isRefused, listed, f)
						case isAllowed && no != nil:
							t.Fatalf("%s is available, and DecideCertificate says %v: %+v", r.Action, no, f)
						case isRefused && (no == nil || told != string(no.Code)+no.Message):
							t.Fatalf("%s is unavailable for %q, and DecideCertificate says %v: %+v", r.Action, told, no, f)
						}
					}
				}
			}
		}
	}
}

// From what it begins as, a certificate comes to every status, and from the final
// ones nowhere.
func TestEveryStatusOfACertificateIsReached(t *testing.T) {
	t.Parallel()
	reached := func(o CertificateFacts, from CertificateStatus) []CertificateStatus {
		var seen []CertificateStatus
		for todo := []CertificateStatus{from}; len(todo) > 0; todo = todo[1:] {
			for _, a := range allCertificateActions() {
				for _, by := range []Actor{ByPerson, BySystem} {
					f := o
					f.Status, f.By, f.TimePassed, f.InRenewalWindow, f.Permissions = todo[0], by, true, true, SetOf(Permissions...)
					if to, no := DecideCertificate(f, a); no == nil && to != todo[0] && !slices.Contains(seen, to) {
						seen, todo = append(seen, to), append(todo, to)
					}
				}
			}
		}
		slices.Sort(seen)
		return seen
	}
	for _, c := range []struct {
		origin int
		from   CertificateStatus
		want   []CertificateStatus
	}{
		{3, CertificateIssued, []CertificateStatus{"EXPIRED", "ISSUED", "REVOKED", "SUSPENDED"}},
		{2, CertificateIssued, []CertificateStatus{"EXPIRED", "REVOKED"}},
		{0, CertificateIssued, []CertificateStatus{"EXPIRED", "REVOKED"}},
		{0, CertificateExpired, nil},
		{3, CertificateRevoked, nil},
	} {
		if got := reached(origins[c.origin].facts, c.from); !slices.Equal(got, c.want) {
			t.Errorf("one that is %s and %s comes to %v, not to %v", origins[c.origin].name, c.from, got, c.want)
		}
	}
}

// A row that asks for what nobody checks, or is for certificates that nobody knows,
// lets nothing through.
func TestACertificateRowIsNeverMoreThanIsKnown(t *testing.T) {
	t.Parallel()
	f := CertificateFacts{Status: CertificateIssued, Enrolled: true, Authority: IssuerBuiltIn, Permissions: SetOf(Permissions...)}
	row := CertificateRow{Action: "X", Of: FromAnywhere, From: CertificateStatuses, By: may(RevokeCertificates)}
	if code := row.firstNo(f); code != "" {
		t.Fatalf("the plain row says %s", code)
	}
	unchecked, unknown, nobodys := row, row, row
	unchecked.Bars, unknown.Of, nobodys.By = []refusal.Code{refusal.KeyMismatch}, "the moon", nil
	for _, c := range []struct {
		row  CertificateRow
		want refusal.Code
	}{{unchecked, refusal.KeyMismatch}, {unknown, refusal.IssuedElsewhere}, {nobodys, refusal.Forbidden}} {
		if code := c.row.firstNo(f); code != c.want {
			t.Errorf("it says %q, not %q", code, c.want)
		}
	}
}
