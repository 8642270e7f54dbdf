package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// lockGone locks the deleted seat that the certificate with this thumbprint is still
// on, in the business unit of the enrollment, and says which that is: a certificate on
// a seat that is gone can be linked to another. It comes before any other lock, and
// locks the enrollment's own seat with it, so that seats are locked in the order of
// their ids. Mostly there is no such seat, and nothing is locked.
func lockGone(ctx context.Context, tx *store.Tx, enrollment id.ID, sha256 string) (map[uuid.UUID]bool, error) {
	type row struct{ gone, own *uuid.UUID }
	found, err := readAll(ctx, tx, `SELECT s.id, e.seat_row_id FROM enrollments e
JOIN certificates c ON c.business_unit_id = e.business_unit_id AND c.sha256 = $2
JOIN seats s ON s.id = c.seat_row_id AND s.deleted_at IS NOT NULL WHERE e.id = $1`, []any{enrollment.UUID, sha256}, nil,
		func(r *row) []any { return []any{&r.gone, &r.own} })
	if err != nil {
		return nil, fmt.Errorf("find the deleted seat of a certificate: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	var rows []uuid.UUID
	for _, of := range []*uuid.UUID{found[0].gone, found[0].own} {
		if of != nil {
			rows = append(rows, *of)
		}
	}
	seats, err := lockedSeats(ctx, tx, "s.id = ANY($1)", pq.Array(rows))
	if err != nil {
		return nil, err
	}
	gone := map[uuid.UUID]bool{}
	for _, s := range seats {
		gone[s.id] = s.status == lifecycle.SeatDeleted
	}
	return gone, nil
}
