package inventory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// checkCertificates refuses the final approval for a seat that holds one
// certificate at a time and has one, outside the renewal window.
func (a *approving) checkCertificates(ctx context.Context) error {
	var full []uuid.UUID
	for _, y := range a.yes {
		if y.to == lifecycle.Approved && y.l.seat != nil && !y.l.seatType.HoldsSeveral() && y.l.seat.certificates > 0 {
			full = append(full, y.l.seat.id)
		}
	}
	held, err := holdings(ctx, a.tx, full)
	if err != nil {
		return err
	}
	for _, y := range a.yes {
		if y.to == lifecycle.Approved && y.l.seat != nil {
			y.no = hasCertificate(a.tx.Now(), y.l.seatType, y.l.seatID, held[y.l.seat.id], y.l.promise)
		}
	}
	return nil
}

// seatThem gives each request that is approved for good its seat: the live one
// of its key, or a new one, for which a licence is taken. Which requests get the
// last licences is decided in the order asked, under the lock of the pool.
func (a *approving) seatThem(ctx context.Context) error {
	needy := map[place][]*approval{}
	var order []place
	for _, y := range a.yes {
		if y.to != lifecycle.Approved || y.no != nil || y.seat != nil {
			continue
		}
		if s := y.l.seat; s != nil {
			y.seat = &s.id
			a.after.active[s.id]++
			continue
		}
		at := y.l.place()
		if needy[at] == nil {
			order = append(order, at)
		}
		needy[at] = append(needy[at], y)
	}
	if len(order) == 0 {
		return nil
	}
	made, err := a.insertSeats(ctx, order, needy)
	if err != nil {
		return err
	}
	wants := map[licence.Pool]int{}
	for _, at := range order {
		wants[licence.Pool{Unit: at.unit, Type: at.seatType}]++
	}
	for pool := range wants {
		wants[pool] += a.spoken[pool]
	}
	// What an expiry in this very transaction gives back is there to be taken.
	if err := a.after.release(ctx, a.tx); err != nil {
		return err
	}
	grants, err := licence.Take(ctx, a.tx, wantList(wants))
	if err != nil {
		return err
	}
	return a.share(ctx, order, needy, made, grants)
}

// insertSeats adds the missing seats in the order of their keys, so that two
// transactions that add the same seats wait for each other and do not deadlock.
func (a *approving) insertSeats(ctx context.Context, order []place, needy map[place][]*approval) (map[place]uuid.UUID, error) {
	sorted := slices.SortedFunc(slices.Values(order), func(x, y place) int {
		return cmp.Or(cmp.Compare(x.unit.String(), y.unit.String()), cmp.Compare(x.seatType, y.seatType), cmp.Compare(x.key, y.key))
	})
	rows, made := make([]store.Row, len(sorted)), make(map[place]uuid.UUID, len(sorted))
	for n, at := range sorted {
		first := needy[at][0].l
		rows[n] = newSeat(a.tx.Now(), at, first.seatID, first.name, first.email, "")
		rows[n]["status"], rows[n]["active_enrollments"], rows[n]["created_by_enrollment_id"] = lifecycle.SeatEnrolled, len(needy[at]), first.id
		made[at] = rows[n]["id"].(uuid.UUID)
	}
	added, err := a.tx.Insert(ctx, audit.Seat, onlyLiveSeats, rows)
	if err != nil {
		return nil, err
	}
	if len(added) != len(rows) {
		return nil, store.ErrAgain // somebody made one of them meanwhile: look again
	}
	return made, nil
}

// onlyLiveSeats is the index by which a seat is unique.
const onlyLiveSeats = "(business_unit_id, seat_type, seat_key) WHERE deleted_at IS NULL"

// newSeat is the row of a seat that is being made.
func newSeat(now time.Time, at place, seatID, name, email, phone string) store.Row {
	return store.Row{
		"id": uuid.Must(uuid.NewV7()), "version": 1, "created_at": now, "updated_at": now, "business_unit_id": at.unit, "seat_type": at.seatType,
		"seat_id": tidy(seatID), "seat_key": at.key, "name": name, "email": email, "phone": phone, "search_text": searchText(seatID, name, email),
		"status": lifecycle.SeatCreated, "unused_since": now,
		"consumed": false, "active_enrollments": 0, "valid_certificates": 0, "created_by_enrollment_id": nil,
	}
}

// share hands the licences that were granted to the new seats in the order
// asked; a seat that got none is taken back and its requests are refused.
func (a *approving) share(ctx context.Context, order []place, needy map[place][]*approval, made map[place]uuid.UUID, grants map[licence.Pool]licence.Grant) error {
	left := map[licence.Pool]int{}
	for pool, g := range grants {
		left[pool] = g.Got - a.spoken[pool]
	}
	var back []uuid.UUID
	for _, at := range order {
		pool := licence.Pool{Unit: at.unit, Type: at.seatType}
		seat := made[at]
		if left[pool] > 0 {
			left[pool]--
			a.took[pool]++
			a.tx.Record(audit.Entry{Action: audit.CreateSeat, Resource: audit.Seat, ID: seat, Comment: "By the approval of " + id.Of(id.Enrollment, needy[at][0].l.id).String() + "."})
			for _, y := range needy[at] {
				y.seat, y.made = &seat, true
			}
			continue
		}
		back = append(back, seat)
		for _, y := range needy[at] {
			y.no = licence.NoSeatLeft(y.l.unitName, at.seatType, grants[pool].Figures)
		}
	}
	return a.tx.TakeBack(ctx, audit.Seat, back)
}

// wantList is the wants as package licence takes them.
func wantList(wants map[licence.Pool]int) []licence.Want {
	list := make([]licence.Want, 0, len(wants))
	for pool, n := range wants {
		list = append(list, licence.Want{Pool: pool, N: n})
	}
	return list
}
