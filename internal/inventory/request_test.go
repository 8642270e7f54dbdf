package inventory_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// csr is a good request for a host.
func csr(t *testing.T, host string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	granted(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}}, key)
	granted(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func TestARequestKeepsWhatItWasPromisedAndWhatItAsksFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR, changes: profile.RuleChanges{
		AllowedSans: []lifecycle.SANKind{lifecycle.SANDNS}, ApproverEmails: []string{"approvers@example.org"}, Expiry: ptr(3 * period.Day), PickupTime: ptr(2 * period.Day),
	}})
	text := csr(t, "www.example.org")
	p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{
		ProfileID: under, SeatID: " Web-01 ", Name: ptr("Web server"), Email: ptr("ops@example.org"), Csr: &text, Comment: ptr("for the shop\nsoon"),
	})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	e := p.Enrollment
	if e.Status != lifecycle.Pending || e.SeatID != "Web-01" || e.SeatType != lifecycle.Device || e.Name != "Web server" || e.Email != "ops@example.org" ||
		e.RequesterComment != "for the shop\nsoon" || e.Requester().Subject != "rita" || !e.ExpiresAt.Equal(morning.Add(3*day)) || e.ApprovalsRequired != 1 || e.Version != 1 {
		t.Errorf("the enrollment is %+v", e)
	}
	names, err := e.RequestedNames()
	granted(t, err)
	if names == nil || names.Subject != "CN=www.example.org" || !slices.Equal(names.DNSNames, []string{"www.example.org"}) || *names.Key != lifecycle.ECP256 || e.Csr() == nil {
		t.Errorf("it asks for %+v, with the CSR %v", names, e.Csr())
	}
	if n := w.count(`SELECT count(*) FROM mails WHERE enrollment_id = $1 AND (kind, recipient) IN (('REQUEST_RECEIVED', 'rita@example.com'), ('REQUEST_TO_REVIEW', 'approvers@example.org'))`, e.ID.UUID); n != 2 {
		t.Errorf("%d of the two mails are queued", n)
	}
	// A later change of the profile does not touch it.
	changed, err := w.Profiles.Update(w.as(boss), profile.UpdateCertificateProfileInput{ID: under, RuleChanges: profile.RuleChanges{PickupTime: ptr(9 * period.Day), ApprovalsRequired: ptr(5)}})
	granted(t, err)
	granted(t, nil, changed.UserErrors...)
	if got := w.approve(anna, e.ID); got.Status != lifecycle.Approved || !got.ExpiresAt.Equal(morning.Add(2*day)) {
		t.Errorf("approved it is %s until %s; it was promised one approval and two days", got.Status, got.ExpiresAt)
	}
	w.honest()
}

func TestARequestThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	byName := w.profile(rules{changes: profile.RuleChanges{AllowedSans: []lifecycle.SANKind{lifecycle.SANEmail}}})
	byCSR := w.profile(rules{method: lifecycle.CSR})
	byCode := w.profile(rules{auth: lifecycle.EnrollmentCode, method: lifecycle.CSR})
	bySAML := w.profile(rules{auth: lifecycle.SAMLIdP, method: lifecycle.CSR})
	archived := w.profile(rules{})
	gone, err := w.Profiles.Archive(w.as(boss), profile.ArchiveCertificateProfileInput{ID: archived})
	granted(t, err)
	granted(t, nil, gone.UserErrors...)
	w.request(rita, byName, "taken")
	good := csr(t, "a.example")
	for _, c := range []struct {
		name  string
		in    inventory.RequestEnrollmentInput
		want  refusal.Code
		field string
	}{
		{"no such profile", inventory.RequestEnrollmentInput{ProfileID: id.New(id.Profile), SeatID: "a"}, refusal.NotFound, "profileId"},
		{"the id of another thing", inventory.RequestEnrollmentInput{ProfileID: w.unit, SeatID: "a"}, refusal.NotFound, "profileId"},
		{"a profile with codes", inventory.RequestEnrollmentInput{ProfileID: byCode, SeatID: "a"}, refusal.WrongMethod, "profileId"},
		{"a profile of another system", inventory.RequestEnrollmentInput{ProfileID: bySAML, SeatID: "a"}, refusal.WrongMethod, "profileId"},
		{"an archived profile", inventory.RequestEnrollmentInput{ProfileID: archived, SeatID: "a"}, refusal.ProfileArchived, "profileId"},
		{"no seatId", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: " \t"}, refusal.Invalid, "seatId"},
		{"a seatId of 256 characters", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: strings.Repeat("é", 256)}, refusal.Invalid, "seatId"},
		{"a NUL in the seatId", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a\x00b"}, refusal.Invalid, "seatId"},
		{"two lines in the name", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Name: ptr("Ada\nLovelace")}, refusal.Invalid, "name"},
		{"no e-mail address", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Email: ptr("Ada <ada@example.org>")}, refusal.Invalid, "email"},
		{"an e-mail address of 255 characters", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Email: ptr(strings.Repeat("a", 243) + "@example.org")}, refusal.Invalid, "email"},
		{"a bell in the comment", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Comment: ptr("\a")}, refusal.Invalid, "comment"},
		{"a comment of 1,001 characters", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Comment: ptr(strings.Repeat("x", 1001))}, refusal.Invalid, "comment"},
		{"no CSR", inventory.RequestEnrollmentInput{ProfileID: byCSR, SeatID: "a"}, refusal.Invalid, "csr"},
		{"names beside a CSR", inventory.RequestEnrollmentInput{ProfileID: byCSR, SeatID: "a", Csr: &good, Names: []*inventory.RequestedName{{Kind: lifecycle.SANEmail, Value: "a@example.org"}}}, refusal.Invalid, "names"},
		{"names that the profile does not allow", inventory.RequestEnrollmentInput{ProfileID: byCSR, SeatID: "a", Csr: &good}, refusal.NameNotAllowed, "csr"},
		{"no CSR at all", inventory.RequestEnrollmentInput{ProfileID: byCSR, SeatID: "a", Csr: ptr("hello")}, refusal.InvalidCSR, "csr"},
		{"a CSR where names belong", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Csr: &good}, refusal.Invalid, "csr"},
		{"a kind of name that is not allowed", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a", Names: []*inventory.RequestedName{{Kind: lifecycle.SANDNS, Value: "a.example"}}}, refusal.NameNotAllowed, "names"},
		{"a place that is taken, spelled otherwise", inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: " TAKEN"}, refusal.ActiveEnrollmentExists, ""},
	} {
		before := w.entries(id.ID{}, audit.Request, audit.Refused)
		p, err := w.Inventory.Request(w.as(rita), c.in)
		if err != nil || code(p.UserErrors) != c.want || p.Enrollment != nil {
			t.Errorf("%s: %v %+v; want %s", c.name, err, p, c.want)
			continue
		}
		if got := strings.TrimPrefix(strings.Join(p.UserErrors[0].Field, "."), "input."); !strings.HasPrefix(got, c.field) || c.field == "" && got != "" {
			t.Errorf("%s points at %q, want %q", c.name, got, c.field)
		}
		if after := w.entries(id.ID{}, audit.Request, audit.Refused); after != before+1 {
			t.Errorf("%s left %d entries", c.name, after-before)
		}
	}
	if n := w.count(`SELECT count(*) FROM enrollments`); n != 1 {
		t.Errorf("%d enrollments, want the one that was made first", n)
	}
	other := person("rita", lifecycle.Requester, "default")
	p, err := w.Inventory.Request(w.as(other), inventory.RequestEnrollmentInput{ProfileID: byName, SeatID: "a"})
	granted(t, err)
	refused(t, p.UserErrors, refusal.NotFound)
}

func TestASeatWithACertificateWaitsForItsRenewalWindow(t *testing.T) {
	t.Parallel()
	ends := morning.Add(60 * day)
	window := ends.Add(-20 * day)
	for _, c := range []struct {
		name   string
		kind   lifecycle.SeatType
		status lifecycle.CertificateStatus
		at     time.Time
		want   refusal.Code
	}{
		{"a device before it", lifecycle.Device, lifecycle.CertificateIssued, window.Add(-time.Microsecond), refusal.SeatHasCertificate},
		{"a device in it", lifecycle.Device, lifecycle.CertificateIssued, window, ""},
		{"a device with a suspended one", lifecycle.Device, lifecycle.CertificateSuspended, window.Add(-time.Hour), refusal.SeatHasCertificate},
		{"a device with a revoked one", lifecycle.Device, lifecycle.CertificateRevoked, window.Add(-time.Hour), ""},
		{"a person", lifecycle.User, lifecycle.CertificateIssued, window.Add(-time.Hour), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			year := 365 * period.Day
			under := w.profile(rules{kind: c.kind, changes: profile.RuleChanges{RenewalWindow: ptr(20 * period.Day), Expiry: &year}})
			// One request is made before the seat has its certificate: the final
			// approval asks again.
			early := w.request(rita, under, "holder")
			seat, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: c.kind, SeatID: "holder"})
			granted(t, err)
			granted(t, nil, seat.UserErrors...)
			w.certificate("holder", c.status, ends)
			w.set(c.at)
			late, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: w.profile(rules{kind: c.kind, changes: profile.RuleChanges{RenewalWindow: ptr(20 * period.Day)}}), SeatID: "holder"})
			granted(t, err)
			refused(t, late.UserErrors, c.want)
			p, err := w.Inventory.Approve(w.as(anna), inventory.ApproveEnrollmentInput{ID: early})
			granted(t, err)
			refused(t, p.UserErrors, c.want)
			if got := p.Enrollment.Status; (got == lifecycle.Approved) != (c.want == "") {
				t.Errorf("the early request is %s", got)
			}
			w.honest()
		})
	}
}
