package licence

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// AllocateSeatsInput is what a business unit is to have of a seat type: the new
// figure, not a difference.
type AllocateSeatsInput struct {
	BusinessUnitID  id.ID
	SeatType        lifecycle.SeatType
	Allocated       int
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Allocate sets how many licences of a seat type a business unit has, and draws
// the difference from the account's pool or gives it back. It is refused with
// NOT_FOUND, INVALID, CONFLICT, with SEATS_IN_THE_WAY below the seats that
// exist, and with NO_LICENCE_LEFT when the pool is short. A figure that is set
// ends growing by itself. The figure that it is already is done and leaves no
// entry.
func (ls *Licences) Allocate(ctx context.Context, in AllocateSeatsInput) (*AllocationPayload, error) {
	sc, err := ls.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	unit := uuid.Nil
	if in.BusinessUnitID.Kind == id.BusinessUnit {
		unit = in.BusinessUnitID.UUID
	}
	out, err := ls.store.Do(ctx, store.Cause{
		Mutation: "allocateSeats", Action: audit.AllocateSeats, Resource: audit.Allocation, Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if in.Allocated < 0 || in.Allocated > most {
			return store.Outcome{}, refusal.New(refusal.Invalid, "The figure is %d; 0 to %d licences can be allocated.", in.Allocated, most).At("allocated")
		}
		held, err := businessunit.Hold(ctx, tx, sc, unit)
		if err != nil {
			return store.Outcome{}, err
		}
		u, ok := held[unit]
		if !ok {
			return store.Outcome{}, businessunit.NotFound(in.BusinessUnitID).At("businessUnitId")
		}
		a, err := lockAllocation(ctx, tx, Pool{unit, in.SeatType}, in.Allocated)
		if err != nil {
			return store.Outcome{}, err
		}
		if in.ExpectedVersion != nil && *in.ExpectedVersion != a.version {
			return store.Outcome{}, stale(u.Name, in, a)
		}
		if in.Allocated < a.Created {
			return store.Outcome{}, inTheWay(ctx, tx, u.Name, in, a)
		}
		done := store.Done(id.Of(id.Allocation, a.row))
		if in.Allocated == a.Allocated && !a.grows && !a.fresh {
			return done, nil
		}
		p, err := lockPool(ctx, tx, in.SeatType)
		if err != nil {
			return store.Outcome{}, err
		}
		missing := in.Allocated - a.Allocated
		if p.purchased != nil && missing > 0 && p.allocated+missing > *p.purchased {
			return store.Outcome{}, short(in, a, p, tx.Viewer().Units.All)
		}
		if err := a.write(ctx, tx, unit, in); err != nil {
			return store.Outcome{}, err
		}
		if err := draw(ctx, tx, p, missing); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: a.row, BusinessUnit: unit})
		return done, nil
	})
	return ls.allocationPayload(ctx, in, out, err)
}

// lockedAllocation is an allocation as it was when this transaction locked it. A
// fresh one was made by this transaction, with the figure asked for: nothing was
// allocated before.
type lockedAllocation struct {
	row uuid.UUID
	Figures
	grows   bool
	version int
	fresh   bool
}

// lockAllocation locks a pool's allocation, or makes it with the figure where
// there is none; whoever makes it at the same time is waited for.
func lockAllocation(ctx context.Context, tx *store.Tx, p Pool, figure int) (lockedAllocation, error) {
	a, found, err := findAllocation(ctx, tx, p)
	if found || err != nil {
		return a, err
	}
	row := id.New(id.Allocation).UUID
	added, err := tx.Insert(ctx, audit.Allocation, "(business_unit_id, seat_type)", []store.Row{{
		"id": row, "version": 1, "created_at": tx.Now(), "updated_at": tx.Now(), "business_unit_id": p.Unit, "seat_type": p.Type,
		"allocated": figure, "created": 0, "consumed": 0, "grows": false,
	}})
	if err != nil {
		return a, err
	}
	if added[row] {
		return lockedAllocation{row: row, fresh: true}, nil
	}
	a, found, err = findAllocation(ctx, tx, p)
	if err == nil && !found {
		err = fmt.Errorf("lock an allocation of %s: it was there and is gone", p.Type)
	}
	return a, err
}

func findAllocation(ctx context.Context, tx *store.Tx, p Pool) (a lockedAllocation, found bool, err error) {
	rows, err := tx.Query(ctx, `SELECT id, allocated, created, consumed, grows, version FROM seat_allocations
WHERE business_unit_id = $1 AND seat_type = $2 FOR UPDATE`, p.Unit, p.Type)
	if err != nil {
		return a, false, fmt.Errorf("lock an allocation of %s: %w", p.Type, err)
	}
	defer func() { _ = rows.Close() }()
	if found = rows.Next(); found {
		if err := rows.Scan(&a.row, &a.Allocated, &a.Created, &a.Consumed, &a.grows, &a.version); err != nil {
			return a, false, fmt.Errorf("lock an allocation of %s: %w", p.Type, err)
		}
	}
	return a, found, rows.Err()
}

// write sets the figure; a fresh allocation has it already.
func (a lockedAllocation) write(ctx context.Context, tx *store.Tx, unit uuid.UUID, in AllocateSeatsInput) error {
	if a.fresh {
		return nil
	}
	change := tx.Ent().SeatAllocation.UpdateOneID(a.row).SetAllocated(in.Allocated).SetGrows(false).AddVersion(1).SetUpdatedAt(tx.Now())
	if err := change.Exec(ctx); err != nil {
		return fmt.Errorf("allocate licences to business unit %s: %w", unit, err)
	}
	return nil
}

func stale(unitName string, in AllocateSeatsInput, a lockedAllocation) *refusal.Refusal {
	if a.fresh {
		return refusal.New(refusal.Conflict, "No %s licences were ever allocated to %s, so there is no version %d; leave expectedVersion out.", in.SeatType, unitName, *in.ExpectedVersion).At("expectedVersion")
	}
	return refusal.New(refusal.Conflict, "The %s licences of %s were changed by somebody else (version %d, you sent %d); read them again.",
		in.SeatType, unitName, a.version, *in.ExpectedVersion).At("expectedVersion")
}

// short is the no of a pool that has too little. How much the account has, and how
// much of it the other business units, is told to those who see all of them.
func short(in AllocateSeatsInput, a lockedAllocation, p pool, seesAll bool) *refusal.Refusal {
	more, left := in.Allocated-a.Allocated, *p.purchased-p.allocated
	if !seesAll {
		return refusal.New(refusal.NoLicenceLeft, "Raising this allocation from %d to %d needs %d more %s licences, and the account has not that many left. Ask for fewer, or have somebody who sees all business units purchase more or lower another allocation.",
			a.Allocated, in.Allocated, more, in.SeatType).At("allocated")
	}
	return refusal.New(refusal.NoLicenceLeft, "The account has %d %s licences, of which %d are allocated; raising this allocation from %d to %d needs %d more, and %d are missing. Purchase more, or lower another allocation.",
		*p.purchased, in.SeatType, p.allocated, a.Allocated, in.Allocated, more, more-left).At("allocated")
}

// shownInTheWay is how many of the seats in the way are named.
const shownInTheWay = 5

// inTheWay is the no to a figure below the seats that exist: how many must go,
// and the first of them by their id, to those who may see seats. A fault to read
// them is returned in its place.
func inTheWay(ctx context.Context, tx *store.Tx, unitName string, in AllocateSeatsInput, a lockedAllocation) error {
	n := a.Created - in.Allocated
	sentence := fmt.Sprintf("%d %s seats of %s stand in the way of an allocation of %d: %d exist.", n, in.SeatType, unitName, in.Allocated, a.Created)
	if n == 1 {
		sentence = fmt.Sprintf("1 %s seat of %s stands in the way of an allocation of %d: %d exist.", in.SeatType, unitName, in.Allocated, a.Created)
	}
	if tx.Viewer().May(lifecycle.ViewSeats) {
		names, err := firstSeats(ctx, tx, Pool{in.BusinessUnitID.UUID, in.SeatType}, min(n, shownInTheWay))
		if err != nil {
			return err
		}
		sentence += " The first: " + strings.Join(names, ", ") + "."
	}
	return refusal.New(refusal.SeatsInTheWay, "%s Delete seats first, or allocate at least %d.", sentence, a.Created).At("allocated")
}

func firstSeats(ctx context.Context, tx *store.Tx, p Pool, n int) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT seat_id FROM seats WHERE business_unit_id = $1 AND seat_type = $2 AND deleted_at IS NULL ORDER BY seat_key LIMIT $3`, p.Unit, p.Type, n)
	if err != nil {
		return nil, fmt.Errorf("read the seats in the way: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("read the seats in the way: %w", err)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// allocationPayload reads the allocation anew with the viewer's present rights.
func (ls *Licences) allocationPayload(ctx context.Context, in AllocateSeatsInput, out store.Outcome, err error) (*AllocationPayload, error) {
	if err != nil {
		return nil, err
	}
	p := &AllocationPayload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	if slices.ContainsFunc(p.UserErrors, func(no *refusal.Refusal) bool { return no.Code == refusal.NotFound }) {
		return p, nil
	}
	p.SeatAllocation, err = ls.allocationOf(ctx, Pool{in.BusinessUnitID.UUID, in.SeatType})
	return p, err
}
