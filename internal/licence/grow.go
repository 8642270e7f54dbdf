package licence

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/store"
)

// Growth is what a pool that may grow has given.
type Growth struct {
	Grant
	// Exhausted: the allocation grows by itself, and the account has none left for it.
	Exhausted bool
}

// TakeGrowing takes licences as Take does, from a pool whose allocation grows by
// itself (domain.md section 2: import and discovery): what is allocated and free is
// used first; what is short then is added to the allocation, as far as the account
// has licences, and recorded as an act of the system. An allocation whose figure
// somebody has set does not grow, and gives what it has. Where nothing was ever
// allocated, an allocation is made that grows.
//
// It locks the allocation and, when that has to grow, the account's pool: the last
// locks of a transaction.
func TakeGrowing(ctx context.Context, tx *store.Tx, p Pool, n int) (Growth, error) {
	g := Growth{Grant: Grant{Pool: p}}
	if n <= 0 {
		return g, nil
	}
	a, err := lockGrowing(ctx, tx, p, n)
	if err != nil {
		return g, err
	}
	if short := n - a.Available(); short > 0 && a.grows {
		given, err := a.grow(ctx, tx, p, short)
		if err != nil {
			return g, err
		}
		g.Exhausted = given < short
	}
	grants, err := Take(ctx, tx, []Want{{p, n}})
	if err != nil {
		return g, err
	}
	g.Grant = grants[p]
	return g, nil
}

// lockGrowing locks a pool's allocation. Where there is none it makes one that
// grows, with the figure wanted; grow corrects that when the account has not as many.
func lockGrowing(ctx context.Context, tx *store.Tx, p Pool, figure int) (lockedAllocation, error) {
	a, found, err := findAllocation(ctx, tx, p)
	if found || err != nil {
		return a, err
	}
	a, err = makeGrowing(ctx, tx, p, figure)
	a.fresh = true
	return a, err
}

// makeGrowing makes an allocation that grows. Whoever makes it at the same time was
// faster, and is waited for.
func makeGrowing(ctx context.Context, tx *store.Tx, p Pool, figure int) (lockedAllocation, error) {
	row := id.New(id.Allocation).UUID
	added, err := tx.Insert(ctx, audit.Allocation, "(business_unit_id, seat_type)", []store.Row{{
		"id": row, "version": 1, "created_at": tx.Now(), "updated_at": tx.Now(), "business_unit_id": p.Unit, "seat_type": p.Type,
		"allocated": figure, "created": 0, "consumed": 0, "grows": true,
	}})
	if err == nil && !added[row] {
		err = store.ErrAgain
	}
	return lockedAllocation{row: row, grows: true, version: 1}, err
}

// grow raises the allocation by so many licences, or as many as the account has left,
// and says by how many.
func (a lockedAllocation) grow(ctx context.Context, tx *store.Tx, p Pool, by int) (int, error) {
	account, err := lockPool(ctx, tx, p.Type)
	if err != nil {
		return 0, err
	}
	given := by
	if account.purchased != nil {
		given = max(0, min(by, *account.purchased-account.allocated))
	}
	switch {
	case !a.fresh && given > 0:
		err = tx.Apply(ctx, audit.Allocation, []store.Change{{
			ID: a.row, BusinessUnit: p.Unit, Version: a.version, Before: store.Row{"allocated": a.Allocated}, After: store.Row{"allocated": a.Allocated + given},
		}})
	case a.fresh && given < by: // made with more than there is; nobody has seen it
		if err = tx.TakeBack(ctx, audit.Allocation, []uuid.UUID{a.row}); err == nil && given > 0 {
			a, err = makeGrowing(ctx, tx, p, given)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("let the %s licences of business unit %s grow: %w", p.Type, p.Unit, err)
	}
	if given == 0 {
		return 0, nil
	}
	if err := draw(ctx, tx, account, given); err != nil {
		return 0, err
	}
	tx.RecordSystem(audit.Entry{Action: audit.AllocateSeats, Resource: audit.Allocation, ID: a.row, BusinessUnit: p.Unit})
	return given, nil
}
