package inventory_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// situation is a certificate of a USER seat that came by a code, and one of a DEVICE
// seat that came by a request; both are within their renewal windows, and made when
// they are asked for.
type situation struct {
	*world
	ada, bob                string
	underCode, underRequest id.ID
	byCode, byRequest       id.ID
}

func (s *situation) code() id.ID {
	s.t.Helper()
	if s.byCode.IsZero() {
		s.byCode = s.issued(s.underCode, lifecycle.User, s.ada)
	}
	return s.byCode
}

func (s *situation) request() id.ID {
	s.t.Helper()
	if s.byRequest.IsZero() {
		s.byRequest = s.requested(s.underRequest, s.bob, nil, &inventory.RequestedName{Kind: lifecycle.SANDNS, Value: "bob.example"})
	}
	return s.byRequest
}

func TestWhatARenewalIsRefusedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 99)
	w.newUnit("sales", 0)
	for n, c := range []struct {
		name string
		who  viewer.Viewer
		make func(s *situation) inventory.RenewCertificateInput
		want refusal.Code
		at   string
	}{
		{"a certificate that is not there", manager, func(*situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: id.Of(id.Certificate, uuid.New())}
		}, refusal.NotFound, "id"},
		{"a seat's id", manager, func(s *situation) inventory.RenewCertificateInput {
			s.code()
			return inventory.RenewCertificateInput{ID: s.seatOf(s.ada)}
		}, refusal.NotFound, "id"},
		{"one of another business unit", person("other", lifecycle.EnrollmentManager, "sales"), func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.NotFound, "id"},
		{"by who only looks", looker, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.Forbidden, ""},
		{"a version of before", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code(), ExpectedVersion: ptr(7)}
		}, refusal.Conflict, "expectedVersion"},
		{"a revoked one", manager, func(s *situation) inventory.RenewCertificateInput {
			s.revoke(s.code())
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.InvalidState, ""},
		{"one on hold", manager, func(s *situation) inventory.RenewCertificateInput {
			s.past(`UPDATE certificates SET status = 'SUSPENDED', suspended_at = created_at WHERE id = $1`, s.code().UUID)
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.InvalidState, ""},
		{"one that no enrollment led to", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.link(s.seat(lifecycle.User, s.ada).ID, year)}
		}, refusal.IssuedElsewhere, ""},
		{"one of a deleted seat", manager, func(s *situation) inventory.RenewCertificateInput {
			old := s.code()
			s.delete(boss, s.seatOf(s.ada), false)
			return inventory.RenewCertificateInput{ID: old}
		}, refusal.SeatDeleted, ""},
		{"one of a deleted seat whose id is another's, under an active enrollment", manager, func(s *situation) inventory.RenewCertificateInput {
			old := s.request()
			s.delete(boss, s.seatOf(s.bob), false)
			_, err := s.Inventory.Request(s.as(rita), inventory.RequestEnrollmentInput{ProfileID: s.underRequest, SeatID: s.bob})
			granted(s.t, err)
			s.approve(anna, s.newest())
			return inventory.RenewCertificateInput{ID: old}
		}, refusal.SeatDeleted, ""},
		{"one that was taken off its seat", manager, func(s *situation) inventory.RenewCertificateInput {
			s.unlink(s.code())
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.SeatDeleted, ""},
		{"one that was renewed", manager, func(s *situation) inventory.RenewCertificateInput {
			s.takes(s.guest(s.renewed(s.code())))
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.AlreadyReplaced, ""},
		{"one beside which a later one stands that nobody asked for here", manager, func(s *situation) inventory.RenewCertificateInput {
			ends := s.ends(s.request()).Add(day)
			s.link(s.seatOf(s.bob), ends)
			return inventory.RenewCertificateInput{ID: s.request()}
		}, refusal.AlreadyReplaced, ""},
		{"one beside which an earlier one stands on a seat that holds one", manager, func(s *situation) inventory.RenewCertificateInput {
			ends := s.ends(s.request()).Add(-day)
			s.link(s.seatOf(s.bob), ends)
			return inventory.RenewCertificateInput{ID: s.request()}
		}, refusal.SeatHasCertificate, ""},
		{"one beside which another stands on a seat that holds several", manager, func(s *situation) inventory.RenewCertificateInput {
			ends := s.ends(s.code()).Add(day)
			s.link(s.seatOf(s.ada), ends)
			return inventory.RenewCertificateInput{ID: s.code()}
		}, "", ""},
		{"under an archived profile", manager, func(s *situation) inventory.RenewCertificateInput {
			old := s.code()
			p, err := s.Profiles.Archive(s.as(boss), profile.ArchiveCertificateProfileInput{ID: s.underCode})
			granted(s.t, err)
			granted(s.t, nil, p.UserErrors...)
			return inventory.RenewCertificateInput{ID: old}
		}, refusal.ProfileArchived, ""},
		{"one that is being renewed", manager, func(s *situation) inventory.RenewCertificateInput {
			s.renewed(s.code())
			return inventory.RenewCertificateInput{ID: s.code()}
		}, refusal.ActiveEnrollmentExists, ""},
		{"one whose seat was enrolled under the profile by hand", manager, func(s *situation) inventory.RenewCertificateInput {
			old := s.code()
			s.invitedAgain(s.underCode, s.ada)
			return inventory.RenewCertificateInput{ID: old}
		}, refusal.ActiveEnrollmentExists, ""},
		{"one whose renewal has expired, as nobody has written down", manager, func(s *situation) inventory.RenewCertificateInput {
			s.past(`UPDATE enrollments SET expires_at = created_at WHERE id = $1`, s.renewed(s.code()).Enrollment.ID.UUID)
			return inventory.RenewCertificateInput{ID: s.code()}
		}, "", ""},
		{"one whose request has expired, as nobody has written down", manager, func(s *situation) inventory.RenewCertificateInput {
			s.past(`UPDATE enrollments SET expires_at = created_at WHERE id = $1`, s.renewed(s.request()).Enrollment.ID.UUID)
			return inventory.RenewCertificateInput{ID: s.request()}
		}, "", ""},
		{"a code that does not fit", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code(), Code: ptr("1")}
		}, refusal.Invalid, "code"},
		{"no address", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code(), Email: ptr("not an address")}
		}, refusal.Invalid, "email"},
		{"a code that has ended", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code(), ExpiresAt: ptr(morning)}
		}, refusal.Invalid, "expiresAt"},
		{"a CSR under codes", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code(), Csr: ptr(csr(s.t, "a.example"))}
		}, refusal.WrongMethod, "csr"},
		{"a comment under codes", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.code(), Comment: ptr("please")}
		}, refusal.WrongMethod, "comment"},
		{"a code for a request", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.request(), Code: ptr("ABCDEFGHJKMN")}
		}, refusal.WrongMethod, "code"},
		{"an address for a request", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.request(), Email: ptr("ada@example.org")}
		}, refusal.WrongMethod, "email"},
		{"an end for a request", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.request(), ExpiresAt: ptr(year)}
		}, refusal.WrongMethod, "expiresAt"},
		{"a comment that is too long", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.request(), Comment: ptr(fmt.Sprintf("%01001d", 0))}
		}, refusal.Invalid, "comment"},
		{"a CSR where the key is made at pick-up", manager, func(s *situation) inventory.RenewCertificateInput {
			return inventory.RenewCertificateInput{ID: s.request(), Csr: ptr(csr(s.t, "a.example"))}
		}, refusal.Invalid, "csr"},
		{"names of a kind that the profile allows no longer", manager, func(s *situation) inventory.RenewCertificateInput {
			old := s.request()
			p, err := s.Profiles.Update(s.as(boss), profile.UpdateCertificateProfileInput{ID: s.underRequest, RuleChanges: profile.RuleChanges{AllowedSans: []lifecycle.SANKind{lifecycle.SANEmail}}})
			granted(s.t, err)
			granted(s.t, nil, p.UserErrors...)
			return inventory.RenewCertificateInput{ID: old}
		}, refusal.NameNotAllowed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &situation{
				world: w, ada: fmt.Sprint("ada", n), bob: fmt.Sprint("bob", n),
				underCode: w.profile(ending(renewable(lifecycle.User))), underRequest: w.profile(ending(byRequest(lifecycle.Device, lifecycle.BrowserPKCS12))),
			}
			in := c.make(s)
			before := w.count(`SELECT count(*) FROM enrollments`)
			p := w.renew(c.who, in)
			refused(t, p.UserErrors, c.want)
			if c.want == "" {
				return
			}
			if field := p.UserErrors[0].Field; c.at == "" && len(field) > 0 || c.at != "" && (len(field) != 2 || field[1] != c.at) {
				t.Errorf("the refusal points at %v, want %q", field, c.at)
			}
			if n := w.count(`SELECT count(*) FROM enrollments`); p.Enrollment != nil || n != before {
				t.Errorf("refused, there are %d enrollments and there were %d", n, before)
			}
			if n := w.entries(in.ID, audit.RenewCertificate, audit.Refused); n != 1 {
				t.Errorf("%d entries tell of the refusal", n)
			}
		})
	}
	w.honest()
}

// A request with a CSR is judged as any other.
func TestARenewalNeedsAFittingCSR(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	rules := byRequest(lifecycle.User, lifecycle.CSR)
	rules.changes.AllowedKeys = []lifecycle.KeyKind{lifecycle.ECP256}
	old := w.requested(w.profile(rules), "ada", ptr(csr(t, "a.example")))
	w.set(w.ends(old).Add(-day))
	for _, c := range []struct {
		name string
		csr  *string
		want refusal.Code
	}{
		{"none", nil, refusal.Invalid},
		{"no CSR", ptr("-----BEGIN"), refusal.InvalidCSR},
		{"a key that the profile does not allow", ptr(signedCSR(t, elliptic.P384())), refusal.KeyNotAllowed},
	} {
		p := w.renew(manager, inventory.RenewCertificateInput{ID: old, Csr: c.csr})
		if code(p.UserErrors) != c.want || p.UserErrors[0].Field[1] != "csr" {
			t.Errorf("%s: %v, want %s at csr", c.name, p.UserErrors, c.want)
		}
	}
}

// Of many who ask for a successor at once, one gets it.
func TestOneOfManyRenews(t *testing.T) {
	t.Parallel()
	for _, rules := range []rules{renewable(lifecycle.Device), byRequest(lifecycle.Device, lifecycle.BrowserPKCS12)} {
		t.Run(string(rules.auth), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, 5)
			var old id.ID
			if under := w.profile(rules); rules.auth == lifecycle.EnrollmentCode {
				old = w.issued(under, lifecycle.Device, "ada")
			} else {
				old = w.requested(under, "ada", nil)
			}
			w.set(w.ends(old).Add(-time.Hour))
			var wait sync.WaitGroup
			codes := make([]refusal.Code, 8)
			for n := range codes {
				wait.Go(func() {
					p, err := w.Inventory.RenewCertificate(w.as(manager), inventory.RenewCertificateInput{ID: old})
					if err != nil {
						t.Error(err)
						return
					}
					codes[n] = code(p.UserErrors)
				})
			}
			wait.Wait()
			won := 0
			for _, c := range codes {
				switch c {
				case "":
					won++
				case refusal.ActiveEnrollmentExists:
				default:
					t.Errorf("one who came second was refused with %s", c)
				}
			}
			if won != 1 {
				t.Errorf("%d of them renewed it", won)
			}
			w.honest()
		})
	}
}

// signedCSR is a request with a key on a curve.
func signedCSR(t *testing.T, curve elliptic.Curve) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	granted(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	granted(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}
