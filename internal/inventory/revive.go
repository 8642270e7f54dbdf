package inventory

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// spot is where one active enrollment may stand: a seat's place under a profile.
type spot struct {
	profile uuid.UUID
	place
}

func (l *locked) spot() spot { return spot{l.profile, l.place()} }

// lockToRevive is lockEnrollments for acts that bring an expired enrollment back
// to life: with those that hold its spot, so that one of them whose time has
// passed is written down as expired first, and any other is known as a rival.
func (i *Inventory) lockToRevive(ctx context.Context, tx *store.Tx, s sight, ids []id.ID) (*hold, error) {
	h, err := i.lockBeside(ctx, tx, s, ids, func(rows []uuid.UUID) ([]uuid.UUID, error) { return rivals(ctx, tx, rows) })
	if err != nil {
		return nil, err
	}
	h.spots = map[spot][]*locked{}
	for _, l := range h.all {
		h.spots[l.spot()] = append(h.spots[l.spot()], l)
	}
	for _, l := range h.all {
		if l.status.Active() {
			h.takeSpot(l)
		}
	}
	return h, nil
}

// rivals are the enrollments that hold the spots of others, as is written.
func rivals(ctx context.Context, tx *store.Tx, rows []uuid.UUID) ([]uuid.UUID, error) {
	found, err := readAll(ctx, tx, `SELECT o.id FROM enrollments e JOIN enrollments o ON o.profile_id = e.profile_id AND o.business_unit_id = e.business_unit_id
AND o.seat_type = e.seat_type AND o.seat_key = e.seat_key AND o.id <> e.id WHERE e.id = ANY($1) AND o.status IN `+inActive,
		[]any{pq.Array(rows)}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return nil, fmt.Errorf("find who holds the place of enrollments: %w", err)
	}
	ids := make([]uuid.UUID, len(found))
	for n, u := range found {
		ids[n] = *u
	}
	return ids, nil
}

// takeSpot keeps a spot for the enrollment that is active there, or has just been
// revived: the others of the call that wait there have a rival.
func (h *hold) takeSpot(holder *locked) {
	for _, l := range h.spots[holder.spot()] {
		l.rival = l.rival || l != holder
	}
}

// takenMeanwhile is ErrAgain for the error of a change that the index of the spots
// refused: somebody took one after it was looked at, and under the next locks that
// shows. Any other error stays.
func takenMeanwhile(err error) error {
	var no *pq.Error
	if errors.As(err, &no) && no.Constraint == "enrollments_one_active" {
		return store.ErrAgain
	}
	return err
}

// moves reports by how much the move of an enrollment to another status changes
// the number of its seat's active ones.
func (l *locked) moves(to lifecycle.Status) int {
	switch {
	case l.seatRow == nil || l.status.Active() == to.Active():
		return 0
	case to.Active():
		return 1
	}
	return -1
}

// revived is what becomes of an expired enrollment that gets the time that it was
// promised once more, from now.
func (l *locked) revived(now time.Time, to lifecycle.Status) (before, after store.Row) {
	before = store.Row{"status": l.status, "expires_at": l.expiresAt}
	return before, store.Row{"status": to, "expires_at": now.Add(time.Duration(l.promise.ExpirySeconds) * time.Second)}
}
