package inventory_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

func TestARedemptionThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	under := w.profile(byCode(profile.RuleChanges{AllowedKeys: []lifecycle.KeyKind{lifecycle.ECP256}, CodeLength: ptr(8)}))
	guest := w.invite(under, lifecycle.User, "guest")
	long := w.invite(under, lifecycle.User, strings.Repeat("long", 16))
	ended := w.invite(under, lifecycle.User, "ended")
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, ended.e.UUID, morning)
	elsewhere := w.invite(under, lifecycle.User, "elsewhere")
	w.past(`UPDATE enrollments SET promise = jsonb_set(promise, '{issuer}', '"ACME"') WHERE id = $1`, elsewhere.e.UUID)
	busy := w.invite(under, lifecycle.User, "busy")
	w.redeem(inventory.RedeemEnrollmentInput{Token: busy.token, Code: &busy.code, Csr: blankCSR(t)})
	devices := w.profile(rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode, method: lifecycle.CSR})
	full := w.invite(devices, lifecycle.Device, "full")
	w.hasValid("full")

	manual := w.profile(rules{changes: profile.RuleChanges{AllowedSans: lifecycle.SANKinds, SubjectTemplate: ptr("CN={seat.id}")}})
	p, err := w.Inventory.Request(w.as(boss), inventory.RequestEnrollmentInput{ProfileID: manual, SeatID: "asked", Names: []*inventory.RequestedName{{Kind: lifecycle.SANDNS, Value: "a.example"}, {Kind: lifecycle.SANDNS, Value: "b.example"}}})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	w.approve(anna, p.Enrollment.ID)
	asked := w.picked(p.Enrollment.ID)
	withCSR := w.profile(rules{method: lifecycle.CSR})
	p, err = w.Inventory.Request(w.as(boss), inventory.RequestEnrollmentInput{ProfileID: withCSR, SeatID: "kept", Csr: ptr(csrFor(t, x509.CertificateRequest{Subject: pkix.Name{CommonName: "kept"}}))})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	w.approve(anna, p.Enrollment.ID)
	keeps := w.picked(p.Enrollment.ID)
	external := w.picked(p.Enrollment.ID)

	good := blankCSR(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	granted(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, rsaKey)
	granted(t, err)
	rsaCSR := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	sans := func(names ...string) *string { return ptr(csrFor(t, x509.CertificateRequest{DNSNames: names})) }

	for _, c := range []struct {
		name  string
		in    inventory.RedeemEnrollmentInput
		who   invited
		want  refusal.Code
		field string
	}{
		{"no token", inventory.RedeemEnrollmentInput{Code: &guest.code, Csr: good}, invited{}, refusal.NotFound, "token"},
		{"a token that is none", inventory.RedeemEnrollmentInput{Token: "letmein", Code: &guest.code, Csr: good}, invited{}, refusal.NotFound, "token"},
		{"an unknown token", inventory.RedeemEnrollmentInput{Token: "AAAAAAAAAAAAAAAAAAAAAA", Code: &guest.code, Csr: good}, invited{}, refusal.NotFound, "token"},
		{"no code", inventory.RedeemEnrollmentInput{Csr: good}, guest, refusal.Invalid, "code"},
		{"an empty code", inventory.RedeemEnrollmentInput{Code: ptr(" "), Csr: good}, guest, refusal.Invalid, "code"},
		{"no CSR", inventory.RedeemEnrollmentInput{Code: &guest.code}, guest, refusal.Invalid, "csr"},
		{"a CSR that is none", inventory.RedeemEnrollmentInput{Code: &guest.code, Csr: ptr("hello")}, guest, refusal.InvalidCSR, "csr"},
		{"a key that is not allowed", inventory.RedeemEnrollmentInput{Code: &guest.code, Csr: &rsaCSR}, guest, refusal.KeyNotAllowed, "csr"},
		{"a name that fits into no certificate", inventory.RedeemEnrollmentInput{Code: &long.code, Csr: good}, long, refusal.NameNotAllowed, ""},
		{"one that has expired", inventory.RedeemEnrollmentInput{Code: &ended.code, Csr: good}, ended, refusal.InvalidState, ""},
		{"no authority for it", inventory.RedeemEnrollmentInput{Code: &elsewhere.code, Csr: good}, elsewhere, refusal.InvalidState, ""},
		{"one that a CA is at work on", inventory.RedeemEnrollmentInput{Code: &busy.code, Csr: good}, busy, refusal.Issuing, ""},
		{"a seat that has its certificate", inventory.RedeemEnrollmentInput{Code: &full.code, Csr: good}, full, refusal.SeatHasCertificate, ""},
		{"other names than approved", inventory.RedeemEnrollmentInput{Csr: sans("a.example", "c.example")}, asked, refusal.NamesDiffer, "csr"},
		{"more names than approved", inventory.RedeemEnrollmentInput{Csr: sans("a.example", "b.example", "c.example")}, asked, refusal.NamesDiffer, "csr"},
		{"fewer names than approved", inventory.RedeemEnrollmentInput{Csr: sans("b.example")}, asked, refusal.NamesDiffer, "csr"},
		{"another subject than approved", inventory.RedeemEnrollmentInput{Csr: ptr(csrFor(t, x509.CertificateRequest{Subject: pkix.Name{CommonName: "root"}, DNSNames: []string{"a.example", "b.example"}}))}, asked, refusal.NamesDiffer, "csr"},
		{"the subject alone", inventory.RedeemEnrollmentInput{Csr: ptr(csrFor(t, x509.CertificateRequest{Subject: pkix.Name{CommonName: "asked"}}))}, asked, refusal.NamesDiffer, "csr"},
		{"a name of a kind that was not approved", inventory.RedeemEnrollmentInput{Csr: ptr(csrFor(t, x509.CertificateRequest{DNSNames: []string{"a.example", "b.example"}, EmailAddresses: []string{"a@example.org"}}))}, asked, refusal.NamesDiffer, "csr"},
		{"a CSR beside the one that was approved", inventory.RedeemEnrollmentInput{Csr: good}, keeps, refusal.Invalid, "csr"},
		{"a key of 256 characters", inventory.RedeemEnrollmentInput{Code: &guest.code, Csr: good, IdempotencyKey: ptr(strings.Repeat("k", 256))}, guest, refusal.Invalid, "idempotencyKey"},
	} {
		if c.in.Token == "" {
			c.in.Token = c.who.token
		}
		before := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'REDEEM' AND outcome = 'REFUSED' AND code = $1 AND actor_kind = 'END_USER'`, c.want)
		got, err := w.Inventory.Redeem(w.as(boss), c.in) // whoever is signed in counts for nothing
		granted(t, err)
		if code(got.UserErrors) != c.want {
			t.Errorf("%s: %v; want %s", c.name, got.UserErrors, c.want)
			continue
		}
		if field := strings.Join(got.UserErrors[0].Field, "."); field != "" && field != "input."+c.field {
			t.Errorf("%s: it points at %s", c.name, field)
		}
		if shown := got.Invitation != nil; shown == (c.want == refusal.NotFound) {
			t.Errorf("%s: shown %v", c.name, got.Invitation)
		}
		if after := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'REDEEM' AND outcome = 'REFUSED' AND code = $1 AND actor_kind = 'END_USER'`, c.want); after != before+1 {
			t.Errorf("%s: %d entries", c.name, after-before)
		}
	}
	w.past(`UPDATE enrollments SET promise = jsonb_set(promise, '{issuer}', '"EXTERNAL"') WHERE id = $1`, external.e.UUID)
	got, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: external.token})
	granted(t, err)
	refused(t, got.UserErrors, refusal.WrongMethod)
	if n := w.count(`SELECT sum(attempts) FROM enrollments`); n != 0 {
		t.Errorf("%d attempts were taken for what was no wrong code", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'REDEEM' AND code <> 'NOT_FOUND' AND business_unit_id IS NULL AND code <> ''`); n != 0 {
		t.Errorf("%d entries are of no business unit", n)
	}
	w.honest()
}

// hasValid gives a seat a valid certificate, as an import would.
func (w *world) hasValid(seatID string) {
	w.t.Helper()
	seat := w.count(`SELECT 1 FROM seats WHERE seat_key = $1`, seatID)
	if seat != 1 {
		w.t.Fatalf("no seat %s", seatID)
	}
	w.past(`INSERT INTO certificates (id, version, created_at, updated_at, business_unit_id, seat_row_id, status, source, serial, subject, issuer, not_before, not_after, sha256, der, chain, imported, assigned, names)
SELECT gen_random_uuid(), 1, $2, $2, business_unit_id, id, 'ISSUED', 'IMPORTED', '1', 'CN=x', 'CN=y', $2, $3, md5(random()::text), '', '', TRUE, TRUE, '{}' FROM seats WHERE seat_key = $1`, seatID, morning, morning.Add(300*day))
	w.past(`UPDATE seats SET valid_certificates = 1, consumed = TRUE, status = 'CONSUMED' WHERE seat_key = $1`, seatID)
	w.past(`UPDATE seat_allocations a SET consumed = a.consumed + 1 FROM seats s WHERE s.seat_key = $1 AND s.business_unit_id = a.business_unit_id AND s.seat_type = a.seat_type`, seatID)
}

func TestWrongCodesLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(byCode(profile.RuleChanges{AllowedAttempts: ptr(3), ManagerEmails: []string{"managers@example.org"}}))
	guest := w.invite(under, lifecycle.User, "guest")
	good := blankCSR(t)
	try := func(given string) *inventory.RedeemPayload {
		t.Helper()
		p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: guest.token, Code: &given, Csr: good})
		granted(t, err)
		return p
	}
	for n, left := range []string{"2 attempts are left", "1 attempt is left", "the enrollment is locked"} {
		p := try("WRONG")
		refused(t, p.UserErrors, refusal.WrongCode)
		if !strings.Contains(p.UserErrors[0].Message, left) || *p.Invitation.AttemptsLeft != 2-n {
			t.Errorf("%q does not say %q; %d are left", p.UserErrors[0].Message, left, *p.Invitation.AttemptsLeft)
		}
	}
	if got := w.enrollment(guest.e); got.Status != lifecycle.Locked || got.Attempts != 3 {
		t.Fatalf("it is %s after %d attempts", got.Status, got.Attempts)
	}
	refused(t, try(guest.code).UserErrors, refusal.InvalidState)
	if n := w.count(`SELECT count(*) FROM mails WHERE enrollment_id = $1 AND kind = 'LOCKED' AND recipient = 'managers@example.org'`, guest.e.UUID); n != 1 {
		t.Errorf("%d mails tell that it is locked", n)
	}
	if n := w.entries(guest.e, audit.Lock, audit.Success); n != 1 {
		t.Errorf("%d entries tell that it is locked", n)
	}
	w.honest() // the seat still counts it

	unlocked, err := w.Inventory.Unlock(w.as(manager), inventory.UnlockEnrollmentInput{ID: guest.e})
	granted(t, err)
	granted(t, nil, unlocked.UserErrors...)
	if p := try(" " + strings.ToLower(guest.code) + "\n"); len(p.UserErrors) > 0 || p.Invitation.Issuance == nil {
		t.Errorf("unlocked, the right code is answered %v", p.UserErrors)
	}
	w.honest()
}

// The time of an invitation ends at its very instant.
func TestTheLastInstant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(byCode(profile.RuleChanges{}))
	for _, c := range []struct {
		name string
		from time.Duration
		want refusal.Code
	}{{"before", -time.Microsecond, ""}, {"at", 0, refusal.InvalidState}} {
		w.set(morning)
		guest := w.invite(under, lifecycle.User, c.name)
		archived := w.enrollment(guest.e)
		w.set(archived.ExpiresAt.Add(c.from))
		p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
		granted(t, err)
		if code(p.UserErrors) != c.want {
			t.Errorf("%s its end: %v", c.name, p.UserErrors)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'EXPIRE' AND actor_kind = 'SYSTEM'`); n != 1 {
		t.Errorf("%d expiries are written down", n)
	}
	w.honest()
}

// An archived profile keeps its promise to who was invited.
func TestAnArchivedProfileKeepsItsPromise(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(byCode(profile.RuleChanges{}))
	guest := w.invite(under, lifecycle.User, "guest")
	gone, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: under})
	granted(t, err)
	granted(t, nil, gone.UserErrors...)
	w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
	w.issueDue()
	if got := w.enrollment(guest.e); got.Status != lifecycle.Redeemed {
		t.Errorf("it is %s", got.Status)
	}
}
