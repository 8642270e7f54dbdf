package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// locked is an enrollment under this transaction's lock, with all that decides
// about it. Its status is the effective one: what was due has been written as
// EXPIRED before anybody decides.
type locked struct {
	id, unit, profile   uuid.UUID
	seatRow             *uuid.UUID
	unitName            string
	seatType            lifecycle.SeatType
	seatID, seatKey     string
	name, email         string
	status              lifecycle.Status
	method              lifecycle.AuthenticationMethod
	ca                  lifecycle.CAType
	enrollmentMethod    lifecycle.EnrollmentMethod
	expiresAt           time.Time
	approvals, required int
	round, version      int
	issuer, subject     string
	promise             lifecycle.Promise
	madeSeat            bool
	issuance            *lifecycle.IssuanceState
	archived            bool
	seatDeleted         bool
	decided             bool
	attempts            int
	// read is the version that others have seen: before this transaction has written
	// down that the enrollment has expired.
	read int
	// rival: another active enrollment holds the place. It is known to those who
	// have locked what they revive (lockToRevive).
	rival bool
	// seat is the live seat of the enrollment's key, locked; nil when there is none.
	seat *lockedSeat
}

func (l *locked) place() place { return place{l.unit, l.seatType, l.seatKey} }

// hold is the enrollments of one transaction, in the order asked, and what is
// to be done to the counters when all is decided.
type hold struct {
	asked []id.ID
	byID  map[id.ID]*locked
	// all are these and what was locked beside them.
	all []*locked
	// spots are they by where they stand, for those who revive them.
	spots map[spot][]*locked
	// expired are those whose expiry this transaction has written down.
	expired []*locked
	// going are the seats that this transaction deletes itself, with all their
	// enrollments: no expiry deletes them, and nothing is counted on them.
	going map[uuid.UUID]bool
	after *aftermath
}

// lockEnrollments locks the seats and then the enrollments with these ids, each
// in the order of their ids, as far as the viewer may see them, and writes down
// which of them have expired. An id that is not there for the viewer has no
// entry in byID. The number of statements does not depend on the ids.
//
// The seats' keys are read without a lock first: an enrollment's key never
// changes. A seat that appears between the two is noticed when it is inserted,
// or by an enrollment that has got it meanwhile: then the transaction looks again.
func (i *Inventory) lockEnrollments(ctx context.Context, tx *store.Tx, s sight, ids []id.ID) (*hold, error) {
	return i.lockBeside(ctx, tx, s, ids, nil)
}

// lockBeside locks further enrollments together with those asked for: those that
// stand beside these rows. Nobody decides about them for the caller.
func (i *Inventory) lockBeside(ctx context.Context, tx *store.Tx, s sight, ids []id.ID, beside func([]uuid.UUID) ([]uuid.UUID, error)) (*hold, error) {
	h := &hold{byID: map[id.ID]*locked{}, after: i.newAftermath()}
	for _, one := range ids {
		if _, twice := h.byID[one]; !twice {
			h.asked = append(h.asked, one)
			h.byID[one] = nil
		}
	}
	rows, places, err := i.visibleKeys(ctx, tx, s, id.UUIDs(id.Enrollment, h.asked))
	if err != nil {
		return nil, err
	}
	clear(h.byID)
	if len(rows) == 0 {
		return h, nil
	}
	asked := rows
	if beside != nil {
		more, err := beside(rows)
		if err != nil {
			return nil, err
		}
		rows = slices.Concat(asked, more)
	}
	seats, err := lockSeats(ctx, tx, places)
	if err != nil {
		return nil, err
	}
	found, err := lockRows(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	decided, err := decidedBy(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	byRow := make(map[uuid.UUID]*locked, len(found))
	for _, l := range found {
		byRow[l.id] = l
		l.seat, l.decided = seats[l.place()], decided[l.id]
		if l.seatRow != nil && !l.seatDeleted && !l.holdsSeat() {
			return nil, store.ErrAgain // it got its seat after the seats were locked
		}
	}
	for _, row := range asked {
		if l := byRow[row]; l != nil {
			h.byID[id.Of(id.Enrollment, row)] = l
		}
	}
	h.all = found
	return h, h.expireDue(ctx, tx, found)
}

// visibleKeys are the rows that the viewer may see, and the places of their seats.
func (i *Inventory) visibleKeys(ctx context.Context, tx *store.Tx, s sight, ids []uuid.UUID) ([]uuid.UUID, []place, error) {
	if s.none() || len(ids) == 0 {
		return nil, nil, nil
	}
	condition, args := s.condition(1)
	type key struct {
		row uuid.UUID
		at  place
	}
	keys, err := readAll(ctx, tx, "SELECT e.id, e.business_unit_id, e.seat_type, e.seat_key FROM enrollments e WHERE e.id = ANY($1) AND "+condition,
		append([]any{pq.Array(ids)}, args...), nil, func(k *key) []any { return []any{&k.row, &k.at.unit, &k.at.seatType, &k.at.key} })
	if err != nil {
		return nil, nil, fmt.Errorf("find enrollments: %w", err)
	}
	rows, places := make([]uuid.UUID, len(keys)), make([]place, len(keys))
	for n, k := range keys {
		rows[n], places[n] = k.row, k.at
	}
	return rows, places, nil
}

// lockRows locks enrollments in the order of their ids.
func lockRows(ctx context.Context, tx *store.Tx, rows []uuid.UUID) ([]*locked, error) {
	type row struct {
		locked
		promise []byte
	}
	found, err := readAll(ctx, tx, `SELECT e.id, e.business_unit_id, e.profile_id, e.seat_row_id, b.name, e.seat_type, e.seat_id, e.seat_key, e.name, e.email, e.status,
e.authentication_method, e.ca_type, e.enrollment_method, e.expires_at, e.approvals, e.approvals_required, e.round, e.version,
e.requester_issuer, e.requester_subject, e.promise, e.made_seat, e.issuance, p.archived_at IS NOT NULL, sr.deleted_at IS NOT NULL, e.attempts
FROM enrollments e JOIN business_units b ON b.id = e.business_unit_id JOIN certificate_profiles p ON p.id = e.profile_id LEFT JOIN seats sr ON sr.id = e.seat_row_id
WHERE e.id = ANY($1) ORDER BY e.id FOR UPDATE OF e`, []any{pq.Array(rows)}, nil, func(r *row) []any {
		return []any{&r.id, &r.unit, &r.profile, &r.seatRow, &r.unitName, &r.seatType, &r.seatID, &r.seatKey, &r.name, &r.email, &r.status,
			&r.method, &r.ca, &r.enrollmentMethod, &r.expiresAt, &r.approvals, &r.required, &r.round, &r.version,
			&r.issuer, &r.subject, &r.promise, &r.madeSeat, &r.issuance, &r.archived, &r.seatDeleted, &r.attempts}
	})
	if err != nil {
		return nil, fmt.Errorf("lock enrollments: %w", err)
	}
	all := make([]*locked, len(found))
	for n, r := range found {
		if err := json.Unmarshal(r.promise, &r.locked.promise); err != nil {
			return nil, fmt.Errorf("read what enrollment %s was promised: %w", r.id, err)
		}
		r.read = r.version
		all[n] = &r.locked
	}
	return all, nil
}

// decidedBy says which of the enrollments the viewer has approved in its present
// round. It is asked under their locks: a join of the locking statement would
// show what was there before it waited.
func decidedBy(ctx context.Context, tx *store.Tx, rows []uuid.UUID) (map[uuid.UUID]bool, error) {
	v := tx.Viewer()
	found, err := readAll(ctx, tx, `SELECT a.enrollment_id FROM approvals a JOIN enrollments e ON e.id = a.enrollment_id AND e.round = a.round
WHERE a.enrollment_id = ANY($1) AND a.issuer = $2 AND a.subject = $3`, []any{pq.Array(rows), v.Issuer, v.Subject}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return nil, fmt.Errorf("read the viewer's decisions: %w", err)
	}
	decided := make(map[uuid.UUID]bool, len(found))
	for _, u := range found {
		decided[*u] = true
	}
	return decided, nil
}

// change begins a change of the enrollment.
func (l *locked) change(before, after store.Row) store.Change {
	return store.Change{ID: l.id, BusinessUnit: l.unit, Version: l.version, Before: before, After: after}
}

// seatKey is what a seatId is compared by.
func seatKey(seatID string) string { return strings.ToLower(tidy(seatID)) }
