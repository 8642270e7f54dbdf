package inventory_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// authority is a certificate authority of a test, with what stands above it.
type authority struct {
	t     *testing.T
	key   *ecdsa.PrivateKey
	own   *x509.Certificate
	chain string
}

// newAuthority makes a root and an authority under it.
func newAuthority(t *testing.T) authority {
	t.Helper()
	root := authority{t: t, key: ecKey(t)}
	root.own = root.certify("Test Root", &root.key.PublicKey, year.Add(3000*day), true)
	issuing := authority{t: t, key: ecKey(t)}
	issuing.own = root.certify("Test Issuing CA", &issuing.key.PublicKey, year.Add(2000*day), true)
	issuing.chain = pemOf(issuing.own) + pemOf(root.own)
	return issuing
}

// certify signs a certificate; without a certificate of its own, for itself.
func (a authority) certify(name string, key crypto.PublicKey, ends time.Time, isCA bool) *x509.Certificate {
	a.t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	granted(a.t, err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: morning.Add(-400 * day), NotAfter: ends,
		BasicConstraintsValid: true, IsCA: isCA, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if isCA {
		template.KeyUsage = x509.KeyUsageCertSign
	}
	parent := a.own
	if parent == nil {
		parent = template
	}
	made, err := x509.CreateCertificate(rand.Reader, template, parent, key, a.key)
	granted(a.t, err)
	parsed, err := x509.ParseCertificate(made)
	granted(a.t, err)
	return parsed
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	granted(t, err)
	return key
}

func pemOf(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// toAttach is an approved request, its key, and who certifies it.
type toAttach struct {
	ca  authority
	key *ecdsa.PrivateKey
	e   id.ID
}

// approvedWithCSR has a request with a CSR approved.
func (w *world) approvedWithCSR(under id.ID, seatID string) toAttach {
	w.t.Helper()
	a := toAttach{ca: newAuthority(w.t), key: ecKey(w.t)}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: seatID}}, a.key)
	granted(w.t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	p, err := w.Inventory.Request(w.as(rita), inventory.RequestEnrollmentInput{ProfileID: under, SeatID: seatID, Csr: &text})
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	a.e = p.Enrollment.ID
	w.approve(anna, a.e)
	return a
}

// seatOf is an enrollment's seat.
func (w *world) seatUnder(e id.ID) id.ID {
	w.t.Helper()
	seat := id.ID{Kind: id.Seat}
	granted(w.t, w.admin.QueryRow(`SELECT seat_row_id FROM enrollments WHERE id = $1`, e.UUID).Scan(&seat.UUID))
	return seat
}

// attach attaches a certificate as somebody.
func (w *world) attach(e id.ID, certificate string) *inventory.EnrollmentPayload {
	w.t.Helper()
	p, err := w.Inventory.AttachCertificate(w.as(manager), inventory.AttachCertificateInput{ID: e, Certificate: certificate, Comment: ptr("from the RA")})
	granted(w.t, err)
	return p
}

func TestACertificateIssuedElsewhereClosesItsRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR})
	a := w.approvedWithCSR(under, "web-01")
	// A certificate authority that was asked before and said no counts no more.
	w.past(`UPDATE enrollments SET issuance = 'FAILED', issuance_since = $2, issuance_reason = 'no' WHERE id = $1`, a.e.UUID, morning)
	leaf := a.ca.certify("web-01", &a.key.PublicKey, year, false)
	p := w.attach(a.e, "subject=web-01\n"+pemOf(leaf)+"issuer\n"+a.ca.chain)
	granted(t, nil, p.UserErrors...)
	e := p.Enrollment
	if e.Status != lifecycle.Redeemed || e.Issuance() != nil {
		t.Errorf("the enrollment is %s, with the issuance %v", e.Status, e.Issuance())
	}
	c, err := w.Inventory.CertificateOf(w.as(boss), e, nil)
	granted(t, err)
	if c == nil || c.Status != lifecycle.CertificateIssued || c.Source != lifecycle.SourceIssued || c.Subject != "CN=web-01" || c.Issuer != "CN=Test Issuing CA" ||
		c.SerialNumber != leaf.SerialNumber.Text(16) || !c.NotAfter.Equal(year) || c.Pem() != pemOf(leaf) || c.ChainPem() != a.ca.chain {
		t.Fatalf("it led to %+v", c)
	}
	if text, err := c.Pkcs7(); err != nil || !strings.HasPrefix(text, "-----BEGIN PKCS7-----") {
		t.Errorf("as PKCS#7 it is %q, %v", text, err)
	}
	seat, err := w.Inventory.SeatOfCertificate(w.as(boss), c)
	granted(t, err)
	if got := w.stands(seat.ID); got != "CONSUMED true 1" {
		t.Errorf("the seat is %s", got)
	}
	if got := w.figures(lifecycle.Device); got != "1 1" {
		t.Errorf("created and consumed are %s", got)
	}
	if w.entries(a.e, audit.AttachCertificate, audit.Success) != 1 || w.entries(c.ID, audit.LinkCertificate, audit.Success) != 1 {
		t.Error("the two entries are missing")
	}
	var changes string
	if err := w.admin.QueryRow(`SELECT changes::text || comment FROM audit_entries WHERE resource_id = $1 AND action = 'ATTACH_CERTIFICATE'`, a.e.UUID).Scan(&changes); err != nil ||
		!strings.Contains(changes, "REDEEMED") || !strings.Contains(changes, "FAILED") || !strings.Contains(changes, "from the RA") {
		t.Errorf("the entry says %s, %v", changes, err)
	}
	refused(t, w.attach(a.e, pemOf(leaf)).UserErrors, refusal.InvalidState)
	w.honest()
}

func TestACertificateThatCannotBeAttached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 9)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR})
	byName := w.profile(rules{kind: lifecycle.Device})
	byCode := w.profile(rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode, method: lifecycle.CSR})
	a := w.approvedWithCSR(under, "web-01")
	good := a.ca.certify("web-01", &a.key.PublicKey, year, false)
	pending := w.request(rita, byName, "waits")
	named := w.request(rita, byName, "named")
	w.approve(anna, named)
	coded, err := w.Inventory.EnrollSeat(w.as(manager), inventory.EnrollSeatInput{ProfileID: byCode, ID: w.seat(lifecycle.Device, "coded").ID})
	granted(t, err)
	granted(t, nil, coded.UserErrors...)
	known := a.ca.certify("web-01", &a.key.PublicKey, year, false)
	w.linkThis(w.seat(lifecycle.Device, "other").ID, known.Raw)
	revoked := a.ca.certify("web-01", &a.key.PublicKey, year, false)
	taken := w.linkThis(w.seat(lifecycle.Device, "third").ID, revoked.Raw)
	w.revoke(taken)
	w.unlink(taken)
	busy := w.approvedWithCSR(under, "busy")
	w.past(`UPDATE enrollments SET issuance = 'REQUESTED', issuance_since = $2 WHERE id = $1`, busy.e.UUID, morning)
	held := w.approvedWithCSR(under, "held")
	w.linkThis(w.seatUnder(held.e), der(t, year))

	other := newAuthority(t)
	key, err := x509.MarshalECPrivateKey(a.key)
	granted(t, err)
	odd := bytes.Clone(good.Raw)
	odd[15] |= 0x80 // a negative serial number: import keeps it, and crypto/x509 does not read it
	tests := []struct {
		name  string
		e     id.ID
		text  string
		want  refusal.Code
		field string
	}{
		{"no such enrollment", id.New(id.Enrollment), pemOf(good), refusal.NotFound, ""},
		{"no PEM", a.e, "hello", refusal.Invalid, "certificate"},
		{"a broken certificate in the middle", a.e, pemOf(good) + "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", refusal.Invalid, "certificate"},
		{"no certificate inside", a.e, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("hello")})), refusal.Invalid, "certificate"},
		{"an odd one", a.e, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: odd})), refusal.Invalid, "certificate"},
		{"a private key with it", a.e, pemOf(good) + string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: key})), refusal.Invalid, "certificate"},
		{"another's chain", a.e, pemOf(good) + other.chain, refusal.Invalid, "certificate"},
		{"the chain first", a.e, a.ca.chain + pemOf(good), refusal.Invalid, "certificate"},
		{"a certificate twice", a.e, pemOf(good) + a.ca.chain + pemOf(a.ca.own), refusal.Invalid, "certificate"},
		{"too long a chain", a.e, strings.Repeat(pemOf(good), 12), refusal.Invalid, "certificate"},
		{"too many bytes", a.e, pemOf(good) + strings.Repeat(" ", 512<<10), refusal.Invalid, "certificate"},
		{"an expired one", a.e, pemOf(a.ca.certify("web-01", &a.key.PublicKey, morning, false)), refusal.Invalid, "certificate"},
		{"another key", a.e, pemOf(a.ca.certify("web-01", &ecKey(t).PublicKey, year, false)), refusal.KeyMismatch, "certificate"},
		{"one of another seat", a.e, pemOf(known), refusal.Duplicate, "certificate"},
		{"one that was revoked here", a.e, pemOf(revoked), refusal.Invalid, "certificate"},
		{"not approved", pending, pemOf(good), refusal.InvalidState, ""},
		{"without a CSR", named, pemOf(good), refusal.KeyMismatch, "certificate"},
		{"a code's", coded.Enrollment.ID, pemOf(good), refusal.WrongMethod, ""},
		{"a CA is at work", busy.e, pemOf(busy.ca.certify("busy", &busy.key.PublicKey, year, false)), refusal.Issuing, ""},
		{"a seat with a certificate", held.e, pemOf(held.ca.certify("held", &held.key.PublicKey, year, false)), refusal.SeatHasCertificate, ""},
	}
	before := w.count(`SELECT count(*) FROM certificates`)
	for _, test := range tests {
		refusals := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'ATTACH_CERTIFICATE' AND outcome = 'REFUSED' AND code = $1`, test.want)
		p := w.attach(test.e, test.text)
		if code(p.UserErrors) != test.want {
			t.Errorf("%s: %v, want %s", test.name, p.UserErrors, test.want)
			continue
		}
		if field := strings.Join(p.UserErrors[0].Field, "."); field != strings.TrimSuffix("input."+test.field, ".") && (test.field != "" || field != "") {
			t.Errorf("%s: it points at %q", test.name, field)
		}
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'ATTACH_CERTIFICATE' AND outcome = 'REFUSED' AND code = $1`, test.want); n != refusals+1 {
			t.Errorf("%s: %d entries of the refusal", test.name, n-refusals)
		}
	}
	stale, err := w.Inventory.AttachCertificate(w.as(manager), inventory.AttachCertificateInput{ID: a.e, Certificate: pemOf(good), ExpectedVersion: ptr(1)})
	granted(t, err)
	refused(t, stale.UserErrors, refusal.Conflict)
	for _, v := range []viewer.Viewer{looker, anna, rita} {
		p, err := w.Inventory.AttachCertificate(w.as(v), inventory.AttachCertificateInput{ID: a.e, Certificate: pemOf(good)})
		granted(t, err)
		refused(t, p.UserErrors, refusal.Forbidden)
	}
	elsewhere, err := w.Inventory.AttachCertificate(w.as(person("mona", lifecycle.EnrollmentManager, "default")), inventory.AttachCertificateInput{ID: a.e, Certificate: pemOf(good)})
	granted(t, err)
	refused(t, elsewhere.UserErrors, refusal.NotFound)
	if elsewhere.Enrollment != nil {
		t.Error("it is shown outside its business unit")
	}
	if n := w.count(`SELECT count(*) FROM certificates`); n != before {
		t.Errorf("%d certificates were kept of those refused", n-before)
	}
	// None of it stood in the way of the right one, and expired it is too late.
	w.set(morning.Add(31 * day))
	refused(t, w.attach(a.e, pemOf(good)).UserErrors, refusal.InvalidState)
	w.honest()
}

// TestAttachingAgain: a repeat with the same key does nothing twice.
func TestAttachingAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	a := w.approvedWithCSR(w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR}), "web-01")
	in := inventory.AttachCertificateInput{ID: a.e, Certificate: pemOf(a.ca.certify("web-01", &a.key.PublicKey, year, false)), IdempotencyKey: ptr("once")}
	for n := range 2 {
		p, err := w.Inventory.AttachCertificate(w.as(manager), in)
		granted(t, err)
		granted(t, nil, p.UserErrors...)
		if p.Replayed != (n == 1) || p.Enrollment.Status != lifecycle.Redeemed {
			t.Errorf("call %d: replayed %t, %s", n, p.Replayed, p.Enrollment.Status)
		}
	}
	w.honest()
}

func TestOneOfManyAttaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR})
	a := w.approvedWithCSR(under, "web-01")
	texts := make([]string, 8)
	for n := range texts {
		texts[n] = pemOf(a.ca.certify("web-01", &a.key.PublicKey, year, false))
	}
	codes := make([]refusal.Code, len(texts))
	together(len(texts), func(n int) { codes[n] = code(w.attach(a.e, texts[n]).UserErrors) })
	if got := tally(codes); got[""] != 1 || got[refusal.InvalidState] != len(texts)-1 {
		t.Errorf("the answers were %v", got)
	}
	if n := w.count(`SELECT count(*) FROM certificates WHERE enrollment_id = $1`, a.e.UUID); n != 1 {
		t.Errorf("%d certificates", n)
	}
	w.honest()
}

// TestAttachAgainstTheEnd: what happens while somebody attaches, just before the
// request is locked, wins; and of what happens at once exactly one does.
func TestAttachAgainstTheEnd(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]func(w *world, a toAttach){
		"it expires": func(w *world, _ toAttach) { w.set(morning.Add(30 * day)) },
		"the sweep writes it down": func(w *world, _ toAttach) {
			w.set(morning.Add(30 * day))
			_, err := w.Inventory.ExpireDue(w.t.Context(), 10)
			granted(w.t, err)
		},
		"its seat is deleted": func(w *world, a toAttach) {
			p, err := w.Inventory.DeleteSeat(w.as(boss), inventory.DeleteSeatInput{ID: w.seatUnder(a.e)})
			granted(w.t, err)
			granted(w.t, nil, p.UserErrors...)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			a := w.approvedWithCSR(w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR}), "web-01")
			text := pemOf(a.ca.certify("web-01", &a.key.PublicKey, year, false))
			w.before("FROM enrollments e WHERE e.id = ANY($1)", func() { other(w, a) })
			p := w.attach(a.e, text)
			if strings.HasPrefix(name, "it expires") {
				// the attempt had its instant before the clock moved
				granted(t, nil, p.UserErrors...)
			} else {
				refused(t, p.UserErrors, refusal.InvalidState)
			}
			w.honest()
		})
	}
}

// TestAttachAgainstRedeem: a request that can be picked up, and is being issued
// elsewhere at the same moment, gets one certificate.
func TestAttachAgainstRedeem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	under := w.profile(rules{kind: lifecycle.Device, method: lifecycle.CSR})
	won := map[string]int{}
	for n := range 12 {
		a := w.approvedWithCSR(under, "web-"+strings.Repeat("x", n+1))
		text, token := pemOf(a.ca.certify("web", &a.key.PublicKey, year, false)), w.opened(a.e, "pickup_cipher")
		codes := make([]refusal.Code, 2)
		together(2, func(n int) {
			if n == 0 {
				codes[0] = code(w.attach(a.e, text).UserErrors)
				return
			}
			p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: token})
			granted(t, err)
			codes[1] = code(p.UserErrors)
		})
		switch {
		case codes[0] == "" && codes[1] == refusal.InvalidState:
			won["attached"]++
		case codes[0] == refusal.Issuing && codes[1] == "":
			won["redeemed"]++
			w.issueDue()
		default:
			t.Errorf("the answers are %q", codes)
		}
		if n := w.count(`SELECT count(*) FROM certificates WHERE enrollment_id = $1`, a.e.UUID); n != 1 || w.enrollment(a.e).Status != lifecycle.Redeemed {
			t.Errorf("%d certificates, %s", n, w.enrollment(a.e).Status)
		}
	}
	t.Logf("won: %v", won)
	w.honest()
}
