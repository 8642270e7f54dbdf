package accounting

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// act is one use case: how often it is drawn beside the others, and how a step of
// it is played.
type act struct {
	name   string
	weight int
	play   func(context.Context, player, step, *answer) error
}

// acts are all that a script can do. What makes something is drawn more often than
// what ends it.
func acts() []act {
	return []act{
		{"createSeats", 4, createSeats},
		{"requestEnrollment", 5, requestEnrollment},
		{"approveEnrollment", 5, approveEnrollment},
		{"linkCertificate", 5, linkCertificate},
		{"enrollSeat", 3, enrollSeat},
		{"allocateSeats", 4, allocateSeats},
		{"deleteSeat", 3, deleteSeat},
		{"importSeats", 4, importSeats},
		{"createSeat", 3, createSeat},
		{"approveEnrollments", 3, approveEnrollments},
		{"enrollSeats", 2, enrollSeats},
		{"deleteSeats", 2, deleteSeats},
		{"unlinkCertificates", 2, unlinkCertificates},
		{"revokeCertificates", 2, revokeCertificates},
		{"setPurchasedSeats", 2, setPurchasedSeats},
		{"updateSeat", 2, updateSeat},
		{"expireDue", 2, expireDue},
		{"expireCertificates", 2, expireCertificates},
		{"withdrawEnrollment", 2, withdrawEnrollment},
		{"redeem", 6, redeem},
		{"guess", 5, guess},
		{"pickUp", 4, pickUp},
		{"attachCertificate", 2, attachCertificate},
		{"resetEnrollments", 5, resetEnrollments},
		{"unlockEnrollments", 3, unlockEnrollments},
		{"resendEnrollment", 2, resendEnrollment},
		{"cancelEnrollments", 1, cancelEnrollments},
		{"importCertificates", 5, importCertificates},
		{"recordDiscovered", 4, recordDiscoveredCertificates},
		{"deleteSeen", 3, ofSeen(deleteSeats)},
		{"revokeSeen", 2, ofSeen(revokeCertificates)},
		{"allocateSeen", 1, ofSeen(allocateSeats)},
		{"revokeCertificate", 2, revokeCertificate},
		{"suspendCertificate", 4, suspendCertificate},
		{"resumeCertificate", 4, resumeCertificate},
		{"renewCertificate", 6, renewCertificate},
		{"rejectEnrollment", 1, rejectEnrollment},
		{"rejectEnrollments", 1, rejectEnrollments},
		{"changeStatus", 1, changeStatus},
		{"deleteBusinessUnit", 1, deleteBusinessUnit},
	}
}

// weighted is the names of the acts, each as often as its weight. rapid draws the
// first ones of a list somewhat more often, so each comes once before any comes twice.
func weighted() []string {
	var names []string
	for round := 1; ; round++ {
		before := len(names)
		for _, a := range acts() {
			if a.weight >= round {
				names = append(names, a.name)
			}
		}
		if len(names) == before {
			return names
		}
	}
}

// played is the act of a name.
func played(name string) act {
	for _, a := range acts() {
		if a.name == name {
			return a
		}
	}
	return act{play: func(context.Context, player, step, *answer) error { return fmt.Errorf("there is no act %q", name) }}
}

// unit is the business unit of a step.
func (p player) unit(s step) unit { return p.plan.Units[s.Unit] }

// keys are the seatIds of a step as they are compared.
func (s step) keys() any {
	keys := make([]string, len(s.Seats))
	for n, name := range s.Seats {
		keys[n] = strings.ToLower(name)
	}
	return pq.Array(keys)
}

// look reads ids of things that a step names, as somebody has them on the screen:
// what is then done to them may come too late. Where there are none it gives one
// that identifies nothing.
func (p player) look(ctx context.Context, kind id.Kind, query string, args ...any) ([]id.ID, error) {
	rows, err := p.Store.DB().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look for a step's things: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []id.ID
	for rows.Next() {
		var row uuid.UUID
		if err := rows.Scan(&row); err != nil {
			return nil, fmt.Errorf("look for a step's things: %w", err)
		}
		found = append(found, id.Of(kind, row))
	}
	if len(found) == 0 {
		found = append(found, id.New(kind))
	}
	return found, rows.Err()
}

// seats are the newest seats with the seatIds of a step, one for each: the live one,
// else one that was deleted. Where there are none, they are some of the business unit.
func (p player) seats(ctx context.Context, s step) ([]id.ID, error) {
	return p.look(ctx, id.Seat, `WITH named AS (SELECT DISTINCT ON (seat_key) id FROM seats WHERE business_unit_id = $1 AND seat_type = $2 AND seat_key = ANY($3)
  ORDER BY seat_key, deleted_at IS NULL DESC, id DESC)
SELECT id FROM named
UNION ALL (SELECT id FROM seats WHERE business_unit_id = $1 AND deleted_at IS NULL AND NOT EXISTS (SELECT FROM named) ORDER BY id LIMIT 3)`,
		p.unit(s).ID, s.Type, s.keys())
}

// requests are the newest requests for the seatIds of a step, one for each: one that
// waits, and with the flag one that has ended too. Where there are none, they are
// some of what waits anywhere.
func (p player) requests(ctx context.Context, s step) ([]id.ID, error) {
	return p.look(ctx, id.Enrollment, `WITH named AS (SELECT DISTINCT ON (seat_key) id FROM enrollments
  WHERE business_unit_id = $1 AND seat_type = $2 AND seat_key = ANY($3) AND authentication_method = 'MANUAL_APPROVAL' AND ($5 OR status IN `+waiting+`)
  ORDER BY seat_key, status IN `+waiting+` DESC, id DESC)
SELECT id FROM named
UNION ALL (SELECT id FROM enrollments WHERE business_unit_id = ANY($4) AND status IN `+waiting+` AND NOT EXISTS (SELECT FROM named) ORDER BY id LIMIT 3)`,
		p.unit(s).ID, s.Type, s.keys(), pq.Array(p.plan.units()), s.Flag)
}

// ownRequests are some of what the person has asked for and waits.
func (p player) ownRequests(ctx context.Context, s step) ([]id.ID, error) {
	return p.look(ctx, id.Enrollment, `SELECT id FROM enrollments WHERE business_unit_id = ANY($1) AND status IN `+waiting+` AND requester_subject = $2 ORDER BY id LIMIT 3`,
		pq.Array(p.plan.units()), s.Who)
}

// waiting are the statuses in which a request is decided about.
const waiting = `('PENDING', 'IN_PROGRESS', 'PENDING_SECOND_APPROVAL')`

// certificates are the newest certificates of the seats with the seatIds of a step,
// one for each: one that is valid, else another. Where there are none, they are some
// of the business unit, and may have lost their seats.
func (p player) certificates(ctx context.Context, s step) ([]id.ID, error) {
	return p.look(ctx, id.Certificate, `WITH named AS (SELECT DISTINCT ON (s.seat_key) c.id FROM certificates c JOIN seats s ON s.id = c.seat_row_id
  WHERE s.business_unit_id = $1 AND s.seat_type = $2 AND s.seat_key = ANY($3) ORDER BY s.seat_key, c.status = 'ISSUED' DESC, c.id DESC)
SELECT id FROM named
UNION ALL (SELECT id FROM certificates WHERE business_unit_id = $1 AND NOT EXISTS (SELECT FROM named) ORDER BY status = 'ISSUED' DESC, id LIMIT 3)`,
		p.unit(s).ID, s.Type, s.keys())
}

// profileOf is the profile of a step's business unit and type; one that identifies
// nothing where the type has none.
func profileOf(profiles map[lifecycle.SeatType]uuid.UUID, s step) id.ID {
	if row, ok := profiles[s.Type]; ok {
		return id.Of(id.Profile, row)
	}
	return id.New(id.Profile)
}
