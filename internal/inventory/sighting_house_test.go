package inventory_test

import (
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

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// like is what a test wants of a certificate; what is left out is ordinary: valid for
// a year, with the common name of its name alone.
type like struct {
	cn       string
	dns      []string
	ends     time.Time
	isCA     bool
	serial   *big.Int
	template func(*x509.Certificate)
	by       *x509.Certificate
}

// sightingKey signs all certificates of a test run that need no key of their own.
var sightingKey = func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
}()

// found is a certificate as it stands in a file.
func found(t *testing.T, l like) string {
	t.Helper()
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	granted(t, err)
	if l.serial != nil {
		serial = l.serial
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: l.cn}, DNSNames: l.dns, NotBefore: morning.Add(-400 * day), NotAfter: year, IsCA: l.isCA, BasicConstraintsValid: l.isCA}
	if !l.ends.IsZero() {
		template.NotAfter = l.ends
	}
	if l.template != nil {
		l.template(template)
	}
	by := l.by
	if by == nil {
		by = &x509.Certificate{Subject: pkix.Name{CommonName: "Their CA"}}
	}
	made, err := x509.CreateCertificate(rand.Reader, template, by, &sightingKey.PublicKey, sightingKey)
	granted(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made}))
}

// several are certificates with these common names.
func several(t *testing.T, names ...string) []string {
	t.Helper()
	all := make([]string, len(names))
	for n, name := range names {
		all[n] = found(t, like{cn: name})
	}
	return all
}

// importFile brings in a file.
func (w *world) importFile(name string, contents ...string) []*inventory.ImportCertificateResult {
	w.t.Helper()
	in := inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{{Content: strings.Join(contents, "")}}}
	if name != "" {
		in.Files[0].Name = &name
	}
	return w.imports(in)
}

func (w *world) imports(in inventory.ImportCertificatesInput) []*inventory.ImportCertificateResult {
	w.t.Helper()
	p, err := w.Inventory.ImportCertificates(w.as(boss), in)
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Results
}

// discover records certificates on one host and port.
func (w *world) discover(host string, port int, contents ...string) []*inventory.DiscoveredCertificateResult {
	w.t.Helper()
	in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: w.unit}
	for _, c := range contents {
		in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: c, Host: host, Port: port})
	}
	p, err := w.Inventory.RecordDiscoveredCertificates(w.as(boss), in)
	granted(w.t, err)
	granted(w.t, nil, p.UserErrors...)
	return p.Results
}

// came is what became of one certificate that was brought in.
func (w *world) came(results []*inventory.ImportCertificateResult, want ...inventory.SightingOutcome) []id.ID {
	w.t.Helper()
	if len(results) != len(want) {
		w.t.Fatalf("%d results; want %d", len(results), len(want))
	}
	ids := make([]id.ID, len(results))
	for n, r := range results {
		if r.Outcome != want[n] {
			w.t.Fatalf("certificate %d: %s %v; want %s", n, r.Outcome, r.UserErrors, want[n])
		}
		if (r.Certificate == nil) != (want[n] == inventory.SightingRefused) || (len(r.UserErrors) > 0) != (want[n] == inventory.SightingRefused) {
			w.t.Fatalf("certificate %d: %s with %v, refusals %v", n, r.Outcome, r.Certificate, r.UserErrors)
		}
		if r.Certificate != nil {
			ids[n] = r.Certificate.ID
		}
	}
	return ids
}

// placed is the seat of a certificate; nil without one.
func (w *world) placed(c id.ID) *inventory.Seat {
	w.t.Helper()
	found, err := w.Inventory.Certificate(w.as(boss), c, nil)
	granted(w.t, err)
	seat, err := w.Inventory.SeatOfCertificate(w.as(boss), found)
	granted(w.t, err)
	return seat
}

// grownTo fails unless these are the figures of the unit's seats of a type, and its
// allocation grows or does not.
func (w *world) grownTo(kind lifecycle.SeatType, allocated, created, consumed int, grows bool) {
	w.t.Helper()
	type figures struct {
		allocated, created, consumed int
		grows                        bool
	}
	var got figures
	granted(w.t, w.admin.QueryRow(`SELECT allocated, created, consumed, grows FROM seat_allocations WHERE business_unit_id = $1 AND seat_type = $2`,
		w.unit.UUID, string(kind)).Scan(&got.allocated, &got.created, &got.consumed, &got.grows))
	if want := (figures{allocated, created, consumed, grows}); got != want {
		w.t.Errorf("%s: %+v; want %+v", kind, got, want)
	}
}

const (
	created    = inventory.SightingCreated
	recognized = inventory.SightingRecognized
	reseated   = inventory.SightingReseated
	unchanged  = inventory.SightingUnchanged
	notTaken   = inventory.SightingRefused
)
