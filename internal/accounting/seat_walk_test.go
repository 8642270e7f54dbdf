package accounting

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/period"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/world"
)

// walker walks several seat types at the same time, each in a business unit of its
// own.
type walker struct {
	*world.World

	t     *testing.T
	walks map[lifecycle.SeatType]*walk
}

// walk is one seat type's.
type walk struct {
	*walker

	kind lifecycle.SeatType
	unit id.ID
	// profile issues certificates for sixty days, of which the last thirty are the
	// renewal window; zero for types that are not enrolled.
	profile id.ID
	seat    id.ID
	// texts are certificates that were seen, by what the steps call them.
	texts map[string]string
}

func newWalker(t *testing.T) *walker {
	w := &walker{World: world.New(t), t: t, walks: map[lifecycle.SeatType]*walk{}}
	w.Issue()
	return w
}

const day = 24 * time.Hour

// enter makes a type's business unit and, where its seats are enrolled, its profile.
func (w *walker) enter(kind lifecycle.SeatType) {
	one := &walk{walker: w, kind: kind, unit: w.Unit(strings.ToLower(strings.ReplaceAll(string(kind), "_", "-"))).ID, texts: map[string]string{}}
	if kind.Enrollable() {
		one.profile = w.Profile(one.unit, "Of the walk", world.WithCodes, func(in *profile.CreateCertificateProfileInput) {
			in.SeatType, in.Validity, in.RenewalWindow = kind, new(60*period.Day), new(30*period.Day)
		}).ID
	}
	w.walks[kind] = one
}

// sweep writes what has expired.
func (w *walker) sweep() {
	w.t.Helper()
	if _, err := w.Inventory.ExpireCertificatesDue(w.t.Context(), 100); err != nil {
		w.t.Fatal(err)
	}
}

// figures are the three that seatUsage tells.
func (w *walk) figures() string {
	w.t.Helper()
	u, err := w.Licences.Usage(w.As(world.Boss()), &w.unit, &w.kind)
	if err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(u.Allocated, u.Created, u.Consumed)
}

// refused fails the test unless the refusals are of these codes, of which none means
// that it must be done.
func (w *walk) refused(what string, err error, nos []*refusal.Refusal, codes ...refusal.Code) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s: %s: %v", w.kind, what, err)
	}
	var heard []refusal.Code
	for _, no := range nos {
		heard = append(heard, no.Code)
	}
	if !slices.Equal(heard, codes) {
		w.t.Fatalf("%s: %s is answered with %v, want %v: %v", w.kind, what, heard, codes, nos)
	}
}

// latest is the seat's certificate that came last.
func (w *walk) latest() id.ID {
	w.t.Helper()
	var row uuid.UUID
	err := w.DB.Admin(w.t).QueryRowContext(w.t.Context(), `SELECT id FROM certificates WHERE business_unit_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1`, w.unit.UUID).Scan(&row)
	if err != nil {
		w.t.Fatal(err)
	}
	return id.Of(id.Certificate, row)
}

// certificate makes one that somebody else has signed.
func (w *walk) certificate(name string, from, until time.Duration) []byte {
	w.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		w.t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		w.t.Fatal(err)
	}
	now := w.Clock.Now()
	text := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(from), NotAfter: now.Add(until)}
	der, err := x509.CreateCertificate(rand.Reader, text, text, key.Public(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	return der
}

// see brings in a certificate in the way of the type: from a file, or from the
// network.
func (w *walk) see(text, place string) *refusal.Refusal {
	w.t.Helper()
	boss := w.As(world.Boss())
	if w.kind == lifecycle.Imported {
		p, err := w.Inventory.ImportCertificates(boss, inventory.ImportCertificatesInput{BusinessUnitID: w.unit, Files: []*inventory.CertificateFile{{Name: &place, Content: text}}})
		w.refused("to import", err, p.UserErrors)
		return first(p.Results[0].UserErrors)
	}
	p, err := w.Inventory.RecordDiscoveredCertificates(boss, inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: w.unit, Certificates: []*inventory.DiscoveredCertificate{{Content: text, Host: place, Port: 443}}})
	w.refused("to record", err, p.UserErrors)
	return first(p.Results[0].UserErrors)
}

// seen brings in a certificate that must be taken, for the first time under a name.
func (w *walk) seen(called, name string, from, until time.Duration) {
	w.t.Helper()
	if w.texts[called] == "" {
		w.texts[called] = base64.StdEncoding.EncodeToString(w.certificate(name, from, until))
	}
	if no := w.see(w.texts[called], "here"); no != nil {
		w.t.Fatalf("%s: %s: %v", w.kind, called, no)
	}
}

// first is the first of the refusals, or none.
func first(nos []*refusal.Refusal) *refusal.Refusal {
	if len(nos) == 0 {
		return nil
	}
	return nos[0]
}

// known is a certificate that was seen.
func (w *walk) known(called string) id.ID {
	w.t.Helper()
	return id.Of(id.Certificate, w.row("id", called))
}

// seatOf is the seat on which a certificate stands.
func (w *walk) seatOf(called string) id.ID {
	w.t.Helper()
	return id.Of(id.Seat, w.row("seat_row_id", called))
}

// row reads a column of a certificate that was seen.
func (w *walk) row(column, called string) (row uuid.UUID) {
	w.t.Helper()
	der, err := base64.StdEncoding.DecodeString(w.texts[called])
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.DB.Admin(w.t).QueryRowContext(w.t.Context(), `SELECT `+column+` FROM certificates WHERE business_unit_id = $1 AND der = $2`, w.unit.UUID, der).Scan(&row); err != nil {
		w.t.Fatal(err)
	}
	return row
}

// remove deletes a seat, and revokes its certificates when asked.
func (w *walk) remove(seat id.ID, revoke bool) {
	w.t.Helper()
	p, err := w.Inventory.DeleteSeat(w.As(world.Boss()), inventory.DeleteSeatInput{ID: seat, RevokeCertificates: &revoke})
	w.refused("to delete the seat", err, p.UserErrors)
}
