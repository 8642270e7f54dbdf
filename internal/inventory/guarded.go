package inventory

import (
	"context"
	"errors"

	"gatehouse/internal/store"
)

// guarded runs an UPDATE … RETURNING and reports whether its guard let it through.
// It is for what is no audited thing of its own: the attempts at a code, each of
// which has its entry, the claims that certificate authorities work on, what stands
// in the way of their being told of a revocation, when a certificate was last seen
// where it is known to be, and that its seat was deleted.
func guarded(ctx context.Context, tx *store.Tx, statement string, args ...any) (through bool, err error) {
	rows, err := tx.Guard(ctx, statement, args...)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	return rows.Next(), rows.Err()
}
