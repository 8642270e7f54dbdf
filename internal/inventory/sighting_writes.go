package inventory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// add adds the new seats and the new certificates, each by one statement, in the
// order of what they are unique by: so that two who see the same wait for each other.
// Whoever was slower looks again.
func (s *sighting) add(ctx context.Context, made []*placedSeat) error {
	seats := make([]store.Row, len(made))
	for n, seat := range made {
		seats[n] = seat.row
	}
	slices.SortFunc(seats, func(a, b store.Row) int { return cmp.Compare(a["seat_key"].(string), b["seat_key"].(string)) })
	if err := s.addEach(ctx, audit.Seat, onlyLiveSeats, seats); err != nil {
		return err
	}
	var rows []store.Row
	for _, subject := range s.subjects {
		if subject.known == nil {
			subject.row = uuid.Must(uuid.NewV7())
			rows = append(rows, s.certificateRow(subject))
		}
	}
	slices.SortFunc(rows, func(a, b store.Row) int { return cmp.Compare(a["sha256"].(string), b["sha256"].(string)) })
	return s.addEach(ctx, audit.Certificate, "(business_unit_id, sha256)", rows)
}

func (s *sighting) addEach(ctx context.Context, resource audit.Resource, conflict string, rows []store.Row) error {
	added, err := s.tx.Insert(ctx, resource, conflict, rows)
	if err == nil && len(added) != len(rows) {
		err = store.ErrAgain
	}
	return err
}

// certificateRow is the row of a new certificate.
func (s *sighting) certificateRow(subject *sighted) store.Row {
	row := textRow(subject.text)
	maps.Copy(row, came(s.source))
	maps.Copy(row, store.Row{
		"id": subject.row, "version": 1, "created_at": s.tx.Now(), "updated_at": s.tx.Now(), "business_unit_id": s.unit.UUID, "seat_row_id": subject.seat.id, "assigned": true,
		"enrollment_id": nil, "status": s.statusOf(subject), "authority": nil, "chain": subject.chain, "places": len(subject.places), "revocation_error": "",
		"remind_at": nextReminder(s.tx.Now(), subject.text.NotAfter),
	})
	return row
}

// license takes the licences of the new seats. When there are too few, the seats that
// were needed last get none; they are taken back, their new certificates with them,
// and every certificate that was placed on them is refused.
func (s *sighting) license(ctx context.Context, made []*placedSeat) error {
	if len(made) == 0 {
		return nil
	}
	grant, err := licence.TakeGrowing(ctx, s.tx, licence.Pool{Unit: s.unit.UUID, Type: s.seatType}, len(made))
	if err != nil {
		return err
	}
	if grant.Got == len(made) {
		return nil
	}
	var seats, certificates []uuid.UUID
	for _, seat := range made[grant.Got:] {
		seat.without = true
		seats = append(seats, seat.id)
	}
	for _, subject := range s.subjects {
		if subject.known == nil && subject.seat.without {
			certificates = append(certificates, subject.row)
		}
	}
	for _, one := range s.seen {
		if one.no == nil && one.subject.seat != nil && one.subject.seat.without {
			one.no = licence.NoneGrown(s.held.Name, s.seatType, grant)
		}
	}
	if err := s.tx.TakeBack(ctx, audit.Certificate, certificates); err != nil {
		return err
	}
	return s.tx.TakeBack(ctx, audit.Seat, seats)
}

// change writes what the certificates that are here already gain, and where each was
// seen, when it is certain which have a licence. The certificates are locked, or were
// added just now, so that nothing is waited for here while a counter is held.
func (s *sighting) change(ctx context.Context) error {
	var recognized, reseated []store.Change
	var places []store.Row
	for _, subject := range s.subjects {
		if subject.seat != nil && subject.seat.without {
			continue
		}
		for _, at := range subject.places {
			places = append(places, store.Row{
				"id": uuid.Must(uuid.NewV7()), "certificate_id": subject.row, "business_unit_id": s.unit.UUID, "source": s.source,
				"place": at.place, "host": at.host, "port": at.port, "first_seen_at": at.when, "last_seen_at": at.when,
			})
		}
		if subject.seat != nil {
			s.count(subject)
		}
		known := subject.known
		if known == nil {
			continue
		}
		if known.locked == nil {
			continue
		}
		before, after := s.gained(subject)
		if subject.seat == nil {
			recognized = append(recognized, known.locked.change(before, after))
			continue
		}
		maps.Copy(before, store.Row{"seat_row_id": known.seat, "assigned": false, "remind_at": nil})
		maps.Copy(after, store.Row{"seat_row_id": subject.seat.id, "assigned": true, "remind_at": nextReminder(s.tx.Now(), subject.text.NotAfter)})
		reseated = append(reseated, known.locked.change(before, after))
	}
	if err := s.tx.Apply(ctx, audit.Certificate, recognized); err != nil {
		return err
	}
	if err := s.tx.Apply(ctx, audit.Certificate, reseated); err != nil {
		return err
	}
	if err := s.tx.Add(ctx, migrate.CertificateLocationsTable, places); err != nil {
		return err
	}
	return s.seenLater(ctx, true)
}

// gained are the columns of a known certificate that tell how it came and in how many
// places it was seen.
func (s *sighting) gained(subject *sighted) (before, after store.Row) {
	k := subject.known
	before = store.Row{"imported": k.imported, "discovered": k.discovered, "places": k.places}
	after = store.Row{
		"imported": k.imported || s.source == lifecycle.SourceImported, "discovered": k.discovered || s.source == lifecycle.SourceDiscovered,
		"places": k.places + len(subject.places),
	}
	return before, after
}

// count has the seat that a certificate gets count it, and the deleted one that it
// was on no longer.
func (s *sighting) count(subject *sighted) {
	counts := s.statusOf(subject).Counts()
	if subject.known != nil {
		subject.known.locked.uncount(s.after)
	}
	count := s.after.certificates[subject.seat.id]
	if count.linked = true; counts {
		count.counting++
	}
	s.after.certificates[subject.seat.id] = count
}

// seenLater moves on the time of known places, never backward: of the certificates
// that keep their seats before any counter is locked, as others do; of those that got
// one when it is certain, since nobody else is at their places while they are locked.
// That is no change of a certificate, and no entry tells of it.
func (s *sighting) seenLater(ctx context.Context, seatless bool) error {
	var ids, places, times []string
	for _, subject := range s.subjects {
		if subject.known == nil || subject.seatless() != seatless || subject.seat != nil && subject.seat.without {
			continue
		}
		for _, at := range subject.known.later {
			ids, places, times = append(ids, subject.known.id.String()), append(places, at.place), append(times, at.when.Format(time.RFC3339Nano))
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := guarded(ctx, s.tx, `UPDATE certificate_locations l SET last_seen_at = GREATEST(l.last_seen_at, o.at)
FROM (SELECT t.id, v.at FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS v(certificate, place, at)
  JOIN certificate_locations t ON t.certificate_id = v.certificate AND t.source = $4 AND t.place = v.place ORDER BY t.id FOR UPDATE OF t) o
WHERE l.id = o.id RETURNING l.id`, pq.Array(ids), pq.Array(places), pq.Array(times), string(s.source))
	if err != nil {
		return fmt.Errorf("move on when certificates were seen: %w", err)
	}
	return nil
}
