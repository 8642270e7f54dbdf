package businessunit

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// Held is a business unit that cannot be deleted until the transaction ends.
type Held struct {
	Key, Name string
	// ApproverEmails are whom to mail about requests when a profile names nobody.
	ApproverEmails []string
	// ManagerEmails are whom to mail about locked enrollments likewise.
	ManagerEmails []string
}

// Hold keeps business units from being deleted while the transaction adds
// something to them, by one statement. The answer has those that exist for the
// viewer and are not deleted; what is not in it is NotFound. It takes the lock
// that a foreign key takes, so that neither two who add nor a change of the
// name wait for each other; Delete alone waits, and is waited for.
func Hold(ctx context.Context, tx *store.Tx, sc scope.Scope, units ...uuid.UUID) (map[uuid.UUID]Held, error) {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT u.id, u.key, u.name, u.approver_emails, u.manager_emails FROM business_units u
WHERE u.id = ANY($1) AND u.deleted_at IS NULL AND %s
ORDER BY u.id FOR KEY SHARE`, scope.Condition("u.id", 2)), pq.Array(units), sc.Arg())
	if err != nil {
		return nil, fmt.Errorf("hold business units: %w", err)
	}
	defer func() { _ = rows.Close() }()
	held := make(map[uuid.UUID]Held, len(units))
	for rows.Next() {
		var unit uuid.UUID
		var h Held
		var approvers, managers []byte
		if err := rows.Scan(&unit, &h.Key, &h.Name, &approvers, &managers); err != nil {
			return nil, fmt.Errorf("hold business units: %w", err)
		}
		if h.ApproverEmails, err = addresses(approvers); err != nil {
			return nil, fmt.Errorf("hold business units: %w", err)
		}
		if h.ManagerEmails, err = addresses(managers); err != nil {
			return nil, fmt.Errorf("hold business units: %w", err)
		}
		held[unit] = h
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("hold business units: %w", err)
	}
	if len(held) == 1 && len(units) == 1 {
		tx.In(units[0])
	}
	return held, nil
}

// NotFound is the no to a business unit that is not there, was deleted, or lies
// outside the viewer's: the same sentence, so that it tells nothing.
func NotFound(i id.ID) *refusal.Refusal {
	return id.Missing("business unit", i)
}
