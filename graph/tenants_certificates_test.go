package graph_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/world"
)

// redeemed invites a seat's holder, who redeems, and returns the certificate.
func (n *tenant) redeemed(t testing.TB, w *world.World, seat, under id.ID) id.ID {
	t.Helper()
	w.Issue()
	invited, err := w.Inventory.EnrollSeat(w.As(world.Boss()), inventory.EnrollSeatInput{ID: seat, ProfileID: under})
	if err != nil || len(invited.UserErrors) > 0 {
		t.Fatal(err, invited)
	}
	return n.issued(t, w, invited.EnrollmentURL, invited.Code)
}

// issued is the certificate that redeeming with the link and the code leads to.
func (n *tenant) issued(t testing.TB, w *world.World, link, code *string) id.ID {
	t.Helper()
	_, token, _ := strings.Cut(*link, "#")
	csr := newRequestKey(t).csr
	p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: token, Code: code, Csr: &csr})
	if err != nil || len(p.UserErrors) > 0 || p.Invitation.Certificate == nil {
		t.Fatal(err, p)
	}
	return id.Of(id.Certificate, column[uuid.UUID](t, w.DB.Admin(t), `SELECT id FROM certificates WHERE business_unit_id = $1 ORDER BY id DESC LIMIT 1`, n.unit.UUID)[0])
}

// certificates leaves the one that was issued suspended, with a successor whose own
// successor is asked for and whose holder was reminded. Beside them stand one of a
// file, one of the network, one of both, and one that was revoked.
func (n *tenant) certificates(t testing.TB, w *world.World, first id.ID) {
	t.Helper()
	boss := w.As(world.Boss())
	renewed, err := w.Inventory.RenewCertificate(boss, inventory.RenewCertificateInput{ID: first})
	if err != nil || len(renewed.UserErrors) > 0 {
		t.Fatal(err, renewed)
	}
	second := n.issued(t, w, renewed.EnrollmentURL, renewed.Code)
	if p, err := w.Inventory.SuspendCertificate(boss, inventory.SuspendCertificateInput{ID: first}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}
	w.Clock.Pass(25 * time.Hour)
	if _, err := w.Inventory.Remind(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	if p, err := w.Inventory.RenewCertificate(boss, inventory.RenewCertificateInput{ID: second}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}

	key, now := newRequestKey(t), w.Clock.Now()
	text := func(name string) string { return key.named(n.key+name, now, now.AddDate(1, 0, 0)) }
	both := text("-both")
	place := n.key + ".pem"
	imported, err := w.Inventory.ImportCertificates(boss, inventory.ImportCertificatesInput{BusinessUnitID: n.unit, Files: []*inventory.CertificateFile{
		{Name: &place, Content: text("-imported") + both + text("-revoked")},
	}})
	if err != nil || len(imported.UserErrors) > 0 || len(imported.Results) != 3 || imported.Results[2].Certificate == nil {
		t.Fatal(err, imported)
	}
	found, err := w.Inventory.RecordDiscoveredCertificates(boss, inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: n.unit, Certificates: []*inventory.DiscoveredCertificate{
		{Content: text("-found"), Host: n.key + ".example.com", Port: 443}, {Content: both, Host: n.key + ".example.com", Port: 8443},
	}})
	if err != nil || len(found.UserErrors) > 0 || len(found.Results) != 2 || found.Results[1].Outcome != inventory.SightingRecognized {
		t.Fatal(err, found)
	}
	revoked, err := w.Inventory.RevokeCertificate(boss, inventory.RevokeCertificateInput{ID: imported.Results[2].Certificate.ID, Reason: lifecycle.RevokedSuperseded})
	if err != nil || len(revoked.UserErrors) > 0 {
		t.Fatal(err, revoked)
	}
	n.formed = map[string][]string{"emails": {n.key + "-seat-1@seats.example.com", n.key + "-pending@requests.example.com"}}
	for field, text := range map[string]string{"serialNumbers": "serial", "sha256": "sha256", "keySha256": "key_sha256", "authorityKeyIds": "authority_key_id"} {
		n.formed[field] = column[string](t, w.DB.Admin(t), `SELECT DISTINCT `+text+` FROM certificates WHERE business_unit_id = $1 AND `+text+` <> ''`, n.unit.UUID)
	}
}
