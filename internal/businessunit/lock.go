package businessunit

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// lockedUnit is a business unit as it is under this transaction's lock.
type lockedUnit struct {
	name                          string
	isDefault                     bool
	approverEmails, managerEmails []string
	version                       int
}

// lock locks a business unit that is not deleted, by the given strength. The
// error is the refusal NOT_FOUND when it does not exist for the viewer.
func lock(ctx context.Context, tx *store.Tx, sc scope.Scope, i id.ID, strength string) (lockedUnit, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT u.name, u.is_default, u.approver_emails, u.manager_emails, u.version FROM business_units u
WHERE u.id = $1 AND u.deleted_at IS NULL AND %s %s`, scope.Condition("u.id", 2), strength), named(i), sc.Arg())
	if err != nil {
		return lockedUnit{}, fmt.Errorf("lock %s: %w", i, err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return lockedUnit{}, fmt.Errorf("lock %s: %w", i, err)
		}
		return lockedUnit{}, NotFound(i).At("id")
	}
	var u lockedUnit
	var approvers, managers []byte
	if err := rows.Scan(&u.name, &u.isDefault, &approvers, &managers, &u.version); err != nil {
		return lockedUnit{}, fmt.Errorf("lock %s: %w", i, err)
	}
	if u.approverEmails, err = addresses(approvers); err != nil {
		return lockedUnit{}, fmt.Errorf("lock %s: %w", i, err)
	}
	if u.managerEmails, err = addresses(managers); err != nil {
		return lockedUnit{}, fmt.Errorf("lock %s: %w", i, err)
	}
	tx.In(i.UUID)
	return u, rows.Err()
}

// stale is the no to a caller who has read another version.
func (u lockedUnit) stale(expected *int) *refusal.Refusal {
	if expected == nil || *expected == u.version {
		return nil
	}
	return refusal.New(refusal.Conflict, "The business unit was changed by somebody else (version %d, you sent %d); read it again.", u.version, *expected).At("expectedVersion")
}

// named is the row that an id names; of an id of another kind, none.
func named(i id.ID) uuid.UUID {
	if i.Kind != id.BusinessUnit {
		return uuid.Nil
	}
	return i.UUID
}
