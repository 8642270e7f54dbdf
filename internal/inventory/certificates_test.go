package inventory_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// der is a certificate of its own that began this morning and ends then.
func der(t *testing.T, ends time.Time) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	granted(t, err)
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	granted(t, err)
	made, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial, NotBefore: morning.Add(-400 * day), NotAfter: ends,
		Subject: pkix.Name{CommonName: "ada", Organization: []string{"Example, Inc."}, Country: []string{"DE"}},
	}, &x509.Certificate{Subject: pkix.Name{CommonName: "Test CA"}}, &key.PublicKey, key)
	granted(t, err)
	return made
}

// year is when the certificates of these tests end.
var year = morning.Add(365 * day)

// link links a certificate that ends then and expects a yes.
func (w *world) link(seat id.ID, ends time.Time) id.ID {
	w.t.Helper()
	return w.linkThis(seat, der(w.t, ends))
}

func (w *world) linkThis(seat id.ID, certificate []byte) id.ID {
	w.t.Helper()
	out, err := w.Inventory.LinkCertificate(w.as(manager), inventory.LinkCertificateInput{SeatID: seat, Source: lifecycle.SourceIssued, Der: certificate})
	granted(w.t, err)
	granted(w.t, nil, out.Why()...)
	return out.Items[0].ID
}

// revoke revokes certificates and expects a yes for each.
func (w *world) revoke(ids ...id.ID) {
	w.t.Helper()
	out, err := w.revoking(manager, lifecycle.RevokedSuperseded, ids...)
	w.each(out, err)
}

// revoking revokes certificates, and says what came of it as the other acts do.
func (w *world) revoking(by viewer.Viewer, reason lifecycle.RevocationReason, ids ...id.ID) (store.Outcome, error) {
	p, err := w.Inventory.RevokeCertificates(w.as(by), inventory.RevokeCertificatesInput{IDs: ids, Reason: reason})
	if err != nil {
		return store.Outcome{}, err
	}
	out := store.Outcome{Refusals: p.UserErrors, Replayed: p.Replayed}
	for _, r := range p.Results {
		out.Items = append(out.Items, store.Item{ID: r.ID, Refusals: r.UserErrors})
	}
	return out, nil
}

// unlink unlinks certificates and expects a yes for each.
func (w *world) unlink(ids ...id.ID) {
	w.t.Helper()
	out, err := w.Inventory.UnlinkCertificates(w.as(manager), inventory.UnlinkCertificatesInput{IDs: ids})
	w.each(out, err)
}

func (w *world) each(out store.Outcome, err error) {
	w.t.Helper()
	granted(w.t, err)
	granted(w.t, nil, out.Refusals...)
	for _, item := range out.Items {
		granted(w.t, nil, item.Refusals...)
	}
}

// allocate gives the unit licences of a type that it has none of.
func (w *world) allocate(kind lifecycle.SeatType, n int) {
	w.t.Helper()
	bought, err := w.Licences.SetPurchased(w.as(boss), licence.SetPurchasedSeatsInput{SeatType: kind, Unlimited: new(true)})
	granted(w.t, err)
	granted(w.t, nil, bought.UserErrors...)
	given, err := w.Licences.Allocate(w.as(boss), licence.AllocateSeatsInput{BusinessUnitID: w.unit, SeatType: kind, Allocated: n})
	granted(w.t, err)
	granted(w.t, nil, given.UserErrors...)
}

// anySeat makes a seat, also of the types that nobody makes by hand.
func (w *world) anySeat(kind lifecycle.SeatType, key string) id.ID {
	w.t.Helper()
	if kind.ByHand() {
		return w.seat(kind, key).ID
	}
	row := uuid.Must(uuid.NewV7())
	w.past(`INSERT INTO seats (id, created_at, updated_at, business_unit_id, seat_type, seat_id, seat_key, status, unused_since) VALUES ($1, $2, $2, $3, $4, $5, $5, 'CREATED', $2)`,
		row, morning, w.unit.UUID, string(kind), key)
	w.past(`UPDATE seat_allocations SET created = created + 1 WHERE business_unit_id = $1 AND seat_type = $2`, w.unit.UUID, string(kind))
	return id.Of(id.Seat, row)
}

// stands is a seat's status, whether it is consumed, and how many certificates count.
func (w *world) stands(seat id.ID) string {
	w.t.Helper()
	var status string
	var consumed bool
	var n int
	if err := w.admin.QueryRow(`SELECT status, consumed, valid_certificates FROM seats WHERE id = $1`, seat.UUID).Scan(&status, &consumed, &n); err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprint(status, " ", consumed, " ", n)
}

func TestWhenASeatIsConsumed(t *testing.T) {
	t.Parallel()
	for _, kind := range lifecycle.SeatTypes {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 0)
			w.allocate(kind, 5)
			seat := w.anySeat(kind, "ada")
			// what the last certificate leaves behind
			free, freed := "CREATED false 0", "1 0"
			if kind.StaysConsumed() {
				free, freed = "CONSUMED true 0", "1 1"
			}
			check := func(after, stands, figures string) {
				t.Helper()
				if got := w.stands(seat); got != stands {
					t.Errorf("after %s the seat is %s, want %s", after, got, stands)
				}
				if got := w.figures(kind); got != figures {
					t.Errorf("after %s created and consumed are %s, want %s", after, got, figures)
				}
				w.honest()
			}
			check("nothing", "CREATED false 0", "1 0")
			w.link(seat, morning) // ends now
			first := "CREATED false 0"
			if kind.StaysConsumed() {
				first = "CONSUMED true 0"
			}
			check("linking one that has expired", first, freed)
			one := w.link(seat, year)
			check("linking", "CONSUMED true 1", "1 1")
			w.set(morning.Add(time.Hour))
			w.revoke(one)
			check("revoking it", free, freed)
			certificate := der(t, year)
			two := w.linkThis(seat, certificate)
			check("linking another", "CONSUMED true 1", "1 1")
			w.set(morning.Add(2 * time.Hour))
			w.unlink(two)
			check("unlinking it", free, freed)
			if again := w.linkThis(seat, certificate); again != two {
				t.Errorf("the unlinked certificate %s came back as %s", two, again)
			}
			check("linking it again", "CONSUMED true 1", "1 1")
			w.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = now() WHERE id = $1`, two.UUID)
			w.set(year)
			n, err := w.Inventory.ExpireCertificatesDue(t.Context(), 100)
			if granted(t, err); n != 1 {
				t.Errorf("%d expiries are written, want 1", n)
			}
			check("its end", free, freed)
			if !kind.StaysConsumed() {
				if n := w.count(`SELECT count(*) FROM seats WHERE id = $1 AND unused_since = $2`, seat.UUID, year); n != 1 {
					t.Error("the seat is not unused since its last certificate ended")
				}
			}
			w.delete(manager, seat, false)
			check("the deletion", "DELETED false 0", "0 0")
		})
	}
}

func TestACertificateBesideAnEnrollment(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.User, "ada")
	e := w.request(rita, w.profile(rules{}), "ada")
	one, two := w.link(seat.ID, year), w.link(seat.ID, year)
	if got := w.stands(seat.ID); got != "CONSUMED true 2" {
		t.Errorf("with two certificates the seat is %s", got)
	}
	w.revoke(one)
	w.unlink(two)
	if got := w.stands(seat.ID); got != "ENROLLED false 0" {
		t.Errorf("with the enrollment alone the seat is %s", got)
	}
	w.set(morning.Add(time.Hour))
	p, err := w.Inventory.Reject(w.as(anna), inventory.RejectEnrollmentInput{ID: e, Reason: "no"})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	if got := w.stands(seat.ID); got != "CREATED false 0" {
		t.Errorf("with nothing the seat is %s", got)
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE unused_since = $1`, morning.Add(time.Hour)); n != 1 {
		t.Error("the seat is not unused since its enrollment ended")
	}
	w.honest()
}

func TestTheCertificateOfADeletedSeat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		act  func(w *world, certificate id.ID)
	}{
		{"is revoked", func(w *world, c id.ID) { w.revoke(c) }},
		{"is unlinked", func(w *world, c id.ID) { w.unlink(c) }},
		{"expires", func(w *world, _ id.ID) {
			w.set(year)
			_, err := w.Inventory.ExpireCertificatesDue(w.t.Context(), 100)
			granted(w.t, err)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			seat := w.seat(lifecycle.Device, "ada")
			one := w.link(seat.ID, year)
			w.delete(manager, seat.ID, false)
			if got := w.stands(seat.ID); got != "DELETED false 1" {
				t.Errorf("deleted, the seat is %s", got)
			}
			c.act(w, one)
			if got := w.stands(seat.ID); got != "DELETED false 0" {
				t.Errorf("afterwards the seat is %s", got)
			}
			if got := w.figures(lifecycle.Device); got != "0 0" {
				t.Errorf("created and consumed are %s", got)
			}
			w.honest()
		})
	}
}

func TestWhatIsKeptOfACertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.User, "ada")
	certificate := der(t, year)
	parsed, err := x509.ParseCertificate(certificate)
	granted(t, err)
	one := w.linkThis(seat.ID, certificate)
	var serial, subject, issuer, status, source string
	var from, to time.Time
	var kept []byte
	granted(t, w.admin.QueryRow(`SELECT serial, subject, issuer, status, source, not_before, not_after, der FROM certificates WHERE id = $1 AND sha256 = encode(sha256($2), 'hex')`,
		one.UUID, certificate).Scan(&serial, &subject, &issuer, &status, &source, &from, &to, &kept))
	if serial != parsed.SerialNumber.Text(16) || subject != `CN=ada,O=Example\, Inc.,C=DE` || issuer != "CN=Test CA" || status != "ISSUED" || source != "ISSUED" {
		t.Errorf("kept are serial %s, subject %s, issuer %s, %s, %s", serial, subject, issuer, status, source)
	}
	if !from.Equal(parsed.NotBefore) || !to.Equal(year) || string(kept) != string(certificate) {
		t.Errorf("kept are %s to %s and %d bytes", from, to, len(kept))
	}
	var changes string
	granted(t, w.admin.QueryRow(`SELECT changes FROM audit_entries WHERE resource_id = $1 AND action = 'LINK_CERTIFICATE'`, one.UUID).Scan(&changes))
	if !strings.Contains(changes, seat.ID.String()) || !strings.Contains(changes, `"sha256"`) {
		t.Errorf("the entry tells %s", changes)
	}
}

func TestLinkingThatIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 20)
	elsewhere := w.newUnit("elsewhere", 5)
	foreign, err := w.Inventory.CreateSeat(w.as(boss), inventory.CreateSeatInput{BusinessUnitID: elsewhere, SeatType: lifecycle.User, SeatID: "foreign"})
	granted(t, err)
	user, gone, full := w.seat(lifecycle.User, "user"), w.seat(lifecycle.User, "gone"), w.seat(lifecycle.Device, "full")
	w.delete(manager, gone.ID, false)
	w.link(full.ID, year)
	linked := der(t, year)
	w.linkThis(user.ID, linked)
	others := w.request(rita, w.profile(rules{}), "somebody")
	here := person("here", lifecycle.EnrollmentManager, "research")
	importer := person("importer", lifecycle.ImportManager)
	for _, c := range []struct {
		name string
		by   viewer.Viewer
		in   inventory.LinkCertificateInput
		want refusal.Code
		at   string
	}{
		{"to an unknown seat", here, inventory.LinkCertificateInput{SeatID: id.New(id.Seat), Der: linked}, refusal.NotFound, "seatId"},
		{"to a seat of another business unit", here, inventory.LinkCertificateInput{SeatID: foreign.Seat.ID, Der: linked}, refusal.NotFound, "seatId"},
		{"to a deleted seat", here, inventory.LinkCertificateInput{SeatID: gone.ID, Der: der(t, year)}, refusal.SeatDeleted, "seatId"},
		{"to a seat that holds one and has one", here, inventory.LinkCertificateInput{SeatID: full.ID, Der: der(t, year.Add(day))}, refusal.SeatHasCertificate, "seatId"},
		{"twice", here, inventory.LinkCertificateInput{SeatID: user.ID, Der: linked}, refusal.Duplicate, "der"},
		{"of another seat", here, inventory.LinkCertificateInput{SeatID: full.ID, Der: linked}, refusal.Duplicate, "der"},
		{"for another seat's enrollment", here, inventory.LinkCertificateInput{SeatID: user.ID, Der: der(t, year), EnrollmentID: &others}, refusal.NotFound, "enrollmentId"},
		{"that is none", here, inventory.LinkCertificateInput{SeatID: user.ID, Der: []byte("-----BEGIN CERTIFICATE-----")}, refusal.Invalid, "der"},
		{"with something behind it", here, inventory.LinkCertificateInput{SeatID: user.ID, Der: append(der(t, year), 0)}, refusal.Invalid, "der"},
		{"that is too large", here, inventory.LinkCertificateInput{SeatID: user.ID, Der: make([]byte, 1<<17)}, refusal.Invalid, "der"},
		{"without the permission to attach", importer, inventory.LinkCertificateInput{SeatID: user.ID, Der: der(t, year)}, refusal.Forbidden, ""},
		{"without the permission to import", seatsOnly, inventory.LinkCertificateInput{SeatID: user.ID, Der: der(t, year), Source: lifecycle.SourceImported}, refusal.Forbidden, ""},
		{"without the permission to discover", seatsOnly, inventory.LinkCertificateInput{SeatID: user.ID, Der: der(t, year), Source: lifecycle.SourceDiscovered}, refusal.Forbidden, ""},
		{"from a source that is none", boss, inventory.LinkCertificateInput{SeatID: user.ID, Der: der(t, year), Source: "FOUND"}, refusal.Forbidden, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.in.Source == "" {
				c.in.Source = lifecycle.SourceIssued
			}
			before := w.count(`SELECT count(*) FROM certificates`)
			out, err := w.Inventory.LinkCertificate(w.as(c.by), c.in)
			granted(t, err)
			refused(t, out.Why(), c.want)
			if got := strings.Join(out.Why()[0].Field, "."); strings.TrimPrefix(got, "input.") != c.at {
				t.Errorf("the refusal points at %s, want %s", got, c.at)
			}
			if n := w.count(`SELECT count(*) FROM certificates`); n != before {
				t.Errorf("%d certificates, %d before", n, before)
			}
		})
	}
	in := inventory.LinkCertificateInput{SeatID: user.ID, Der: der(t, year), Source: lifecycle.SourceImported}
	if out, err := w.Inventory.LinkCertificate(w.as(importer), in); err != nil || len(out.Why()) > 0 {
		t.Errorf("an import manager imports: %v %v", err, out.Why())
	}
	w.honest()
}

func TestTheSuccessorOfACertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.Device, "ada")
	e := w.request(rita, w.profile(rules{kind: lifecycle.Device}), "ada")
	w.past(`UPDATE enrollments SET promise = jsonb_set(promise, '{renewalWindowSeconds}', '864000') WHERE id = $1`, e.UUID) // ten days
	w.past(`UPDATE enrollments SET expires_at = $2 WHERE id = $1`, e.UUID, year.Add(day))
	w.link(seat.ID, year)
	attempt := func(at time.Time, enrollment *id.ID) refusal.Code {
		t.Helper()
		w.set(at)
		out, err := w.Inventory.LinkCertificate(w.as(manager), inventory.LinkCertificateInput{SeatID: seat.ID, Source: lifecycle.SourceIssued, Der: der(t, year.Add(365*day)), EnrollmentID: enrollment})
		granted(t, err)
		return code(out.Why())
	}
	for _, c := range []struct {
		name string
		at   time.Time
		of   *id.ID
		want refusal.Code
	}{
		{"before the ten days that were promised", year.Add(-10*day - time.Second), &e, refusal.SeatHasCertificate},
		{"before the thirty days of nobody's promise", year.Add(-30*day - time.Second), nil, refusal.SeatHasCertificate},
		{"inside the ten days", year.Add(-10 * day), &e, ""},
		{"a second successor", year.Add(-time.Hour), nil, refusal.SeatHasCertificate},
	} {
		if got := attempt(c.at, c.of); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := w.stands(seat.ID); got != "CONSUMED true 2" {
		t.Errorf("with its successor the seat is %s", got)
	}
	if got := w.figures(lifecycle.Device); got != "1 1" {
		t.Errorf("created and consumed are %s; a successor counts once with what it succeeds", got)
	}
	w.honest()
}

// Certificates that are shorter than the renewal window are each within it from
// their first day on.
func TestShortCertificatesDoNotPileUpOnASeat(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.Device, "ada")
	for n, want := range []refusal.Code{"", "", refusal.SeatHasCertificate} {
		out, err := w.Inventory.LinkCertificate(w.as(manager), inventory.LinkCertificateInput{SeatID: seat.ID, Source: lifecycle.SourceIssued, Der: der(t, morning.Add(time.Duration(n+5)*day))})
		granted(t, err)
		if got := code(out.Why()); got != want {
			t.Errorf("certificate %d: %q, want %q", n+1, got, want)
		}
	}
	under := w.profile(rules{kind: lifecycle.Device, auth: lifecycle.EnrollmentCode})
	shown, err := w.Inventory.Seat(w.as(boss), seat.ID)
	granted(t, err)
	actions, err := w.Inventory.SeatActions(w.as(boss), shown)
	granted(t, err)
	p, err := w.Inventory.EnrollSeat(w.as(boss), inventory.EnrollSeatInput{ID: seat.ID, ProfileID: under})
	granted(t, err)
	if code(p.UserErrors) != refusal.SeatHasCertificate || !strings.Contains(p.UserErrors[0].Message, "and its successor") || slices.Contains(actions, lifecycle.SeatActEnroll) {
		t.Errorf("with a certificate and its successor a third is asked for: %v; the actions are %v", p.UserErrors, actions)
	}
	w.set(morning.Add(5*day + time.Second)) // the first has expired; the second is near its end
	shown, err = w.Inventory.Seat(w.as(boss), seat.ID)
	granted(t, err)
	if actions, err = w.Inventory.SeatActions(w.as(boss), shown); err != nil || !slices.Contains(actions, lifecycle.SeatActEnroll) {
		t.Errorf("once the first has expired the actions are %v %v", actions, err)
	}
	p, err = w.Inventory.EnrollSeat(w.as(boss), inventory.EnrollSeatInput{ID: seat.ID, ProfileID: under})
	granted(t, err)
	granted(t, nil, p.UserErrors...)
	w.honest()
}

func TestRevokingAndUnlinkingThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	seat := w.seat(lifecycle.User, "ada")
	good, revoked, unlinked, ended := w.link(seat.ID, year), w.link(seat.ID, year), w.link(seat.ID, year), w.link(seat.ID, morning.Add(day))
	w.revoke(revoked)
	w.unlink(unlinked)
	w.set(morning.Add(2 * day))
	elsewhere := person("elsewhere", lifecycle.EnrollmentManager, "elsewhere")
	revoke := w.revoking
	unlink := func(by viewer.Viewer, ids ...id.ID) (store.Outcome, error) {
		return w.Inventory.UnlinkCertificates(w.as(by), inventory.UnlinkCertificatesInput{IDs: ids})
	}
	for _, c := range []struct {
		name string
		act  func() (store.Outcome, error)
		want refusal.Code
	}{
		{"revoke an unknown one", func() (store.Outcome, error) {
			return revoke(manager, lifecycle.RevokedUnspecified, id.New(id.Certificate))
		}, refusal.NotFound},
		{"revoke one of another business unit", func() (store.Outcome, error) { return revoke(elsewhere, lifecycle.RevokedUnspecified, good) }, refusal.NotFound},
		{"revoke a revoked one", func() (store.Outcome, error) { return revoke(manager, lifecycle.RevokedUnspecified, revoked) }, refusal.InvalidState},
		{"revoke one that has expired", func() (store.Outcome, error) { return revoke(manager, lifecycle.RevokedUnspecified, ended) }, refusal.InvalidState},
		{"revoke for no reason", func() (store.Outcome, error) { return revoke(manager, "BORED", good) }, refusal.Invalid},
		{"revoke none", func() (store.Outcome, error) { return revoke(manager, lifecycle.RevokedUnspecified) }, refusal.Invalid},
		{"revoke without the permission", func() (store.Outcome, error) { return revoke(seatsOnly, lifecycle.RevokedUnspecified, good) }, refusal.Forbidden},
		{"unlink an unknown one", func() (store.Outcome, error) { return unlink(manager, id.New(id.Certificate)) }, refusal.NotFound},
		{"unlink one of another business unit", func() (store.Outcome, error) { return unlink(elsewhere, good) }, refusal.NotFound},
		{"unlink an unlinked one", func() (store.Outcome, error) { return unlink(manager, unlinked) }, refusal.InvalidState},
		{"unlink none", func() (store.Outcome, error) { return unlink(manager) }, refusal.Invalid},
		{"unlink without a permission", func() (store.Outcome, error) { return unlink(seatsOnly, good) }, refusal.Forbidden},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := c.act()
			granted(t, err)
			refused(t, out.Why(), c.want)
		})
	}
	if n := w.count(`SELECT count(*) FROM certificates WHERE id = $1 AND status = 'EXPIRED'`, ended.UUID); n != 1 {
		t.Error("that the certificate has expired was not written down beside the refusal")
	}
	if n := w.count(`SELECT count(*) FROM certificates WHERE id = $1 AND status = 'ISSUED' AND seat_row_id = $2`, good.UUID, seat.ID.UUID); n != 1 {
		t.Error("a refused act changed the certificate")
	}
	out, err := unlink(person("importer", lifecycle.ImportManager), good)
	w.each(out, err)
	w.honest()
}

func TestAnEntryPerChangeOfACertificate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	seat := w.seat(lifecycle.User, "ada")
	in := inventory.LinkCertificatesInput{Source: lifecycle.SourceImported, Certificates: []*inventory.CertificateToLink{{SeatID: seat.ID, Der: []byte("none")}}}
	for range 3 {
		in.Certificates = append(in.Certificates, &inventory.CertificateToLink{SeatID: seat.ID, Der: der(t, year)})
	}
	in.Certificates = append(in.Certificates, in.Certificates[1]) // twice in one call
	out, err := w.Inventory.LinkCertificates(w.as(manager), in)
	granted(t, err)
	refused(t, out.Items[0].Refusals, refusal.Invalid)
	refused(t, out.Items[4].Refusals, refusal.Duplicate)
	if no := out.Items[4].Refusals[0]; strings.Join(no.Field, ".") != "input.certificates.4.der" || !strings.Contains(no.Message, "at index 1;") {
		t.Errorf("the refusal points at %v and says %q", no.Field, no.Message)
	}
	var ids []id.ID
	for _, item := range out.Items[1:4] {
		granted(t, nil, item.Refusals...)
		ids = append(ids, item.ID)
	}
	w.revoke(ids[0], ids[1], ids[0])
	w.unlink(ids[2])
	for _, c := range []struct {
		action        audit.Action
		done, refused int
	}{{audit.LinkCertificate, 3, 2}, {audit.RevokeCertificate, 2, 0}, {audit.UnlinkCertificate, 1, 0}} {
		if done, not := w.entries(id.ID{}, c.action, audit.Success), w.entries(id.ID{}, c.action, audit.Refused); done != c.done || not != c.refused {
			t.Errorf("%s: %d entries of what was done and %d of what was not, want %d and %d", c.action, done, not, c.done, c.refused)
		}
	}
	w.honest()
}
