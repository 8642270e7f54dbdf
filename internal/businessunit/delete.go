package businessunit

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// DeleteBusinessUnitInput says which business unit to delete.
type DeleteBusinessUnitInput struct {
	ID              id.ID
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Delete marks a business unit deleted; its key is never free again. It is
// refused with NOT_FOUND, CONFLICT, BUSINESS_UNIT_IS_DEFAULT, and with
// BUSINESS_UNIT_NOT_EMPTY while it has live seats, active enrollments or
// allocated licences. Who is adding one of these holds the business unit (Hold),
// so that this waits for them and sees what they added.
func (us *Units) Delete(ctx context.Context, in DeleteBusinessUnitInput) (*Payload, error) {
	sc, err := us.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	out, err := us.store.Do(ctx, store.Cause{
		Mutation: "deleteBusinessUnit", Action: audit.DeleteBusinessUnit, Resource: audit.BusinessUnit, ID: named(in.ID), Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		u, err := lock(ctx, tx, sc, in.ID, "FOR UPDATE")
		if err != nil {
			return store.Outcome{}, err
		}
		if no := u.stale(in.ExpectedVersion); no != nil {
			return store.Outcome{}, no
		}
		if u.isDefault {
			return store.Outcome{}, refusal.New(refusal.BusinessUnitIsDefault, "This is the account's default business unit, which cannot be deleted; it can be renamed.")
		}
		left, err := leftIn(ctx, tx, in.ID.UUID)
		if err != nil {
			return store.Outcome{}, err
		}
		if len(left) > 0 {
			return store.Outcome{}, notEmpty(u.name, left)
		}
		if err := tx.Ent().BusinessUnit.UpdateOneID(in.ID.UUID).SetDeletedAt(tx.Now()).AddVersion(1).SetUpdatedAt(tx.Now()).Exec(ctx); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: in.ID.UUID})
		return store.Done(in.ID), nil
	})
	return us.payload(ctx, in.ID, out, err)
}

// rest is a kind of things that keep a business unit, and how they go.
type rest struct{ things, remedy string }

// notEmpty names what is left and says how it goes.
func notEmpty(unitName string, left []rest) *refusal.Refusal {
	var things, remedies []string
	for _, r := range left {
		things, remedies = append(things, r.things), append(remedies, r.remedy)
	}
	return refusal.New(refusal.BusinessUnitNotEmpty, "%s still has %s. To delete it, %s first.", unitName, and(things), and(remedies))
}

// and joins what is listed as a sentence does: "a", "a and b", "a, b and c".
func and(list []string) string {
	last := len(list) - 1
	if last == 0 {
		return list[0]
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}

// leftIn names what is still in a business unit. It asks whether, never how
// many. An enrollment whose time has passed is not active, though the sweep may
// not have written it yet.
func leftIn(ctx context.Context, tx *store.Tx, unit uuid.UUID) ([]rest, error) {
	rows, err := tx.Query(ctx, `SELECT
  EXISTS (SELECT 1 FROM seats WHERE business_unit_id = $1 AND deleted_at IS NULL),
  EXISTS (SELECT 1 FROM enrollments WHERE business_unit_id = $1 AND status = ANY($2)
    AND (status <> ALL($3) OR expires_at > $4 OR issuance = 'REQUESTED')),
  EXISTS (SELECT 1 FROM seat_allocations WHERE business_unit_id = $1 AND allocated > 0)`,
		unit, pq.Array(active()), pq.Array(lifecycle.Expiring), tx.Now())
	if err != nil {
		return nil, fmt.Errorf("look what is in a business unit: %w", err)
	}
	defer func() { _ = rows.Close() }()
	all := []rest{
		{"live seats", "delete its seats"},
		{"active enrollments", "reject its requests"},
		{"allocated licences", "allocate 0 licences to it"},
	}
	there := make([]bool, len(all))
	if rows.Next() {
		if err := rows.Scan(&there[0], &there[1], &there[2]); err != nil {
			return nil, fmt.Errorf("look what is in a business unit: %w", err)
		}
	}
	var left []rest
	for i, r := range all {
		if there[i] {
			left = append(left, r)
		}
	}
	return left, rows.Err()
}

// active are the statuses of enrollments that keep a business unit.
func active() []lifecycle.Status {
	var out []lifecycle.Status
	for _, s := range lifecycle.Statuses {
		if s.Active() {
			out = append(out, s)
		}
	}
	return out
}
