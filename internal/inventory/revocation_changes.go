package inventory

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"gatehouse/internal/store"
)

// raiseRevocations notes that certificates of these authorities, by the hex of
// their key identifiers, were revoked, suspended or resumed by this transaction, so
// that their next lists of revoked certificates name them or no longer do: within a
// minute, and what OCSP answers at once. It returns of which authorities that is
// kept here; of the others nobody signs a list any more. Naming one twice, or none,
// does no harm.
//
// The rows stay locked until commit, and a list that is being signed is waited for:
// it comes after every other lock, the counters too, and once per transaction.
func raiseRevocations(ctx context.Context, tx *store.Tx, keyIDs []string) (kept map[string]bool, err error) {
	kept = map[string]bool{}
	if len(keyIDs) == 0 {
		return kept, nil
	}
	rows, err := tx.Guard(ctx, `UPDATE revocation_lists r SET changes = r.changes + 1
FROM (SELECT l.id FROM revocation_lists l WHERE l.authority_key_id = ANY($1) ORDER BY l.authority_key_id FOR UPDATE) o
WHERE r.id = o.id RETURNING r.authority_key_id`, pq.Array(keyIDs))
	if err != nil {
		return nil, fmt.Errorf("note what lists of revoked certificates do not name yet: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var keyID string
		if err := rows.Scan(&keyID); err != nil {
			return nil, fmt.Errorf("note what lists of revoked certificates do not name yet: %w", err)
		}
		kept[keyID] = true
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("note what lists of revoked certificates do not name yet: %w", err)
	}
	return kept, nil
}
