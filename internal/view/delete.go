package view

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// DeleteViewInput says which saved view to remove.
type DeleteViewInput struct {
	ID              id.ID
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Delete removes one's own saved view for everybody; its name is free again. Refused:
// NOT_FOUND (somebody else's too), CONFLICT.
func (vs *Views) Delete(ctx context.Context, in DeleteViewInput) (*DeletePayload, error) {
	sc, err := vs.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	cause := store.Cause{Mutation: "deleteView", Action: audit.DeleteView, Resource: audit.View, ID: named(in.ID), Key: in.IdempotencyKey, Input: in}
	out, err := vs.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		l, err := lock(ctx, tx, sc, in.ID, in.ExpectedVersion)
		if err != nil {
			return store.Outcome{}, err
		}
		if err := tx.Apply(ctx, audit.View, []store.Change{{
			ID: in.ID.UUID, BusinessUnit: l.unit, Version: l.version, Before: store.Row{"deleted_at": nil}, After: store.Row{"deleted_at": tx.Now()},
		}}); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: in.ID.UUID})
		return store.Done(in.ID), nil
	})
	if err != nil {
		return nil, err
	}
	p := &DeletePayload{UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}
	if gone := out.IDs(); len(gone) > 0 {
		p.DeletedID = &gone[0]
	}
	return p, nil
}
