package licence

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// SetPurchasedSeatsInput is what the account has bought of a seat type: a figure,
// or as many as anybody wants. That has to be said: in JSON a figure that was
// forgotten looks like none.
type SetPurchasedSeatsInput struct {
	SeatType        lifecycle.SeatType
	Purchased       *int
	Unlimited       *bool
	ExpectedVersion *int
	IdempotencyKey  *string
}

// SetPurchased says how many licences of a seat type the account has. It is
// refused with INVALID, CONFLICT, and with NO_LICENCE_LEFT below what is
// allocated. The figure that it is already is done and leaves no entry.
func (ls *Licences) SetPurchased(ctx context.Context, in SetPurchasedSeatsInput) (*LicensePayload, error) {
	out, err := ls.store.Do(ctx, store.Cause{
		Mutation: "setPurchasedSeats", Action: audit.SetPurchasedSeats, Resource: audit.License, Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := in.malformed(); no != nil {
			return store.Outcome{}, no
		}
		p, err := lockPool(ctx, tx, in.SeatType)
		if err != nil {
			return store.Outcome{}, err
		}
		done := store.Done(id.Of(id.License, p.row))
		switch {
		case in.ExpectedVersion != nil && *in.ExpectedVersion != p.version:
			return store.Outcome{}, refusal.New(refusal.Conflict, "The %s licences were changed by somebody else (version %d, you sent %d); read them again.", in.SeatType, p.version, *in.ExpectedVersion).At("expectedVersion")
		case in.Purchased != nil && *in.Purchased < p.allocated:
			return store.Outcome{}, refusal.New(refusal.NoLicenceLeft, "%d %s licences are allocated to business units, %d more than the %d to be purchased; lower their allocations first.",
				p.allocated, in.SeatType, p.allocated-*in.Purchased, *in.Purchased).At("purchased")
		case in.Purchased == nil && p.purchased == nil, in.Purchased != nil && p.purchased != nil && *in.Purchased == *p.purchased:
			return done, nil
		}
		change := tx.Ent().SeatLicense.UpdateOneID(p.row).AddVersion(1).SetUpdatedAt(tx.Now())
		if in.Purchased == nil {
			change.ClearPurchased()
		} else {
			change.SetPurchased(*in.Purchased)
		}
		if err := change.Exec(ctx); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: p.row})
		return done, nil
	})
	if err != nil {
		return nil, err
	}
	payload := &LicensePayload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	payload.SeatLicense, err = ls.licenseOf(ctx, in.SeatType)
	return payload, err
}

// malformed is why the input says no number of licences; nil when it does.
func (in SetPurchasedSeatsInput) malformed() *refusal.Refusal {
	unlimited := in.Unlimited != nil && *in.Unlimited
	switch {
	case in.Purchased == nil && !unlimited:
		return refusal.New(refusal.Invalid, "Say how many %s licences were purchased, or unlimited: true.", in.SeatType).At("purchased")
	case in.Purchased != nil && unlimited:
		return refusal.New(refusal.Invalid, "Purchased licences are either %d or unlimited; say one of the two.", *in.Purchased).At("unlimited")
	case in.Purchased != nil && (*in.Purchased < 0 || *in.Purchased > most):
		return refusal.New(refusal.Invalid, "The figure is %d; 0 to %d licences can be purchased.", *in.Purchased, most).At("purchased")
	}
	return nil
}

// pool is the account's licences of a seat type under this transaction's lock.
type pool struct {
	row       uuid.UUID
	purchased *int
	allocated int
	version   int
}

// lockPool locks the account's pool. Every seat type has one from the first
// migration on.
func lockPool(ctx context.Context, tx *store.Tx, t lifecycle.SeatType) (pool, error) {
	var p pool
	rows, err := tx.Query(ctx, `SELECT id, purchased, allocated, version FROM seat_licenses WHERE seat_type = $1 FOR UPDATE`, t)
	if err != nil {
		return p, fmt.Errorf("lock the %s licences: %w", t, err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return p, fmt.Errorf("lock the %s licences: %w", t, err)
		}
		return p, fmt.Errorf("lock the %s licences: there is no such pool; were all migrations applied?", t)
	}
	if err := rows.Scan(&p.row, &p.purchased, &p.allocated, &p.version); err != nil {
		return p, fmt.Errorf("lock the %s licences: %w", t, err)
	}
	return p, rows.Err()
}

// draw moves licences between the account's pool, which the transaction has
// locked, and allocations; a negative number gives back. The guard repeats what
// the caller has decided.
func draw(ctx context.Context, tx *store.Tx, p pool, n int) error {
	rows, err := tx.Guard(ctx, `UPDATE seat_licenses SET allocated = allocated + $2
WHERE id = $1 AND allocated + $2 >= 0 AND ($2 <= 0 OR purchased IS NULL OR allocated + $2 <= purchased)
RETURNING id`, p.row, n)
	if err != nil {
		return fmt.Errorf("count allocated licences: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return fmt.Errorf("count allocated licences: %w", err)
		}
		return fmt.Errorf("count allocated licences: the pool does not allow a change by %d; gatehouse verify tells what is wrong", n)
	}
	return nil
}
