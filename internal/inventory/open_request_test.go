package inventory_test

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// open is a profile that takes requests without a login.
func (w *world) open(changes profile.RuleChanges) id.ID {
	w.t.Helper()
	changes.OpenRequests = ptr(true)
	if changes.AllowedSans == nil {
		changes.AllowedSans = []lifecycle.SANKind{lifecycle.SANEmail}
	}
	return w.profile(rules{changes: changes})
}

// anyone is a context without a viewer, from an address.
func (w *world) anyone() context.Context {
	return viewer.WithRequest(w.t.Context(), viewer.Request{ID: "req-1", Address: "192.0.2.7"})
}

// asksOpenly asks without a login and expects a yes.
func (w *world) asksOpenly(in inventory.OpenRequestInput) {
	w.t.Helper()
	no, err := w.Inventory.RequestOpenly(w.anyone(), in)
	granted(w.t, err)
	if no != nil {
		w.t.Fatal(no)
	}
}

// grace is what Grace asks for.
func grace(under id.ID) inventory.OpenRequestInput {
	return inventory.OpenRequestInput{Profile: under, SeatID: " Grace ", Name: ptr("Grace H."), Email: ptr("Grace@Example.org"), Comment: ptr("please"),
		Names: []*inventory.RequestedName{{Kind: lifecycle.SANEmail, Value: "grace@example.org"}}}
}

// link is the secret of the link of the only request that waits.
func (w *world) confirmToken() string {
	w.t.Helper()
	var row uuid.UUID
	var cipher []byte
	granted(w.t, w.admin.QueryRow(`SELECT id, token_cipher FROM open_requests WHERE confirmed_at IS NULL`).Scan(&row, &cipher))
	secret, err := w.keys.Open(cipher, row, "token_cipher")
	granted(w.t, err)
	return secret
}

// confirms confirms and returns the refusal's code.
func (w *world) confirms(token string) (before bool, code refusal.Code) {
	w.t.Helper()
	before, no, err := w.Inventory.ConfirmRequest(w.anyone(), token)
	granted(w.t, err)
	if no != nil {
		return before, no.Code
	}
	return before, ""
}

func (w *world) confirmMails() int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM mails m JOIN jobs j ON j.kind = 'mail' AND (j.payload->>'mail')::uuid = m.id WHERE m.kind = 'CONFIRM_REQUEST' AND m.status = 'QUEUED' AND m.enrollment_id IS NULL`)
}

func TestAnOpenRequestFromTheFormToTheApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{ApproverEmails: []string{"approvers@example.org"}, ApprovalsRequired: ptr(1)})
	form, err := w.Inventory.OpenForm(w.anyone(), under)
	granted(t, err)
	if form == nil || form.BusinessUnitName != "Unit research" || form.SeatType != lifecycle.User || !form.NamesTyped || fmt.Sprint(form.AllowedSans) != "[EMAIL]" || form.ProfileName == "" {
		t.Fatalf("the form is %+v", form)
	}
	entries := w.count(`SELECT count(*) FROM audit_entries`)
	w.asksOpenly(grace(under))
	if n := w.count(`SELECT count(*) FROM enrollments`); n != 0 || w.count(`SELECT count(*) FROM audit_entries`) != entries || w.confirmMails() != 1 {
		t.Errorf("before it is confirmed there are %d enrollments, %d mails", n, w.confirmMails())
	}
	if n := w.count(`SELECT count(*) FROM open_requests WHERE email = 'grace@example.org' AND seat_id = 'Grace' AND address = '192.0.2.7' AND expires_at = $1`, morning.Add(day)); n != 1 {
		t.Error("it is not kept as it was asked for")
	}
	token := w.confirmToken()
	w.set(morning.Add(time.Hour))
	if before, no := w.confirms(token); before || no != "" {
		t.Fatalf("confirmed before: %t, refused: %s", before, no)
	}
	e := w.enrollment(w.newest())
	names, err := e.RequestedNames()
	granted(t, err)
	if e.Status != lifecycle.Pending || e.SeatID != "Grace" || e.Email != "grace@example.org" || e.Name != "Grace H." || e.RequesterComment != "please" || e.Requester() != nil ||
		len(names.EmailAddresses) != 1 || !e.CreatedAt.Equal(morning.Add(time.Hour)) {
		t.Errorf("the request is %+v", e)
	}
	for want, mail := range map[string]string{"REQUEST_RECEIVED": "grace@example.org", "REQUEST_TO_REVIEW": "approvers@example.org"} {
		if n := w.count(`SELECT count(*) FROM mails WHERE enrollment_id = $1 AND kind = $2 AND recipient = $3`, e.ID.UUID, want, mail); n != 1 {
			t.Errorf("%d mails %s to %s", n, want, mail)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'REQUEST' AND outcome = 'SUCCESS' AND actor_kind = 'END_USER' AND business_unit_id = $2`, e.ID.UUID, w.unit.UUID); n != 1 {
		t.Errorf("%d entries by the end user", n)
	}
	// The same link shows where it stands.
	invitation, err := w.Inventory.Invitation(w.anyone(), token)
	granted(t, err)
	if invitation == nil || invitation.Status != lifecycle.Pending || invitation.Redeems {
		t.Errorf("the link leads to %+v", invitation)
	}
	if before, no := w.confirms(token); !before || no != "" {
		t.Errorf("the second time: confirmed before: %t, refused: %s", before, no)
	}
	if w.count(`SELECT count(*) FROM open_requests WHERE token_cipher IS NULL AND enrollment_id = $1`, e.ID.UUID) != 1 {
		t.Error("the open request is not closed")
	}
	// Nobody approves the request of their own address; somebody else does.
	own := person("grace", lifecycle.Approver)
	own.Email = "GRACE@example.org"
	p, err := w.Inventory.Approve(w.as(own), inventory.ApproveEnrollmentInput{ID: e.ID})
	granted(t, err)
	refused(t, p.UserErrors, refusal.OwnRequest)
	if got := w.approve(anna, e.ID).Status; got != lifecycle.Approved {
		t.Errorf("approved it is %s", got)
	}
	if before, no := w.confirms(token); !before || no != "" {
		t.Errorf("after its approval: confirmed before: %t, refused: %s", before, no)
	}
	w.honest()
}

// TestAnOpenRequestWhoseCertificateComesFromElsewhere: its CSR goes with it, and the
// link that confirmed it hands the certificate out.
func TestAnOpenRequestWhoseCertificateComesFromElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR, changes: profile.RuleChanges{
		OpenRequests: ptr(true), Issuer: ptr(lifecycle.IssuerExternal), AllowedSans: []lifecycle.SANKind{lifecycle.SANDNS}}})
	a := toAttach{ca: newAuthority(t), key: ecKey(t)}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"www.example.org"}}, a.key)
	granted(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	w.asksOpenly(inventory.OpenRequestInput{Profile: under, SeatID: "www", Email: ptr("ops@example.org"), Csr: &text})
	token := w.confirmToken()
	if _, no := w.confirms(token); no != "" {
		t.Fatal(no)
	}
	e := w.enrollment(w.newest())
	names, err := e.RequestedNames()
	granted(t, err)
	if e.Csr() == nil || *e.Csr() != text || fmt.Sprint(names.DNSNames) != "[www.example.org]" || *names.Key != lifecycle.ECP256 {
		t.Errorf("the request asks for %+v", names)
	}
	w.approve(anna, e.ID)
	leaf := a.ca.certify("www", &a.key.PublicKey, year, false)
	granted(t, nil, w.attach(e.ID, pemOf(leaf)+a.ca.chain).UserErrors...)
	v, err := w.Inventory.Invitation(w.anyone(), token)
	granted(t, err)
	if v.Status != lifecycle.Redeemed || v.Certificate == nil || v.Certificate.Pem() != pemOf(leaf) || v.Certificate.ChainPem() != a.ca.chain {
		t.Errorf("the link shows %+v", v)
	}
	w.honest()
}

func TestWhatAnOpenRequestIsRefusedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under, shut := w.open(profile.RuleChanges{}), w.profile(rules{})
	byCSR := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR, changes: profile.RuleChanges{OpenRequests: ptr(true), AllowedKeys: []lifecycle.KeyKind{lifecycle.RSA3072}}})
	archived := w.open(profile.RuleChanges{})
	gone, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: archived})
	granted(t, err)
	granted(t, nil, gone.UserErrors...)
	for _, test := range []struct {
		name  string
		in    func(*inventory.OpenRequestInput)
		want  refusal.Code
		field string
	}{
		{"no such profile", func(in *inventory.OpenRequestInput) { in.Profile = id.New(id.Profile) }, refusal.NotFound, "profileId"},
		{"another kind of id", func(in *inventory.OpenRequestInput) { in.Profile = w.unit }, refusal.NotFound, "profileId"},
		{"a profile that is not open", func(in *inventory.OpenRequestInput) { in.Profile = shut }, refusal.NotFound, "profileId"},
		{"an archived one", func(in *inventory.OpenRequestInput) { in.Profile = archived }, refusal.NotFound, "profileId"},
		{"no seat id", func(in *inventory.OpenRequestInput) { in.SeatID = " " }, refusal.Invalid, "seatId"},
		{"no address", func(in *inventory.OpenRequestInput) { in.Email = nil }, refusal.Invalid, "email"},
		{"a blank address", func(in *inventory.OpenRequestInput) { in.Email = ptr(" ") }, refusal.Invalid, "email"},
		{"two addresses", func(in *inventory.OpenRequestInput) { in.Email = ptr("a@example.org, b@example.org") }, refusal.Invalid, "email"},
		{"a header in the address", func(in *inventory.OpenRequestInput) { in.Email = ptr("a@example.org\r\nBcc: b@example.org") }, refusal.Invalid, "email"},
		{"a line break in the name", func(in *inventory.OpenRequestInput) { in.Name = ptr("Grace\nH.") }, refusal.Invalid, "name"},
		{"too long a comment", func(in *inventory.OpenRequestInput) { in.Comment = ptr(strings.Repeat("x", 1001)) }, refusal.Invalid, "comment"},
		{"a kind of name that is none", func(in *inventory.OpenRequestInput) { in.Names[0].Kind = "UPN" }, refusal.Invalid, "names.0.kind"},
		{"a name that is none", func(in *inventory.OpenRequestInput) { in.Names[0].Value = "grace" }, refusal.Invalid, "names.0.value"},
		{"a name that the profile does not allow", func(in *inventory.OpenRequestInput) {
			in.Names[0] = &inventory.RequestedName{Kind: lifecycle.SANDNS, Value: "example.org"}
		}, refusal.NameNotAllowed, "names"},
		{"a CSR where none is taken", func(in *inventory.OpenRequestInput) { in.Csr = ptr(csr(t, "x")) }, refusal.Invalid, "csr"},
		{"no CSR where one is needed", func(in *inventory.OpenRequestInput) { in.Profile, in.Names = byCSR, nil }, refusal.Invalid, "csr"},
		{"a CSR that is none", func(in *inventory.OpenRequestInput) { in.Profile, in.Names, in.Csr = byCSR, nil, ptr("x") }, refusal.InvalidCSR, "csr"},
		{"a key that is not allowed", func(in *inventory.OpenRequestInput) { in.Profile, in.Names, in.Csr = byCSR, nil, ptr(csr(t, "x")) }, refusal.KeyNotAllowed, "csr"},
	} {
		in := grace(under)
		test.in(&in)
		no, err := w.Inventory.RequestOpenly(w.anyone(), in)
		granted(t, err)
		if no == nil || no.Code != test.want || strings.Join(no.Field, ".") != "input."+test.field {
			t.Errorf("%s: %v, want %s at %s", test.name, no, test.want, test.field)
		}
	}
	if n := w.count(`SELECT (SELECT count(*) FROM open_requests) + (SELECT count(*) FROM mails)`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	for _, one := range []id.ID{shut, archived, id.New(id.Profile), w.unit} {
		if form, err := w.Inventory.OpenForm(w.anyone(), one); err != nil || form != nil {
			t.Errorf("%s has the form %v, %v", one, form, err)
		}
	}
	// With its business unit a profile goes too.
	other := w.newUnit("passing", 0)
	there := w.profile(rules{unit: other, changes: profile.RuleChanges{OpenRequests: ptr(true)}})
	deleted, err := w.Units.Delete(w.as(boss), businessunit.DeleteBusinessUnitInput{ID: other})
	granted(t, err)
	granted(t, nil, deleted.UserErrors...)
	if form, err := w.Inventory.OpenForm(w.anyone(), there); err != nil || form != nil {
		t.Errorf("in a deleted business unit the form is %v, %v", form, err)
	}
}

func TestAConfirmationThatIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		between func(w *world, under id.ID)
		want    refusal.Code
		audited bool
	}{
		{"a day later", func(w *world, _ id.ID) { w.set(morning.Add(day)) }, refusal.NotFound, false},
		{"the profile is archived", func(w *world, under id.ID) {
			p, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: under})
			granted(w.t, err)
			granted(w.t, nil, p.UserErrors...)
		}, refusal.ProfileArchived, true},
		{"the profile is open no more", func(w *world, under id.ID) {
			p, err := w.Profiles.Update(w.as(boss), profile.UpdateCertificateProfileInput{ID: under, RuleChanges: profile.RuleChanges{OpenRequests: ptr(false)}})
			granted(w.t, err)
			granted(w.t, nil, p.UserErrors...)
		}, refusal.InvalidState, true},
		{"the profile allows its names no more", func(w *world, under id.ID) {
			p, err := w.Profiles.Update(w.as(boss), profile.UpdateCertificateProfileInput{ID: under, RuleChanges: profile.RuleChanges{AllowedSans: []lifecycle.SANKind{}}})
			granted(w.t, err)
			granted(w.t, nil, p.UserErrors...)
		}, refusal.NameNotAllowed, true},
		{"somebody else has asked for the seat", func(w *world, under id.ID) { w.request(rita, under, "GRACE") }, refusal.ActiveEnrollmentExists, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			under := w.open(profile.RuleChanges{})
			w.asksOpenly(grace(under))
			token := w.confirmToken()
			test.between(w, under)
			before := w.count(`SELECT count(*) FROM enrollments`)
			if _, no := w.confirms(token); no != test.want {
				t.Errorf("refused: %s, want %s", no, test.want)
			}
			if n := w.count(`SELECT count(*) FROM enrollments`); n != before {
				t.Errorf("%d enrollments were made", n-before)
			}
			n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'REQUEST' AND outcome = 'REFUSED' AND code = $1 AND actor_kind = 'END_USER' AND business_unit_id = $2`, string(test.want), w.unit.UUID)
			if !test.audited {
				n = w.count(`SELECT count(*) FROM audit_entries WHERE action = 'REQUEST' AND outcome = 'REFUSED' AND code = $1 AND business_unit_id IS NULL`, string(test.want))
			}
			if n != 1 {
				t.Errorf("%d entries of the refusal", n)
			}
			w.honest()
		})
	}
	w := newWorld(t, 0)
	for _, token := range []string{"", "x", strings.Repeat("A", 22), strings.Repeat("A", 9000), "AAAAAAAAAAAAAAAAAAAA\x00A"} {
		if _, no := w.confirms(token); no != refusal.NotFound {
			t.Errorf("%.30q: %s", token, no)
		}
	}
}

func TestWhoAsksAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{})
	w.asksOpenly(grace(under))
	first := w.confirmToken()
	same := grace(under)
	same.SeatID, same.Email = "Grace", ptr("grace@example.ORG")
	w.set(morning.Add(9 * time.Minute))
	w.asksOpenly(same)
	if w.confirmMails() != 1 || w.confirmToken() != first {
		t.Errorf("asked again at once: %d mails", w.confirmMails())
	}
	w.set(morning.Add(10 * time.Minute))
	w.asksOpenly(same)
	if w.confirmMails() != 2 || w.confirmToken() != first {
		t.Errorf("asked again after ten minutes: %d mails", w.confirmMails())
	}
	if n := w.count(`SELECT count(*) FROM open_requests WHERE expires_at = $1`, morning.Add(10*time.Minute).Add(day)); n != 1 {
		t.Error("what was mailed again cannot be confirmed for a day")
	}
	// Something else for the same seat ends the first link.
	other := grace(under)
	other.Comment = ptr("no, for the other reason")
	w.asksOpenly(other)
	if w.confirmMails() != 3 || w.confirmToken() == first {
		t.Errorf("asked for something else: %d mails", w.confirmMails())
	}
	if _, no := w.confirms(first); no != refusal.NotFound {
		t.Errorf("the first link: %s", no)
	}
	if before, no := w.confirms(w.confirmToken()); before || no != "" {
		t.Errorf("the second link: %t %s", before, no)
	}
	if got := w.enrollment(w.newest()).RequesterComment; got != "no, for the other reason" {
		t.Errorf("confirmed was %q", got)
	}
	// Confirmed, the place for another is free; the table then says that it is taken.
	w.asksOpenly(grace(under))
	if _, no := w.confirms(w.confirmToken()); no != refusal.ActiveEnrollmentExists {
		t.Errorf("the third link: %s", no)
	}
	w.honest()
}

func TestAnAddressIsMailedFiveTimesAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	one, other := w.open(profile.RuleChanges{}), w.open(profile.RuleChanges{})
	ask := func(n int) {
		in := grace([]id.ID{one, other}[n%2])
		in.SeatID = fmt.Sprint("seat ", n)
		if n%3 == 0 {
			in.Email = ptr("GRACE@EXAMPLE.ORG")
		}
		w.asksOpenly(in)
	}
	together(40, ask)
	if w.confirmMails() != 5 || w.count(`SELECT count(*) FROM open_requests`) != 5 {
		t.Errorf("%d mails within the hour, %d requests", w.confirmMails(), w.count(`SELECT count(*) FROM open_requests`))
	}
	bob := grace(one)
	bob.Email = ptr("bob@example.org")
	w.asksOpenly(bob)
	if w.confirmMails() != 6 {
		t.Error("another address is hit")
	}
	// Changing one's mind all the time is no way around.
	for n := range 9 {
		bob.Comment = ptr(fmt.Sprint(n))
		w.asksOpenly(bob)
	}
	if w.confirmMails() != 10 {
		t.Errorf("%d mails", w.confirmMails())
	}
	w.set(morning.Add(time.Hour))
	ask(41)
	if w.confirmMails() != 11 {
		t.Error("after an hour it is not mailed again")
	}
}

func TestNoMoreThanAThousandWaitUnderAProfile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under, other := w.open(profile.RuleChanges{}), w.open(profile.RuleChanges{})
	w.asksOpenly(grace(under))
	w.past(`INSERT INTO open_requests (id, profile_id, business_unit_id, seat_id, seat_key, email, token_hash, created_at, expires_at)
SELECT gen_random_uuid(), o.profile_id, o.business_unit_id, 'crowd ' || n, 'crowd ' || n, 'crowd@example.org', decode(md5($1 || n), 'hex'), o.created_at, o.expires_at
FROM open_requests o, generate_series(1, 999) n`, "crowd")
	mails := w.confirmMails()
	in := grace(under)
	in.SeatID = "one more"
	no, err := w.Inventory.RequestOpenly(w.anyone(), in)
	granted(t, err)
	if no == nil || no.Code != refusal.TooMany || w.confirmMails() != mails || w.count(`SELECT count(*) FROM open_requests`) != 1000 {
		t.Errorf("the 1,001st is answered with %v; %d mails after %d", no, w.confirmMails(), mails)
	}
	// Who waits already may change their mind, and other profiles are not hit.
	changed := grace(under)
	changed.Comment = ptr("please, please")
	w.asksOpenly(changed)
	w.asksOpenly(grace(other))
	if w.confirmMails() != mails+2 {
		t.Errorf("%d mails after %d", w.confirmMails(), mails)
	}
}

func TestOneOfManyConfirms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{})
	w.asksOpenly(grace(under))
	token := w.confirmToken()
	befores := make([]bool, 12)
	together(len(befores), func(n int) {
		before, no, err := w.Inventory.ConfirmRequest(w.anyone(), token)
		if err != nil || no != nil {
			t.Errorf("%v %v", no, err)
		}
		befores[n] = before
	})
	if got := tally(befores); got[false] != 1 || w.count(`SELECT count(*) FROM enrollments`) != 1 {
		t.Errorf("confirmed for the first time %d times, %d enrollments", got[false], w.count(`SELECT count(*) FROM enrollments`))
	}
	if n := w.entries(w.newest(), audit.Request, audit.Success); n != 1 {
		t.Errorf("%d entries", n)
	}
	w.honest()
}

// TestConfirmingAgainstARequest: an officer asks for the same seat while the link is
// confirmed; exactly one of them gets the place.
func TestConfirmingAgainstARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{})
	w.asksOpenly(grace(under))
	token := w.confirmToken()
	w.before("INSERT INTO enrollments", func() { w.request(rita, under, "grace") })
	if _, no := w.confirms(token); no != refusal.ActiveEnrollmentExists {
		t.Errorf("refused: %q", no)
	}
	if n := w.count(`SELECT count(*) FROM enrollments`); n != 1 {
		t.Errorf("%d enrollments", n)
	}
	w.honest()
}

func TestOpenRequestsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{})
	w.asksOpenly(grace(under))
	if _, no := w.confirms(w.confirmToken()); no != "" {
		t.Fatal(no)
	}
	for n := range 3 {
		in := grace(under)
		in.SeatID = fmt.Sprint("seat ", n)
		w.asksOpenly(in)
	}
	for _, step := range []struct {
		at         time.Time
		gone, left int
	}{{morning.Add(day), 0, 4}, {morning.Add(day + time.Microsecond), 2, 2}, {morning.Add(day + time.Microsecond), 1, 1}, {morning.Add(9 * day), 0, 1}} {
		w.set(step.at)
		gone, err := w.Inventory.ForgetOpenRequests(w.t.Context(), 2)
		granted(t, err)
		if left := w.count(`SELECT count(*) FROM open_requests`); gone != step.gone || left != step.left {
			t.Errorf("at %s %d went and %d are left", step.at, gone, left)
		}
	}
}

// TestTheSecretOfAnOpenRequestStandsNowhere but sealed, before and after it is
// confirmed.
func TestTheSecretOfAnOpenRequestStandsNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{ApproverEmails: []string{"approvers@example.org"}})
	var statements lockedText
	told := func(_ context.Context, statement string) { _, _ = statements.Write([]byte(statement + "\n")) }
	w.onStatement.Store(&told)
	w.asksOpenly(grace(under))
	first := w.confirmToken()
	other := grace(under)
	other.Comment = nil
	w.asksOpenly(other)
	token := w.confirmToken()
	w.request(rita, under, "grace")
	w.confirms(token) // refused
	p, err := w.Inventory.Withdraw(w.as(person("rita", lifecycle.Requester)), inventory.WithdrawEnrollmentInput{ID: w.newest()})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	if _, no := w.confirms(token); no != "" {
		t.Fatal(no)
	}
	w.confirms(token)
	if found, _ := w.holding(first, token); len(found) > 0 {
		t.Errorf("it stands in %v", found)
	}
	for where, text := range map[string]string{"the log": w.log.String(), "a statement": statements.String()} {
		if shows(text, first) || shows(text, token) {
			t.Errorf("%s shows it", where)
		}
	}
}

// Whoever confirms sees what, since somebody else may have asked in their name: an
// earlier link of their own is over then, and the latest mail is not theirs.
func TestWhatAnOpenRequestAsksForIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{method: lifecycle.CSR, changes: profile.RuleChanges{OpenRequests: ptr(true), AllowedSans: []lifecycle.SANKind{lifecycle.SANDNS}}})
	asks := func(comment string) (token string, names lifecycle.RequestNames) {
		request := csr(t, "www.example.org")
		w.asksOpenly(inventory.OpenRequestInput{Profile: under, SeatID: "grace", Name: ptr("Grace H."), Email: ptr("grace@example.org"), Comment: &comment, Csr: &request})
		var text []byte
		granted(t, w.admin.QueryRow(`SELECT request_names FROM open_requests WHERE confirmed_at IS NULL`).Scan(&text))
		granted(t, json.Unmarshal(text, &names))
		return w.confirmToken(), names
	}
	shown := func(token string) *inventory.OpenAsked {
		asked, err := w.Inventory.OpenAsked(w.anyone(), token)
		granted(t, err)
		return asked
	}
	own, key := asks("mine")
	if got := shown(own); got == nil || got.SeatID != "grace" || got.Name != "Grace H." || got.Comment != "mine" || got.KeySHA256 != key.KeySHA256 || len(got.KeySHA256) != 64 ||
		fmt.Sprint(got.Names) != "[CN=www.example.org www.example.org]" || got.BusinessUnitName != "Unit research" || got.ProfileName == "" || got.Confirmed || !got.ExpiresAt.Equal(morning.Add(day)) {
		t.Errorf("shown is %+v", got)
	}
	others, otherKey := asks("mallory's key")
	if got := shown(others); got == nil || got.KeySHA256 != otherKey.KeySHA256 || got.KeySHA256 == key.KeySHA256 {
		t.Errorf("of the request in her name is shown %+v", got)
	}
	for name, token := range map[string]string{"replaced": own, "unknown": strings.Repeat("A", 22), "none": "x"} {
		if got := shown(token); got != nil {
			t.Errorf("of a link that is %s is shown %+v", name, got)
		}
	}
	if _, no := w.confirms(others); no != "" {
		t.Fatal(no)
	}
	w.set(morning.Add(2 * day))
	if got := shown(others); got == nil || !got.Confirmed {
		t.Errorf("of one that was confirmed is shown %+v", got)
	}
	late, _ := asks("late")
	w.set(morning.Add(3 * day))
	if got := shown(late); got != nil {
		t.Errorf("of one whose time is over is shown %+v", got)
	}
}

// Who asks openly for a seat of somebody else learns nothing of whose it is, before
// somebody has approved.
func TestAnOpenRequestTellsNothingOfASeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.open(profile.RuleChanges{ApprovalsRequired: ptr(1), SubjectTemplate: ptr("CN={seat.name},emailAddress={seat.email}")})
	made, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: "ada", Name: ptr("Ada Lovelace"), Email: ptr("ada@example.org")})
	granted(t, err)
	granted(t, nil, made.UserErrors...)
	w.asksOpenly(inventory.OpenRequestInput{Profile: under, SeatID: "ada", Name: ptr("Mallory"), Email: ptr("mallory@example.com")})
	token := w.confirmToken()
	if _, no := w.confirms(token); no != "" {
		t.Fatal(no)
	}
	shown := func() (name, subject string) {
		v, err := w.Inventory.Invitation(w.anyone(), token)
		granted(t, err)
		return v.Name, v.Names.Subject
	}
	if name, subject := shown(); name != "Mallory" || !strings.Contains(subject, "CN=Mallory") || !strings.Contains(subject, "emailAddress=mallory@example.com") {
		t.Errorf("before the approval the link shows %q, %q", name, subject)
	}
	w.approve(anna, w.newest())
	if name, subject := shown(); name != "Ada Lovelace" || !strings.Contains(subject, "CN=Ada Lovelace") || !strings.Contains(subject, "emailAddress=ada@example.org") {
		t.Errorf("after the approval the link shows %q, %q", name, subject)
	}
}
