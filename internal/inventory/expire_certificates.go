package inventory

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// ExpireCertificatesDue writes down, as the system, that up to limit certificates
// have expired, the longest ago first, and returns how many. Their seats count one
// less, and one that has none left is no longer consumed, unless its type stays so.
func (i *Inventory) ExpireCertificatesDue(ctx context.Context, limit int) (int, error) {
	ctx = i.store.Pin(viewer.With(ctx, viewer.TheSystem()))
	due, err := readAll(ctx, i.read, `SELECT c.id FROM certificates c WHERE c.status IN ('ISSUED', 'SUSPENDED') AND c.not_after <= $1
ORDER BY c.not_after, c.id LIMIT $2`, []any{i.store.Now(ctx), limit}, nil, func(u *uuid.UUID) []any { return []any{u} })
	if err != nil {
		return 0, fmt.Errorf("find which certificates have expired: %w", err)
	}
	if len(due) == 0 {
		return 0, nil
	}
	ids := make([]id.ID, len(due))
	for n, u := range due {
		ids[n] = id.Of(id.Certificate, *u)
	}
	out, err := i.store.Do(ctx, store.Cause{Action: audit.Expire, Resource: audit.Certificate}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, err := i.holdCertificates(ctx, tx, scope.Scope{All: true}, ids)
		if err != nil {
			return store.Outcome{}, err
		}
		var out store.Outcome
		for _, c := range h.expired { // what somebody else wrote meanwhile is not in it
			out.Items = append(out.Items, store.Item{ID: id.Of(id.Certificate, c.id)})
		}
		return out, h.after.settle(ctx, tx)
	})
	return len(out.Items), err
}
