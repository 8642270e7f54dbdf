package inventory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// knownCertificate is a certificate that is here already, as it was read.
type knownCertificate struct {
	id   uuid.UUID
	seat *uuid.UUID
	// live: it is on a seat that lives.
	live                         bool
	issued, imported, discovered bool
	places, version              int
	// locked is the certificate under its lock; nil of one that stays as it is.
	locked *lockedCertificate
	// later are the places on the network that are known, and when it was seen there
	// now, where that is later than ever before.
	later []location
}

// came reports whether the certificate is known to have come this way.
func (k *knownCertificate) came(source lifecycle.CertificateSource) bool {
	switch source {
	case lifecycle.SourceImported:
		return k.imported
	case lifecycle.SourceDiscovered:
		return k.discovered
	case lifecycle.SourceIssued:
		return k.issued
	}
	return false
}

// find reads which of the certificates are here already, on what seats, and which of
// the places are known, by one statement without a lock: what turns out to be as it
// was is neither locked nor written.
func (s *sighting) find(ctx context.Context) error {
	var which []int64
	var sums, places []string
	for n, one := range s.seen {
		if one.no == nil {
			which, sums, places = append(which, int64(n)), append(sums, one.text.SHA256), append(places, one.at.place)
		}
	}
	if len(which) == 0 {
		return nil
	}
	type row struct {
		n int
		knownCertificate
		lastSeen *time.Time
	}
	found, err := readAll(ctx, s.tx, `SELECT v.n, c.id, c.seat_row_id, s.id IS NOT NULL AND s.deleted_at IS NULL, c.issued, c.imported, c.discovered, c.places, c.version, l.last_seen_at
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS v(n, sha256, place)
JOIN certificates c ON c.business_unit_id = $1 AND c.sha256 = v.sha256
LEFT JOIN seats s ON s.id = c.seat_row_id
LEFT JOIN certificate_locations l ON l.certificate_id = c.id AND l.source = $5 AND l.place = v.place`,
		[]any{s.unit.UUID, pq.Array(which), pq.Array(sums), pq.Array(places), string(s.source)}, nil, func(r *row) []any {
			return []any{&r.n, &r.id, &r.seat, &r.live, &r.issued, &r.imported, &r.discovered, &r.places, &r.version, &r.lastSeen}
		})
	if err != nil {
		return fmt.Errorf("find the certificates that were seen: %w", err)
	}
	lastSeen := make(map[*seen]time.Time, len(found))
	for _, r := range found {
		one := s.seen[r.n]
		if one.subject.known == nil {
			one.subject.known, one.subject.row = &r.knownCertificate, r.id
		}
		if r.lastSeen != nil {
			lastSeen[one] = *r.lastSeen
		}
	}
	for _, one := range s.seen {
		if one.no != nil || one.at.place == "" {
			continue
		}
		subject := one.subject
		last, known := lastSeen[one]
		switch {
		case !known:
			subject.places = append(subject.places, one.at)
		case s.source == lifecycle.SourceDiscovered && one.at.when.After(last):
			subject.known.later = append(subject.known.later, one.at)
		}
	}
	return nil
}

// lock locks what the certificates that are not as they were need: the seats that
// they may be placed on, and those that they were on and that were deleted, by id;
// then those of them that are here already, by id. It returns the live seats by their
// key. When something was changed since it was read the transaction looks again.
func (s *sighting) lock(ctx context.Context) (map[string]*lockedSeat, error) {
	var keys []string
	var gone, changing []uuid.UUID
	for _, subject := range s.subjects {
		known := subject.known
		if subject.seatless() {
			derived := derivedSeatID(subject.text)
			keys = append(keys, seatKey(derived), seatKey(clashSeatID(derived, subject.text.SHA256)))
			if known != nil && known.seat != nil {
				gone = append(gone, *known.seat)
			}
		}
		if known != nil && (!known.live || subject.gains(s.source)) {
			changing = append(changing, known.id)
		}
	}
	seats := map[string]*lockedSeat{}
	if len(keys) > 0 {
		found, err := lockedSeats(ctx, s.tx, `s.id = ANY(ARRAY(SELECT t.id FROM seats t WHERE t.deleted_at IS NULL AND t.business_unit_id = $1 AND t.seat_type = $2 AND t.seat_key = ANY($3))) OR s.id = ANY($4)`,
			s.unit.UUID, string(s.seatType), pq.Array(keys), pq.Array(gone))
		if err != nil {
			return nil, err
		}
		for _, seat := range found {
			switch {
			case seat.status != lifecycle.SeatDeleted:
				seats[seat.key] = seat
			case !slices.Contains(gone, seat.id):
				return nil, store.ErrAgain // it was deleted while its lock was waited for
			}
		}
	}
	return seats, s.lockKnown(ctx, changing)
}

// lockKnown locks certificates that are here already, and notices when one was
// changed since it was read.
func (s *sighting) lockKnown(ctx context.Context, changing []uuid.UUID) error {
	if len(changing) == 0 {
		return nil
	}
	locked, err := lockCertificates(ctx, s.tx, "c.id = ANY($1)", pq.Array(changing))
	if err != nil {
		return err
	}
	byID := make(map[uuid.UUID]*lockedCertificate, len(locked))
	for _, c := range locked {
		byID[c.id] = c
	}
	var reseated []*lockedCertificate
	for _, subject := range s.subjects {
		if known := subject.known; known != nil && byID[known.id] != nil {
			if known.locked = byID[known.id]; known.locked.version != known.version {
				return store.ErrAgain
			}
			if subject.seatless() {
				reseated = append(reseated, known.locked)
			}
		}
	}
	return expireCertificates(ctx, s.tx, reseated, func(c *lockedCertificate) { c.uncount(s.after) })
}

// place decides which seat each certificate gets that needs one, and returns the new
// ones.
func (s *sighting) place(ctx context.Context, seats map[string]*lockedSeat) ([]*placedSeat, error) {
	var holding []uuid.UUID
	p := placing{now: s.tx.Now(), unit: s.unit.UUID, seatType: s.seatType, seats: make(map[string]*placedSeat, len(seats))}
	for key, seat := range seats {
		p.seats[key] = &placedSeat{id: seat.id, key: key}
		if seat.certificates > 0 {
			holding = append(holding, seat.id)
		}
	}
	held, err := holdings(ctx, s.tx, holding)
	if err != nil {
		return nil, err
	}
	for _, seat := range p.seats {
		seat.holds = held[seat.id]
	}
	for _, subject := range s.subjects {
		if subject.seatless() {
			subject.seat = p.place(subject.text, s.statusOf(subject).Counts())
		}
	}
	return p.made, nil
}

// statusOf is the status that a certificate has when it gets its seat: of one that is
// known, the one it had.
func (s *sighting) statusOf(subject *sighted) lifecycle.CertificateStatus {
	switch {
	case subject.known != nil:
		return subject.known.locked.status
	case !s.tx.Now().Before(subject.text.NotAfter):
		return lifecycle.CertificateExpired
	}
	return lifecycle.CertificateIssued
}
