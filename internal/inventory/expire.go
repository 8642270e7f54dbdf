package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// ExpireDue writes down, as the system, that up to limit enrollments have
// expired, the longest ago first, and returns how many. Everybody has read them
// as EXPIRED since their time passed; this keeps the branch of the due ones
// small, and the figures within a minute of the truth.
func (i *Inventory) ExpireDue(ctx context.Context, limit int) (int, error) {
	ctx = i.store.Pin(viewer.With(ctx, viewer.TheSystem()))
	due, err := readAll(ctx, i.read, `SELECT e.id FROM enrollments e WHERE e.status IN `+inExpiring+` AND e.expires_at <= $1 AND e.issuance IS DISTINCT FROM 'REQUESTED'
ORDER BY e.expires_at, e.id LIMIT $2`, []any{i.store.Now(ctx), limit}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return 0, fmt.Errorf("find what has expired: %w", err)
	}
	if len(due) == 0 {
		return 0, nil
	}
	ids := make([]id.ID, len(due))
	for n, u := range due {
		ids[n] = id.Of(id.Enrollment, *u)
	}
	everything, err := i.sightOf(ctx)
	if err != nil {
		return 0, err
	}
	out, err := i.store.Do(ctx, store.Cause{Action: audit.Expire, Resource: audit.Enrollment}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, err := i.lockEnrollments(ctx, tx, everything, ids)
		if err != nil {
			return store.Outcome{}, err
		}
		var out store.Outcome
		for _, l := range h.expired { // what another sweep or an approver wrote meanwhile is not in it
			out.Items = append(out.Items, store.Item{ID: id.Of(id.Enrollment, l.id)})
		}
		return out, h.after.settle(ctx, tx)
	})
	return len(out.Items), err
}

// expireDue moves to EXPIRED those of the locked enrollments whose time has
// passed, each with an entry of the system, before anybody decides about them.
// A seat that the approval of one of them made, and that nothing else uses, is
// deleted with it and its licence given back; but one that this transaction is
// about to delete is left to it.
func (h *hold) expireDue(ctx context.Context, tx *store.Tx, all []*locked) error {
	var due []*locked
	var changes []store.Change
	for _, l := range all {
		if lifecycle.Effective(l.status, l.expiresAt, tx.Now(), l.issuing()) == l.status {
			continue
		}
		f := l.facts(tx)
		f.By, f.TimePassed, f.Permissions = lifecycle.BySystem, true, 0
		to, no := lifecycle.Decide(f, lifecycle.ActExpire)
		if no != nil {
			return fmt.Errorf("expire enrollment %s: %w", l.id, no)
		}
		changes = append(changes, l.change(store.Row{"status": l.status}, store.Row{"status": to}))
		due = append(due, l)
	}
	if err := tx.Apply(ctx, audit.Enrollment, changes); err != nil {
		return err
	}
	h.expired = due
	approved := map[uuid.UUID]bool{}
	for _, l := range due {
		tx.RecordSystem(audit.Entry{Action: audit.Expire, Resource: audit.Enrollment, ID: l.id})
		approved[l.id] = l.status == lifecycle.Approved
		l.status = lifecycle.Expired
		l.version++
		if l.holdsSeat() {
			l.seat.active--
		}
	}
	// Whether a seat is left alone shows when all that expired has let go of it.
	orphans := map[uuid.UUID]*locked{}
	for _, l := range due {
		if l.holdsSeat() && approved[l.id] && l.madeSeat && l.seat.unused() && !h.going[l.seat.id] {
			orphans[l.seat.id] = l
		}
	}
	for _, l := range due {
		if l.holdsSeat() && orphans[l.seat.id] == nil && !h.going[l.seat.id] {
			h.after.active[l.seat.id]--
		}
	}
	return h.deleteOrphans(ctx, tx, all, orphans)
}

// holdsSeat reports whether the enrollment counts among those of its live seat.
func (l *locked) holdsSeat() bool {
	return l.seatRow != nil && l.seat != nil && l.seat.id == *l.seatRow
}

// unused reports whether neither an active enrollment nor a certificate is left.
func (s *lockedSeat) unused() bool { return s.active == 0 && !s.consumed && s.certificates == 0 }

// deleteOrphans deletes the seats that were made by an approval that has expired
// and that nothing uses any more.
func (h *hold) deleteOrphans(ctx context.Context, tx *store.Tx, all []*locked, orphans map[uuid.UUID]*locked) error {
	var changes []store.Change
	for _, l := range all {
		if l.holdsSeat() && orphans[l.seat.id] == l {
			changes = append(changes, store.Change{ID: l.seat.id, BusinessUnit: l.seat.unit, Version: l.seat.version,
				Before: store.Row{"status": lifecycle.SeatEnrolled, "active_enrollments": nil, "deleted_at": nil},
				After:  store.Row{"status": lifecycle.SeatDeleted, "active_enrollments": 0, "deleted_at": tx.Now()}})
		}
	}
	if err := tx.Apply(ctx, audit.Seat, changes); err != nil {
		return err
	}
	for _, c := range changes {
		maker := orphans[c.ID]
		tx.RecordSystem(audit.Entry{Action: audit.DeleteSeat, Resource: audit.Seat, ID: c.ID, Comment: "Made by the approval of " + id.Of(id.Enrollment, maker.id).String() + ", which expired."})
		h.after.released[licence.Pool{Unit: c.BusinessUnit, Type: maker.seatType}]++
	}
	for _, l := range all {
		if l.seat != nil && orphans[l.seat.id] != nil {
			l.seatDeleted = l.seatDeleted || l.holdsSeat()
			l.seat = nil
		}
	}
	return unassign(ctx, tx, changes)
}
