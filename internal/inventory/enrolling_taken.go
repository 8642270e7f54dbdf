package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
)

// taken are the places at which an active enrollment stands under the profile.
// One whose time has passed is written down as expired and stands there no more.
// Whoever makes or ends one holds the lock of its seat, as this transaction does.
func (e *enrolling) taken(ctx context.Context, all []*candidate) (map[place]bool, error) {
	seats := map[place]*lockedSeat{}
	var keys []string
	for _, c := range all {
		if c.seat != nil && c.no == nil && c.seat.status != lifecycle.SeatDeleted && c.at.unit == e.profile.Unit && c.at.seatType == e.profile.SeatType {
			seats[c.at] = c.seat
			keys = append(keys, c.at.key)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	found, err := readAll(ctx, e.tx, `SELECT e.id FROM enrollments e WHERE e.profile_id = $1 AND e.business_unit_id = $2 AND e.seat_type = $3 AND e.seat_key = ANY($4)
AND e.status IN `+inActive, []any{e.profile.ID, e.profile.Unit, string(e.profile.SeatType), pq.Array(keys)}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return nil, fmt.Errorf("find the active enrollments of seats: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(found))
	for n, u := range found {
		ids[n] = *u
	}
	rows, err := lockRows(ctx, e.tx, ids)
	if err != nil {
		return nil, err
	}
	for _, l := range rows {
		l.seat = seats[l.place()]
	}
	h := hold{after: e.after}
	if err := h.expireDue(ctx, e.tx, rows); err != nil {
		return nil, err
	}
	taken := map[place]bool{}
	for _, l := range rows {
		if l.status.Active() {
			taken[l.place()] = true
		}
	}
	return taken, nil
}
