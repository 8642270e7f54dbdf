package profile_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

func TestCreateFillsInWhatIsUsual(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research")
	p := h.create(t, usual(unit, " Staff "))
	want := profile.Rules{
		ApprovalsRequired: 1, CodeLength: 12, CodeAlphabet: lifecycle.LettersAndDigits, AllowedAttempts: 5,
		Expiry: 10 * period.Day, PickupTime: 30 * period.Day, Validity: 365 * period.Day, RenewalWindow: 30 * period.Day,
		AllowedKeys: []lifecycle.KeyKind{}, AllowedSans: []lifecycle.SANKind{}, MailRequester: true, ApproverEmails: []string{}, ManagerEmails: []string{},
		Issuer: lifecycle.IssuerBuiltIn, KeyUsages: []lifecycle.KeyUsage{}, ExtendedKeyUsages: []lifecycle.ExtendedKeyUsage{},
	}
	if !reflect.DeepEqual(p.Rules, want) {
		t.Errorf("rules: %+v", p.Rules)
	}
	if p.Name != "Staff" || p.Unit != unit.UUID || p.SeatType != lifecycle.User || p.CaType != lifecycle.Private || p.AuthenticationMethod != lifecycle.ManualApproval ||
		p.EnrollmentMethod != lifecycle.CSR || p.Version != 1 || p.ArchivedAt != nil || !p.CreatedAt.Equal(morning) {
		t.Errorf("%+v", p)
	}
}

func TestCreateKeepsEveryRule(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := usual(h.unit(t, "research"), "Staff")
	in.RuleChanges = every
	p := h.create(t, in)
	if !reflect.DeepEqual(p.Rules, everyRule) {
		t.Errorf("rules: %+v", p.Rules)
	}
	promised := lifecycle.Promise{
		CodeLength: 8, CodeAlphabet: lifecycle.Digits, ExpirySeconds: 60, PickupSeconds: 366 * 86400, ValiditySeconds: 3600, RenewalWindowSeconds: 0,
		AllowedKeys: []string{"RSA_3072", "EC_P256"}, SubjectTemplate: "CN={seat.name}", AllowedSANs: []string{"DNS"}, MailCode: true,
		Issuer: lifecycle.IssuerExternal, KeyUsages: []string{"DIGITAL_SIGNATURE", "KEY_AGREEMENT"}, ExtendedKeyUsages: []string{"CLIENT_AUTH", "CODE_SIGNING"},
		ApproverEmails: []string{"a@example.com"}, ManagerEmails: []string{"m@example.com"},
	}
	if !reflect.DeepEqual(p.Promise(), promised) {
		t.Errorf("promise: %+v", p.Promise())
	}
}

// every changes every rule to something that is not usual, everyRule is what
// comes of it: kinds in the schema's order, each once.
var (
	every = profile.RuleChanges{
		Description: ptr("For staff.\nAsk Ada."), ApprovalsRequired: ptr(5), CodeLength: ptr(8), CodeAlphabet: ptr(lifecycle.Digits), AllowedAttempts: ptr(10),
		Expiry: ptr(period.Period(60)), PickupTime: ptr(366 * period.Day), Validity: ptr(period.Period(3600)), RenewalWindow: ptr(period.Period(0)),
		AllowedKeys: []lifecycle.KeyKind{lifecycle.ECP256, lifecycle.RSA3072, lifecycle.ECP256}, SubjectTemplate: ptr("CN={seat.name}"),
		AllowedSans: []lifecycle.SANKind{lifecycle.SANDNS}, MailCode: ptr(true), MailRequester: ptr(false),
		ApproverEmails: []string{"a@example.com"}, ManagerEmails: []string{"m@example.com"}, OpenRequests: ptr(true),
		Issuer: ptr(lifecycle.IssuerExternal), KeyUsages: []lifecycle.KeyUsage{lifecycle.KeyAgreement, lifecycle.DigitalSignature, lifecycle.KeyAgreement},
		ExtendedKeyUsages: []lifecycle.ExtendedKeyUsage{lifecycle.CodeSigning, lifecycle.ClientAuth},
	}
	everyRule = profile.Rules{
		Description: "For staff.\nAsk Ada.", ApprovalsRequired: 5, CodeLength: 8, CodeAlphabet: lifecycle.Digits, AllowedAttempts: 10,
		Expiry: 60, PickupTime: 366 * period.Day, Validity: 3600, RenewalWindow: 0,
		AllowedKeys: []lifecycle.KeyKind{lifecycle.RSA3072, lifecycle.ECP256}, SubjectTemplate: "CN={seat.name}",
		AllowedSans: []lifecycle.SANKind{lifecycle.SANDNS}, MailCode: true, ApproverEmails: []string{"a@example.com"}, ManagerEmails: []string{"m@example.com"}, OpenRequests: true,
		Issuer: lifecycle.IssuerExternal, KeyUsages: []lifecycle.KeyUsage{lifecycle.DigitalSignature, lifecycle.KeyAgreement},
		ExtendedKeyUsages: []lifecycle.ExtendedKeyUsage{lifecycle.ClientAuth, lifecycle.CodeSigning},
	}
)

// broken are rules that neither a create nor an update takes.
var broken = []struct {
	name  string
	rules profile.RuleChanges
	field string
}{
	{"no approval", profile.RuleChanges{ApprovalsRequired: ptr(0)}, "approvalsRequired"},
	{"six approvals", profile.RuleChanges{ApprovalsRequired: ptr(6)}, "approvalsRequired"},
	{"a short code", profile.RuleChanges{CodeLength: ptr(5)}, "codeLength"},
	{"a long code", profile.RuleChanges{CodeLength: ptr(33)}, "codeLength"},
	{"no attempt", profile.RuleChanges{AllowedAttempts: ptr(0)}, "allowedAttempts"},
	{"eleven attempts", profile.RuleChanges{AllowedAttempts: ptr(11)}, "allowedAttempts"},
	{"an expiry under a minute", profile.RuleChanges{Expiry: ptr(period.Period(59))}, "expiry"},
	{"an expiry over 366 days", profile.RuleChanges{Expiry: ptr(366*period.Day + 1)}, "expiry"},
	{"a pick-up under a minute", profile.RuleChanges{PickupTime: ptr(period.Period(59))}, "pickupTime"},
	{"a validity under an hour", profile.RuleChanges{Validity: ptr(period.Period(3599))}, "validity"},
	{"a validity over 3,650 days", profile.RuleChanges{Validity: ptr(3651 * period.Day)}, "validity"},
	{"a renewal window over 366 days", profile.RuleChanges{RenewalWindow: ptr(367 * period.Day)}, "renewalWindow"},
	{"a long description", profile.RuleChanges{Description: ptr(strings.Repeat("a", 1001))}, "description"},
	{"a subject of something else", profile.RuleChanges{SubjectTemplate: ptr("DC=example")}, "subjectTemplate"},
	{"an approver that is no address", profile.RuleChanges{ApproverEmails: []string{"a@example.com", "x"}}, "approverEmails.1"},
	{"a manager that is no address", profile.RuleChanges{ManagerEmails: []string{"x"}}, "managerEmails.0"},
}

func TestCreateIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit, gone := h.unit(t, "research"), h.unit(t, "gone")
	if p, err := h.units.Delete(as(t, lifecycle.Admin), businessunit.DeleteBusinessUnitInput{ID: gone}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}
	h.create(t, usual(unit, "Taken"))
	h.archive(t, h.create(t, usual(unit, "Archived")).ID)
	change := func(f func(*profile.CreateCertificateProfileInput)) profile.CreateCertificateProfileInput {
		in := usual(unit, "Staff")
		f(&in)
		return in
	}
	type attempt struct {
		name  string
		role  lifecycle.Role
		units []string
		in    profile.CreateCertificateProfileInput
		code  refusal.Code
		field string
	}
	attempts := []attempt{
		{"without the permission", lifecycle.Approver, nil, usual(unit, "Staff"), refusal.Forbidden, ""},
		{"in another's business unit", lifecycle.ProfileManager, []string{"default"}, usual(unit, "Staff"), refusal.NotFound, "businessUnitId"},
		{"in a deleted business unit", lifecycle.ProfileManager, nil, usual(gone, "Staff"), refusal.NotFound, "businessUnitId"},
		{"in what is no business unit", lifecycle.ProfileManager, nil, usual(id.Of(id.Seat, unit.UUID), "Staff"), refusal.NotFound, "businessUnitId"},
		{"without a name", lifecycle.ProfileManager, nil, usual(unit, " "), refusal.Invalid, "name"},
		{"a name that is taken", lifecycle.ProfileManager, nil, usual(unit, "Taken"), refusal.Duplicate, "name"},
		{"an archived profile's name", lifecycle.ProfileManager, nil, usual(unit, "Archived"), refusal.Duplicate, "name"},
		{"open requests with a code", lifecycle.ProfileManager, nil, change(func(in *profile.CreateCertificateProfileInput) {
			in.AuthenticationMethod, in.OpenRequests = lifecycle.EnrollmentCode, ptr(true)
		}), refusal.Invalid, "openRequests"},
	}
	for _, kind := range []lifecycle.SeatType{lifecycle.Imported, lifecycle.Discovery, lifecycle.CertificateManagement} {
		attempts = append(attempts, attempt{"for " + string(kind), lifecycle.ProfileManager, nil, change(func(in *profile.CreateCertificateProfileInput) { in.SeatType = kind }), refusal.WrongSeatType, "seatType"})
	}
	for _, b := range broken {
		attempts = append(attempts, attempt{b.name, lifecycle.ProfileManager, nil, change(func(in *profile.CreateCertificateProfileInput) { in.RuleChanges = b.rules }), refusal.Invalid, b.field})
	}
	for _, a := range attempts {
		p, err := h.profiles.Create(as(t, a.role, a.units...), a.in)
		if err != nil {
			t.Fatalf("%s: %v", a.name, err)
		}
		if no := only(t, p.UserErrors); no.Code != a.code || strings.TrimPrefix(strings.Join(no.Field, "."), "input.") != a.field || p.CertificateProfile != nil {
			t.Errorf("%s: %v beside %+v", a.name, no, p.CertificateProfile)
		}
	}
	if n := h.entries(t, "CREATE_CERTIFICATE_PROFILE", "REFUSED"); n != len(attempts) {
		t.Errorf("%d refused attempts in the audit, want %d", n, len(attempts))
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research")
	p, old := h.create(t, usual(unit, "Staff")), h.create(t, usual(unit, "Old"))
	h.archive(t, old.ID)
	for _, c := range []struct {
		name    string
		units   []string
		in      profile.UpdateCertificateProfileInput
		code    refusal.Code
		field   string
		version int // afterwards; 0: nothing is shown
	}{
		{"nothing", nil, profile.UpdateCertificateProfileInput{ID: p.ID}, "", "", 1},
		{"what it is already", nil, profile.UpdateCertificateProfileInput{ID: p.ID, Name: ptr("Staff"), RuleChanges: profile.RuleChanges{CodeLength: ptr(12), AllowedKeys: []lifecycle.KeyKind{}}}, "", "", 1},
		{"every rule", []string{"research"}, profile.UpdateCertificateProfileInput{ID: p.ID, RuleChanges: every, ExpectedVersion: ptr(1)}, "", "", 2},
		{"the name", nil, profile.UpdateCertificateProfileInput{ID: p.ID, Name: ptr("People")}, "", "", 3},
		{"a name that is taken", nil, profile.UpdateCertificateProfileInput{ID: p.ID, Name: ptr("Old")}, refusal.Duplicate, "name", 3},
		{"an empty name", nil, profile.UpdateCertificateProfileInput{ID: p.ID, Name: ptr("")}, refusal.Invalid, "name", 3},
		{"of another version", nil, profile.UpdateCertificateProfileInput{ID: p.ID, ExpectedVersion: ptr(2)}, refusal.Conflict, "expectedVersion", 3},
		{"an archived one", nil, profile.UpdateCertificateProfileInput{ID: old.ID, Name: ptr("x")}, refusal.ProfileArchived, "", 2},
		{"another's", []string{"default"}, profile.UpdateCertificateProfileInput{ID: p.ID}, refusal.NotFound, "id", 0},
		{"what is no profile", nil, profile.UpdateCertificateProfileInput{ID: id.Of(id.Seat, p.ID.UUID)}, refusal.NotFound, "id", 0},
	} {
		got, err := h.profiles.Update(as(t, lifecycle.ProfileManager, c.units...), c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.code == "" && len(got.UserErrors) > 0 {
			t.Errorf("%s: %v", c.name, got.UserErrors)
		} else if c.code != "" {
			if no := only(t, got.UserErrors); no.Code != c.code || strings.TrimPrefix(strings.Join(no.Field, "."), "input.") != c.field {
				t.Errorf("%s: %v", c.name, no)
			}
		}
		if s := got.CertificateProfile; (s == nil) != (c.version == 0) || s != nil && s.Version != c.version {
			t.Errorf("%s: shown %+v", c.name, s)
		}
	}
	for _, b := range broken {
		got, err := h.profiles.Update(as(t, lifecycle.ProfileManager), profile.UpdateCertificateProfileInput{ID: p.ID, RuleChanges: b.rules})
		if err != nil || only(t, got.UserErrors).Code != refusal.Invalid {
			t.Errorf("%s: %v %+v", b.name, err, got)
		}
	}
	now, err := h.profiles.One(as(t, lifecycle.ViewOnly), p.ID)
	if err != nil || now.Name != "People" || !reflect.DeepEqual(now.Rules, everyRule) {
		t.Errorf("%+v %v", now, err)
	}
	if n := h.entries(t, "UPDATE_CERTIFICATE_PROFILE", "SUCCESS"); n != 2 {
		t.Errorf("%d entries for 2 changes", n)
	}
}

func TestAnEntryTellsWhatChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.create(t, usual(h.unit(t, "research"), "Staff"))
	got, err := h.profiles.Update(as(t, lifecycle.ProfileManager), profile.UpdateCertificateProfileInput{ID: p.ID, RuleChanges: profile.RuleChanges{CodeLength: ptr(9)}})
	if err != nil || len(got.UserErrors) > 0 {
		t.Fatalf("%v %+v", err, got)
	}
	var changes string
	if err := h.db.Admin(t).QueryRow(`SELECT changes::text FROM audit_entries WHERE action = 'UPDATE_CERTIFICATE_PROFILE' AND business_unit_id = $1`, p.Unit).Scan(&changes); err != nil {
		t.Fatal(err)
	}
	if want := `[{"after": "9", "field": "codeLength", "before": "12"}]`; changes != want {
		t.Errorf("%s, want %s", changes, want)
	}
}

func TestArchive(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research")
	p := h.create(t, usual(unit, "Staff"))
	for _, c := range []struct {
		name  string
		role  lifecycle.Role
		units []string
		in    profile.ArchiveCertificateProfileInput
		code  refusal.Code
	}{
		{"without the permission", lifecycle.ViewOnly, nil, profile.ArchiveCertificateProfileInput{ID: p.ID}, refusal.Forbidden},
		{"another's", lifecycle.ProfileManager, []string{"default"}, profile.ArchiveCertificateProfileInput{ID: p.ID}, refusal.NotFound},
		{"of another version", lifecycle.ProfileManager, nil, profile.ArchiveCertificateProfileInput{ID: p.ID, ExpectedVersion: ptr(2)}, refusal.Conflict},
		{"for good", lifecycle.ProfileManager, nil, profile.ArchiveCertificateProfileInput{ID: p.ID, ExpectedVersion: ptr(1)}, ""},
		{"twice", lifecycle.ProfileManager, nil, profile.ArchiveCertificateProfileInput{ID: p.ID}, refusal.ProfileArchived},
	} {
		got, err := h.profiles.Archive(as(t, c.role, c.units...), c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.code == "" && (len(got.UserErrors) > 0 || got.CertificateProfile.ArchivedAt == nil) || c.code != "" && only(t, got.UserErrors).Code != c.code {
			t.Errorf("%s: %v %+v", c.name, got.UserErrors, got.CertificateProfile)
		}
	}
}

// What is held is archived only after the holder has ended; who holds after that
// sees it archived.
func TestHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	unit := h.unit(t, "research", "unit@example.com")
	p := h.create(t, usual(unit, "Staff"))
	archived := make(chan error, 1)
	hold := func(check func(*profile.Held)) {
		t.Helper()
		_, err := h.store.Do(asSystem(t), store.Cause{Action: "REQUEST", Resource: "ENROLLMENT"}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			held, err := profile.Hold(ctx, tx, everything, p.ID)
			if err == nil {
				check(held)
			}
			return store.Outcome{}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	hold(func(held *profile.Held) {
		if held == nil || held.Archived || held.ID != p.ID.UUID || held.Unit != unit.UUID || held.UnitName != "Unit research" || held.ApprovalsRequired != 1 {
			t.Errorf("held: %+v", held)
		}
		if a := held.Promise().ApproverEmails; len(a) != 1 || a[0] != "unit@example.com" {
			t.Errorf("approvers promised: %v", a)
		}
		go func() {
			_, err := h.profiles.Archive(as(t, lifecycle.ProfileManager), profile.ArchiveCertificateProfileInput{ID: p.ID})
			archived <- err
		}()
		h.waitsForALock(t)
		select {
		case err := <-archived:
			t.Errorf("archived while it was held: %v", err)
		default:
		}
	})
	if err := <-archived; err != nil {
		t.Fatal(err)
	}
	hold(func(held *profile.Held) {
		if held == nil || !held.Archived {
			t.Errorf("held afterwards: %+v", held)
		}
	})
	if d, err := h.units.Delete(as(t, lifecycle.Admin), businessunit.DeleteBusinessUnitInput{ID: unit}); err != nil || len(d.UserErrors) > 0 {
		t.Fatal(err, d)
	}
	hold(func(held *profile.Held) {
		if held != nil {
			t.Errorf("held in a deleted business unit: %+v", held)
		}
	})
}
