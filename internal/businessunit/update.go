package businessunit

import (
	"context"
	"slices"
	"strings"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// UpdateBusinessUnitInput is what to change; nil stays as it is.
type UpdateBusinessUnitInput struct {
	ID              id.ID
	Name            *string
	ApproverEmails  []string
	ManagerEmails   []string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Update changes a business unit's name and addresses. It is refused with
// INVALID, NOT_FOUND (a deleted one too) and CONFLICT; an update that changes
// nothing is done and leaves no entry.
func (us *Units) Update(ctx context.Context, in UpdateBusinessUnitInput) (*Payload, error) {
	if in.Name != nil {
		name := strings.TrimSpace(*in.Name)
		in.Name = &name
	}
	sc, err := us.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	out, err := us.store.Do(ctx, store.Cause{
		Mutation: "updateBusinessUnit", Action: audit.UpdateBusinessUnit, Resource: audit.BusinessUnit, ID: named(in.ID), Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := in.check(); no != nil {
			return store.Outcome{}, no
		}
		u, err := lock(ctx, tx, sc, in.ID, "FOR NO KEY UPDATE")
		if err != nil {
			return store.Outcome{}, err
		}
		if no := u.stale(in.ExpectedVersion); no != nil {
			return store.Outcome{}, no
		}
		change := tx.Ent().BusinessUnit.UpdateOneID(in.ID.UUID)
		changed := false
		if in.Name != nil && *in.Name != u.name {
			change.SetName(*in.Name)
			changed = true
		}
		if in.ApproverEmails != nil && !slices.Equal(in.ApproverEmails, u.approverEmails) {
			change.SetApproverEmails(in.ApproverEmails)
			changed = true
		}
		if in.ManagerEmails != nil && !slices.Equal(in.ManagerEmails, u.managerEmails) {
			change.SetManagerEmails(in.ManagerEmails)
			changed = true
		}
		if !changed {
			return store.Done(in.ID), nil
		}
		if err := change.AddVersion(1).SetUpdatedAt(tx.Now()).Exec(ctx); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: in.ID.UUID})
		return store.Done(in.ID), nil
	})
	return us.payload(ctx, in.ID, out, err)
}

func (in UpdateBusinessUnitInput) check() *refusal.Refusal {
	if in.Name != nil {
		if no := form.Line(*in.Name, 1, form.MaxName, "name"); no != nil {
			return no
		}
	}
	if no := form.Addresses(in.ApproverEmails, "approverEmails"); no != nil {
		return no
	}
	return form.Addresses(in.ManagerEmails, "managerEmails")
}
