package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/store"
)

// unassign writes down that the certificates of seats that were deleted just now are on
// no seat that lives. They stay linked to them. That follows from the seats' own
// entries, and no entry of the certificates tells of it.
func unassign(ctx context.Context, tx *store.Tx, deleted []store.Change) error {
	if len(deleted) == 0 {
		return nil
	}
	seats := make([]uuid.UUID, len(deleted))
	for n, c := range deleted {
		seats[n] = c.ID
	}
	_, err := guarded(ctx, tx, `UPDATE certificates c SET assigned = FALSE
FROM (SELECT t.id FROM certificates t WHERE t.seat_row_id = ANY($1) AND t.assigned ORDER BY t.id FOR UPDATE) o
WHERE c.id = o.id RETURNING c.id`, pq.Array(seats))
	if err != nil {
		return fmt.Errorf("take note of the certificates of deleted seats: %w", err)
	}
	return nil
}
