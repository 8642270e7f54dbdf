package inventory_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"slices"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// invited is an invitation as the invited person holds it.
type invited struct {
	e           id.ID
	token, code string
}

// invite makes a seat with a name and an address and enrolls it under the profile.
func (w *world) invite(under id.ID, kind lifecycle.SeatType, seatID string) invited {
	w.t.Helper()
	p, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: kind, SeatID: seatID, Name: ptr("Name of " + seatID), Email: ptr(seatID + "@example.org")})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return w.inviteSeat(under, p.Seat)
}

// inviteSeat enrolls a seat.
func (w *world) inviteSeat(under id.ID, seat *inventory.Seat) invited {
	w.t.Helper()
	e := w.enroll(seat, under).Enrollment.ID
	code, token := w.secretsOf(e)
	return invited{e, token, code}
}

// opened is what is sealed in a column of an enrollment.
func (w *world) opened(e id.ID, column string) string {
	w.t.Helper()
	var cipher []byte
	if err := w.admin.QueryRow(`SELECT `+column+` FROM enrollments WHERE id = $1`, e.UUID).Scan(&cipher); err != nil {
		w.t.Fatal(err)
	}
	text, err := w.keys.Open(cipher, e.UUID, column)
	granted(w.t, err)
	return text
}

// blankCSR is a request that names nothing, with a new key.
func blankCSR(t *testing.T) *string {
	t.Helper()
	return ptr(csrFor(t, x509.CertificateRequest{}))
}

// csrFor is a request with a new key.
func csrFor(t *testing.T, wanted x509.CertificateRequest) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	granted(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &wanted, key)
	granted(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

// issueDue has the authorities asked for all that was claimed.
func (w *world) issueDue() {
	w.t.Helper()
	worker, err := job.New(w.Issuing, job.Options{Handlers: map[string]job.Handler{inventory.IssueJob: w.Inventory.Issue}})
	granted(w.t, err)
	_, err = worker.RunDue(w.t.Context())
	granted(w.t, err)
}

// redeem redeems and expects a yes.
func (w *world) redeem(in inventory.RedeemEnrollmentInput) *inventory.Invitation {
	w.t.Helper()
	p, err := w.Inventory.Redeem(w.t.Context(), in)
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Invitation
}

// byCode are the rules of a profile with codes.
func byCode(changes profile.RuleChanges) rules {
	return rules{auth: lifecycle.EnrollmentCode, method: lifecycle.BrowserPKCS12, changes: changes}
}

func TestAnInvitationIsRedeemed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(byCode(profile.RuleChanges{AllowedSans: []lifecycle.SANKind{lifecycle.SANEmail}, SubjectTemplate: ptr("CN={seat.name},O=Example")}))
	guest := w.invite(under, lifecycle.User, "ada")

	v, err := w.Inventory.Invitation(t.Context(), guest.token)
	granted(t, err)
	if v == nil || v.Status != lifecycle.Created || !v.Redeems || !v.NeedsCsr || *v.AttemptsLeft != 5 || v.Names.Subject != "CN=Name of ada,O=Example" || v.Certificate != nil {
		t.Fatalf("the invitation shows %+v", v)
	}
	v = w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
	if v.Status != lifecycle.Created || v.Issuance == nil || v.Issuance.State != lifecycle.IssuanceRequested || *v.AttemptsLeft != 5 {
		t.Fatalf("claimed, it shows %+v", v)
	}
	w.issueDue()
	v, err = w.Inventory.Invitation(t.Context(), guest.token)
	granted(t, err)
	if v.Status != lifecycle.Redeemed || v.Issuance != nil || v.Certificate == nil {
		t.Fatalf("redeemed, it shows %+v", v)
	}
	block, _ := pem.Decode([]byte(v.Certificate.Pem()))
	got, err := x509.ParseCertificate(block.Bytes)
	granted(t, err)
	if got.Subject.String() != "CN=Name of ada,O=Example" || len(got.EmailAddresses) != 1 || got.EmailAddresses[0] != "ada@example.org" {
		t.Errorf("the certificate says %s, %v", got.Subject, got.EmailAddresses)
	}
	if err := got.CheckSignatureFrom(w.ca.root); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		action audit.Action
		want   int
	}{{audit.Redeem, 1}, {audit.Issue, 1}} {
		if n := w.entries(guest.e, c.action, audit.Success); n != c.want {
			t.Errorf("%d entries %s", n, c.action)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE status = 'CONSUMED' AND active_enrollments = 0 AND valid_certificates = 1`); n != 1 {
		t.Errorf("%d seats are consumed", n)
	}
	w.honest()
}

// picked is an approved request as its holder holds it.
func (w *world) picked(e id.ID) invited {
	w.t.Helper()
	return invited{e: e, token: w.opened(e, "pickup_cipher")}
}

func TestAnApprovedRequestIsPickedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	mail := []lifecycle.SANKind{lifecycle.SANEmail, lifecycle.SANDNS}
	named := []*inventory.RequestedName{{Kind: lifecycle.SANDNS, Value: "b.example"}, {Kind: lifecycle.SANDNS, Value: "a.example"}}
	inBrowser := func(seatID string, made x509.CertificateRequest) func(w *world) (id.ID, *string) {
		return func(w *world) (id.ID, *string) {
			under := w.profile(rules{changes: profile.RuleChanges{AllowedSans: mail, SubjectTemplate: ptr("CN={seat.id},O=Example")}})
			p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: seatID, Names: named})
			granted(t, err)
			granted(t, nil, p.UserErrors...)
			return w.newest(), ptr(csrFor(t, made))
		}
	}
	subject := pkix.Name{Organization: []string{"Example"}, CommonName: "named"} // the common name last, as everybody writes it
	withCSR := func(w *world) (id.ID, *string) {
		under := w.profile(rules{method: lifecycle.CSR, changes: profile.RuleChanges{AllowedSans: mail}})
		p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: "csr", Csr: ptr(csr(t, "a.example"))})
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		return w.newest(), nil
	}
	for _, c := range []struct {
		name    string
		request func(*world) (id.ID, *string)
		subject string
		hosts   []string
	}{
		{"with names, and a CSR of the same", inBrowser("browser", x509.CertificateRequest{DNSNames: []string{"a.example", "B.EXAMPLE"}}), "CN=browser,O=Example", []string{"b.example", "a.example"}},
		{"with names, and a CSR of the same and the subject", inBrowser("named", x509.CertificateRequest{Subject: subject, DNSNames: []string{"a.example", "b.example"}}), "CN=named,O=Example", []string{"b.example", "a.example"}},
		{"with names, and a CSR that names nothing", inBrowser("blank", x509.CertificateRequest{}), "CN=blank,O=Example", []string{"b.example", "a.example"}},
		{"with a CSR", withCSR, "CN=a.example", []string{"a.example"}},
	} {
		e, made := c.request(w)
		status := w.opened(e, "token_cipher")
		p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: status, Csr: made})
		granted(t, err)
		refused(t, p.UserErrors, refusal.WrongMethod)
		if p.Invitation == nil || p.Invitation.Redeems || p.Invitation.ApprovalsMissing != 1 || p.Invitation.Status != lifecycle.Pending || p.Invitation.AttemptsLeft != nil {
			t.Errorf("%s: the link of the request shows %+v", c.name, p.Invitation)
		}
		w.approve(anna, e)
		w.redeem(inventory.RedeemEnrollmentInput{Token: w.picked(e).token, Csr: made})
		w.issueDue()
		for _, token := range []string{status, w.picked(e).token} {
			v, err := w.Inventory.Invitation(t.Context(), token)
			granted(t, err)
			if v.Status != lifecycle.Redeemed || v.Certificate == nil || v.Certificate.Subject != c.subject {
				t.Fatalf("%s: it shows %+v", c.name, v)
			}
			block, _ := pem.Decode([]byte(v.Certificate.Pem()))
			got, err := x509.ParseCertificate(block.Bytes)
			granted(t, err)
			if !slices.Equal(got.DNSNames, c.hosts) {
				t.Errorf("%s: the certificate names %v", c.name, got.DNSNames)
			}
		}
	}
	w.honest()
}

// The names under a code are the seat's, of the kinds that the profile allows, and
// never the CSR's.
func TestTheNamesUnderACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	for _, c := range []struct {
		seatID, address string
		allowed         []lifecycle.SANKind
		template        string
		subject         string
		hosts, mails    []string
		ips, uris       int
	}{
		{"host.example", "ops@example.org", lifecycle.SANKinds, "", "CN=Name of host.example", []string{"host.example"}, []string{"ops@example.org"}, 0, 0},
		{"192.0.2.7", "", lifecycle.SANKinds, "", "CN=Name of 192.0.2.7", nil, nil, 1, 0},
		{"urn:example:7", "", lifecycle.SANKinds, "", "CN=Name of urn:example:7", nil, nil, 0, 1},
		{"Grace Hopper", "grace@example.org", lifecycle.SANKinds, "CN={seat.email}", "CN=grace@example.org", nil, []string{"grace@example.org"}, 0, 0},
		{"other.example", "ops@example.org", nil, "", "CN=Name of other.example", nil, nil, 0, 0},
	} {
		under := w.profile(byCode(profile.RuleChanges{AllowedSans: c.allowed, SubjectTemplate: &c.template}))
		made, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: w.unit, SeatType: lifecycle.User, SeatID: c.seatID, Name: ptr("Name of " + c.seatID), Email: &c.address})
		granted(t, err)
		granted(t, nil, made.UserErrors...)
		guest := w.inviteSeat(under, made.Seat)
		evil := csrFor(t, x509.CertificateRequest{Subject: pkix.Name{CommonName: "root"}, DNSNames: []string{"bank.example"}, EmailAddresses: []string{"boss@example.org"}})
		w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: &evil})
		w.issueDue()
		v, err := w.Inventory.Invitation(t.Context(), guest.token)
		granted(t, err)
		if v.Certificate == nil {
			t.Fatalf("%s: no certificate: %+v", c.seatID, v)
		}
		block, _ := pem.Decode([]byte(v.Certificate.Pem()))
		got, err := x509.ParseCertificate(block.Bytes)
		granted(t, err)
		if got.Subject.String() != c.subject || !slices.Equal(got.DNSNames, c.hosts) || !slices.Equal(got.EmailAddresses, c.mails) || len(got.IPAddresses) != c.ips || len(got.URIs) != c.uris {
			t.Errorf("%s: the certificate says %s, %v, %v, %v, %v", c.seatID, got.Subject, got.DNSNames, got.EmailAddresses, got.IPAddresses, got.URIs)
		}
		if n := v.Names; n.Subject != c.subject || len(n.DNSNames) != len(c.hosts) || len(n.EmailAddresses) != len(c.mails) || len(n.IPAddresses) != c.ips || len(n.Uris) != c.uris {
			t.Errorf("%s: the invitation had promised %+v", c.seatID, n)
		}
	}
}
