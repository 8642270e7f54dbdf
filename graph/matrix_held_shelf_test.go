package graph_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// shelf is a business unit with certificates in every standing.
type shelf struct {
	*caller

	unit, profile id.ID
	key           *requestKey
	cells         []*heldTrial
}

// kept is one certificate of the matrix.
type kept struct {
	id, seat id.ID
	of       origin
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{caller: newCaller(t), key: newRequestKey(t)}
	s.Purchase(lifecycle.User)
	s.unit = s.Unit("shelf").ID
	s.Allocate(s.unit, lifecycle.User, 5000)
	s.profile = s.Profile(s.unit, "Of the shelf", world.WithCSR, func(in *profile.CreateCertificateProfileInput) { in.AllowedSans = nil }).ID
	return s
}

// fill brings as many certificates of an origin into each standing as are needed.
// What is to be expired is made first.
func (s *shelf) fill(needs map[standingKey]int) map[standingKey][]*kept {
	s.t.Helper()
	there := map[standingKey][]*kept{}
	for _, of := range []age{swept, due, fresh} {
		for _, st := range standings() {
			for _, o := range origins {
				if st.age == of && st.of(o) {
					there[standingKey{o.name, st.name}] = s.make(o, st, needs[standingKey{o.name, st.name}])
				}
			}
		}
		if of == fresh {
			continue
		}
		s.Clock.Pass(2 * aDay)
		for of == swept {
			n, err := s.Inventory.ExpireCertificatesDue(s.t.Context(), 500)
			if err != nil {
				s.t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
	}
	return there
}

// make makes the certificates of one standing: what was seen by one call, the
// others each for a request of its own.
func (s *shelf) make(o origin, st standing, n int) []*kept {
	s.t.Helper()
	now := s.Clock.Now()
	texts := make([]string, n)
	for i := range texts {
		s.made++
		texts[i] = s.key.between(fmt.Sprintf("held-%d.example.com", s.made), now.Add(st.from), now.Add(st.until))
	}
	all := s.seen(o, texts)
	if o.seen == "" {
		all = s.attach(o, texts)
	}
	for _, k := range all {
		if st.then != nil {
			st.then(s, k)
		}
	}
	return all
}

// seen brings in certificates of a file or of the network.
func (s *shelf) seen(o origin, texts []string) (all []*kept) {
	s.t.Helper()
	boss := s.As(world.Boss())
	var certificates []*inventory.Certificate
	switch o.seen {
	case lifecycle.SourceImported:
		in := inventory.ImportCertificatesInput{BusinessUnitID: s.unit}
		for _, text := range texts {
			in.Files = append(in.Files, &inventory.CertificateFile{Content: text})
		}
		p, err := s.Inventory.ImportCertificates(boss, in)
		s.granted(err, p.UserErrors)
		for _, r := range p.Results {
			s.granted(nil, r.UserErrors)
			certificates = append(certificates, r.Certificate)
		}
	case lifecycle.SourceDiscovered:
		in := inventory.RecordDiscoveredCertificatesInput{BusinessUnitID: s.unit}
		for _, text := range texts {
			in.Certificates = append(in.Certificates, &inventory.DiscoveredCertificate{Content: text, Host: "host.example.com", Port: 443})
		}
		p, err := s.Inventory.RecordDiscoveredCertificates(boss, in)
		s.granted(err, p.UserErrors)
		for _, r := range p.Results {
			s.granted(nil, r.UserErrors)
			certificates = append(certificates, r.Certificate)
		}
	}
	for _, c := range certificates {
		all = append(all, &kept{id: c.ID, of: o})
	}
	return all
}

// attach closes requests with certificates, and says who was asked for them: that an
// authority really was is tried elsewhere.
func (s *shelf) attach(o origin, texts []string) []*kept {
	s.t.Helper()
	all := make([]*kept, len(texts))
	for i, text := range texts {
		seat := fmt.Sprintf("seat-%d-%d", s.made, i)
		k := &kept{of: o, seat: s.Seats(s.unit, lifecycle.User, seat)[0].ID}
		request := s.Request(rita(), s.profile, seat, func(in *inventory.RequestEnrollmentInput) { in.Csr = &s.key.csr }).ID
		k.id = s.close(request, text)
		if o.authority != "" {
			s.past(`UPDATE certificates SET authority = $2 WHERE id = $1`, k.id.UUID, o.authority)
		}
		all[i] = k
	}
	return all
}

// close approves a request and attaches a certificate to it.
func (s *shelf) close(request id.ID, text string) id.ID {
	s.t.Helper()
	s.Approve(firstApprover(), "Known to me.", request)
	p, err := s.Inventory.AttachCertificate(s.As(world.Boss()), inventory.AttachCertificateInput{ID: request, Certificate: text})
	s.granted(err, p.UserErrors)
	return id.Of(id.Certificate, column[uuid.UUID](s.t, s.admin, `SELECT id FROM certificates WHERE enrollment_id = $1`, request.UUID)[0])
}

func (s *shelf) renew(k *kept) { s.renewed(k) }

// renewed is the request for its successor.
func (s *shelf) renewed(k *kept) id.ID {
	s.t.Helper()
	p, err := s.Inventory.RenewCertificate(s.As(renewer()), inventory.RenewCertificateInput{ID: k.id, Csr: &s.key.csr})
	s.granted(err, p.UserErrors)
	return p.Enrollment.ID
}

// renewer renews, and somebody else approves.
func renewer() viewer.Viewer { return world.Person("renewer", lifecycle.Admin) }

func (s *shelf) replace(k *kept) {
	now := s.Clock.Now()
	s.close(s.renewed(k), s.key.until(now, now.Add(300*aDay)))
}

func (s *shelf) deleteSeat(k *kept) {
	p, err := s.Inventory.DeleteSeat(s.As(world.Boss()), inventory.DeleteSeatInput{ID: k.seat})
	s.granted(err, p.UserErrors)
}

func (s *shelf) suspend(k *kept) {
	p, err := s.Inventory.SuspendCertificate(s.As(world.Boss()), inventory.SuspendCertificateInput{ID: k.id})
	s.granted(err, p.UserErrors)
}

func (s *shelf) revoke(k *kept) {
	p, err := s.Inventory.RevokeCertificate(s.As(world.Boss()), inventory.RevokeCertificateInput{ID: k.id, Reason: lifecycle.RevokedSuperseded})
	s.granted(err, p.UserErrors)
}

// granted fails the test for what was refused on the way into a standing.
func (s *shelf) granted(err error, nos []*refusal.Refusal) {
	s.t.Helper()
	if err != nil || len(nos) > 0 {
		s.t.Fatal(err, nos)
	}
}
