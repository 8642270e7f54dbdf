package graph_test

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/world"
)

// held are certificates about which somebody is refused something, each on a seat
// of its own and with a name in the office: $broughtIn came in a file, the others
// close requests. $ourOwn and $onHold are of the built-in authority.
func (o *office) heldCertificates() {
	o.name("noCertificate", id.New(id.Certificate).String())
	key, now := newRequestKey(o.t), o.Clock.Now()
	soon, late := now.AddDate(0, 0, 20), now.AddDate(1, 0, 0)
	fresh := key.named("fresh.example.com", now, late)
	o.name("newCertificate", fresh)
	o.name("certificateTwice", fresh+fresh)
	der, err := x509.MarshalPKCS8PrivateKey(key.key)
	if err != nil {
		o.t.Fatal(err)
	}
	o.name("privateKey", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	o.name("longBundle", strings.Repeat(brokenCertificate, 1001))
	o.literals["manyFiles"] = "[" + strings.Repeat(`{content: "x"}, `, 1001) + "]"
	o.literals["manyFound"] = "[" + strings.Repeat(`{content: "x", host: "www.example.com", port: 443}, `, 1001) + "]"

	o.broughtIn("broughtIn", "research", key.named("brought.example.com", now, late))
	o.broughtIn("ofSales", "sales", key.named("sales.example.com", now, late))
	o.broughtIn("revoked", "research", key.named("revoked.example.com", now, late))
	o.done(anna(), `revokeCertificate(input: {id: $revoked, reason: SUPERSEDED})`)
	for _, t := range []lifecycle.SeatType{lifecycle.Imported, lifecycle.Discovery} {
		o.Allocate(o.id("sales"), t, map[lifecycle.SeatType]int{lifecycle.Imported: 1}[t])
	}

	o.profile("bygoneServers", o.id("research"), "Of 2021", world.WithCSR)
	for name, of := range map[string]struct {
		profile, seat string
		end           time.Time
	}{
		"renewable": {"servers", "renewable@example.com", soon}, "early": {"servers", "early@example.com", late},
		"replaced": {"servers", "replaced@example.com", soon}, "underWay": {"servers", "underway@example.com", soon},
		"revokedOfServer": {"servers", "revoked@example.com", soon}, "ofGone": {"servers", "leaving@example.com", soon},
		"ofOld": {"bygoneServers", "old@example.com", soon}, "ourOwn": {"servers", "own@example.com", late}, "onHold": {"servers", "hold@example.com", late},
	} {
		o.attached(name, key, o.asked(key, of.profile, of.seat), of.end)
	}
	o.done(anna(), `revokeCertificate(input: {id: $revokedOfServer, reason: SUPERSEDED})`)
	o.past(`UPDATE certificates SET authority = 'BUILT_IN' WHERE id = ANY(ARRAY[$1, $2]::uuid[])`, o.id("ourOwn").UUID, o.id("onHold").UUID)
	o.done(anna(), `suspendCertificate(input: {id: $onHold})`)
	o.renewed("underWay", key)
	o.attached("successor", key, o.renewed("replaced", key), late)
	o.attached("sooner", key, o.asked(key, "scanningStations", "scanner-7"), now.AddDate(0, 0, 10))
	o.attached("later", key, o.asked(key, "scanningStations", "scanner-7"), soon)
	seat := column[uuid.UUID](o.t, o.admin, `SELECT seat_row_id FROM certificates WHERE id = $1`, o.id("ofGone").UUID)[0]
	if p, err := o.Inventory.DeleteSeat(o.As(anna()), inventory.DeleteSeatInput{ID: id.Of(id.Seat, seat)}); err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(err, p)
	}
	if p, err := o.Profiles.Archive(o.As(anna()), profile.ArchiveCertificateProfileInput{ID: o.id("bygoneServers")}); err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(err, p)
	}
}

// broughtIn imports a certificate under a name.
func (o *office) broughtIn(name, unit, text string) {
	o.t.Helper()
	p, err := o.Inventory.ImportCertificates(o.As(anna()), inventory.ImportCertificatesInput{BusinessUnitID: o.id(unit), Files: []*inventory.CertificateFile{{Content: text}}})
	if err != nil || len(p.UserErrors) > 0 || p.Results[0].Certificate == nil {
		o.t.Fatal(name, err, p)
	}
	o.name(name, p.Results[0].Certificate.ID.String())
}

// asked is a request for a seat.
func (o *office) asked(key *requestKey, under, seat string) id.ID {
	o.t.Helper()
	return o.Request(rita(), o.id(under), seat, func(in *inventory.RequestEnrollmentInput) { in.Csr, in.Email = &key.csr, new("holder@example.com") }).ID
}

// renewed is the request for a certificate's successor.
func (o *office) renewed(name string, key *requestKey) id.ID {
	o.t.Helper()
	p, err := o.Inventory.RenewCertificate(o.As(anna()), inventory.RenewCertificateInput{ID: o.id(name), Csr: &key.csr})
	if err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(name, err, p)
	}
	return p.Enrollment.ID
}

// attached closes a request with a certificate that ends then, under a name.
func (o *office) attached(name string, key *requestKey, request id.ID, end time.Time) {
	o.t.Helper()
	o.Approve(ben(), "Known to me.", request)
	p, err := o.Inventory.AttachCertificate(o.As(anna()), inventory.AttachCertificateInput{ID: request, Certificate: key.until(o.Clock.Now(), end)})
	if err != nil || len(p.UserErrors) > 0 {
		o.t.Fatal(name, err, p)
	}
	one := column[uuid.UUID](o.t, o.admin, `SELECT id FROM certificates WHERE enrollment_id = $1`, request.UUID)[0]
	o.name(name, id.Of(id.Certificate, one).String())
}
