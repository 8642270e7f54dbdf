package inventory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/certificate"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// sighting is one transaction in which certificates are taken down that were seen
// somewhere: importCertificates and recordDiscoveredCertificates. It is made anew for
// every run of a transaction.
type sighting struct {
	*Inventory
	tx   *store.Tx
	unit id.ID
	held businessunit.Held
	// source is how the certificates came, seatType which seats they get by themselves.
	source   lifecycle.CertificateSource
	seatType lifecycle.SeatType
	after    *aftermath

	seen     []*seen
	subjects []*sighted
}

// seen is one thing of the input: a certificate at a place, or what is none.
type seen struct {
	text certificate.Text
	// chain is the certificates above it, in PEM.
	chain string
	at    location
	// about is where in the input it stands, for the entries.
	about string
	// path is where in the input a refusal points.
	path []string
	// no is why nothing is done; outcome is what was done otherwise.
	no      *refusal.Refusal
	outcome SightingOutcome
	subject *sighted
}

// location is a place where a certificate was seen, and when.
type location struct {
	// place is its name; empty when none was told.
	place string
	// host and port are those of a place on the network.
	host string
	port int
	when time.Time
}

// sighted is one certificate, however often it stands in the input, and what is to
// become of it.
type sighted struct {
	text  certificate.Text
	chain string
	// known is what is here of it already; nil of a new one.
	known *knownCertificate
	// row is its id, seat the one that it is placed on; nil when it keeps its own.
	row  uuid.UUID
	seat *placedSeat
	// places are those that it gains.
	places []location
}

// seatless reports whether the certificate needs a seat: it is new, or on none that
// lives.
func (s *sighted) seatless() bool { return s.known == nil || !s.known.live }

// gains reports whether a known certificate gains a source or a place.
func (s *sighted) gains(source lifecycle.CertificateSource) bool {
	return len(s.places) > 0 || !s.known.came(source)
}

// runSighting begins a sighting and runs it: the business unit is held, and then
// prepare says what was seen, or why the whole call is refused.
func (i *Inventory) runSighting(ctx context.Context, tx *store.Tx, sc scope.Scope, unit id.ID, source lifecycle.CertificateSource, prepare func(*sighting) ([]*seen, *refusal.Refusal)) (store.Outcome, error) {
	units, err := businessunit.Hold(ctx, tx, sc, id.UUIDs(id.BusinessUnit, []id.ID{unit})...)
	if err != nil {
		return store.Outcome{}, err
	}
	held, ok := units[unit.UUID]
	if !ok || unit.Kind != id.BusinessUnit {
		return store.Outcome{}, missing("business unit", unit).At("businessUnitId")
	}
	s := &sighting{Inventory: i, tx: tx, unit: unit, held: held, source: source, seatType: lifecycle.Imported, after: i.newAftermath()}
	if source == lifecycle.SourceDiscovered {
		s.seatType = lifecycle.Discovery
	}
	var no *refusal.Refusal
	if s.seen, no = prepare(s); no != nil {
		return store.Outcome{}, no
	}
	if err := s.run(ctx); err != nil {
		return store.Outcome{}, err
	}
	return store.Outcome{Items: s.items()}, nil
}

// run takes down every certificate that was seen, each by itself, in the order of the
// input.
//
// One that is not known in the business unit is kept, EXPIRED when its time has
// passed, and gets a seat (placing). One that is known keeps its seat, of whatever
// type that is, and gains the source and the places that are new; when it is on no
// seat that lives, it gets one as a new one does. Where it was found on the network,
// the time of the place moves on. Whatever is as it was is not touched, so that the
// same input changes nothing when it comes again.
//
// The licences of new seats are taken last (licence.TakeGrowing); when they do not
// suffice the seats that came later get none, and their certificates are refused with
// NO_SEAT_LEFT. The number of statements does not depend on the number of
// certificates.
func (s *sighting) run(ctx context.Context) error {
	s.group()
	if err := s.find(ctx); err != nil {
		return err
	}
	seats, err := s.lock(ctx)
	if err != nil {
		return err
	}
	made, err := s.place(ctx, seats)
	if err != nil {
		return err
	}
	if err := s.add(ctx, made); err != nil {
		return err
	}
	if err := s.seenLater(ctx, false); err != nil {
		return err
	}
	if err := s.license(ctx, made); err != nil {
		return err
	}
	if err := s.change(ctx); err != nil {
		return err
	}
	s.record(made)
	return s.after.settle(ctx, s.tx)
}

// group finds which of the input is the same certificate. One that stands twice at
// the same place, or a second time without a place of its own, is a mistake of whoever
// made the input, and told.
func (s *sighting) group() {
	bySum := map[string]*sighted{}
	type at struct{ sha256, place string }
	first := map[at]*seen{}
	for _, one := range s.seen {
		if one.no != nil {
			continue
		}
		here := at{one.text.SHA256, one.at.place}
		subject := bySum[one.text.SHA256]
		earlier := first[here]
		switch {
		case subject == nil:
			subject = &sighted{text: one.text, chain: one.chain}
			bySum[one.text.SHA256] = subject
			s.subjects = append(s.subjects, subject)
		case earlier != nil:
			one.no = refusal.New(refusal.Duplicate, "This certificate stands in the input already (%s); leave it out here.", earlier.about)
			continue
		case one.at.place == "":
			one.no = refusal.New(refusal.Duplicate, "This certificate stands in the input already, and here without a place of its own; leave it out here, or name the file.")
			continue
		}
		first[here], one.subject = one, subject
	}
}

// items are what came of the input; what was refused is recorded.
func (s *sighting) items() []store.Item {
	items := make([]store.Item, len(s.seen))
	for n, one := range s.seen {
		if one.no == nil {
			items[n] = store.Item{ID: id.Of(id.Certificate, one.subject.row), Word: string(one.outcome)}
			continue
		}
		e := audit.Entry{BusinessUnit: s.unit.UUID, Comment: one.about}
		if one.text.SHA256 != "" {
			e.Comment += ", SHA-256 " + one.text.SHA256
		}
		if one.subject != nil && one.subject.known != nil {
			e.ID = one.subject.known.id
		}
		items[n] = s.tx.Refuse(e, store.Item{Word: string(SightingRefused)}, one.no.At(one.path...))
	}
	return items
}
