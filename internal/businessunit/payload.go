package businessunit

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// payload shapes what a mutation came to: the business unit that it made, or
// that the caller asked for, read anew with the viewer's present rights, so that
// a repeat under the same idempotency key answers the same.
func (us *Units) payload(ctx context.Context, asked id.ID, out store.Outcome, err error) (*Payload, error) {
	if err != nil {
		return nil, err
	}
	p := &Payload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	unit := named(asked)
	if made := out.IDs(); len(made) > 0 {
		unit = made[0].UUID
	}
	missing := slices.ContainsFunc(p.UserErrors, func(no *refusal.Refusal) bool { return no.Code == refusal.NotFound })
	if unit == uuid.Nil || missing {
		return p, nil
	}
	found, err := us.ByIDs(ctx, []uuid.UUID{unit})
	if err != nil {
		return nil, err
	}
	p.BusinessUnit = found[unit]
	return p, nil
}
