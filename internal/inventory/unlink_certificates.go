package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// UnlinkCertificatesInput says which certificates to take off their seats.
type UnlinkCertificatesInput struct {
	IDs            []id.ID
	Comment        *string
	IdempotencyKey *string
}

// UnlinkCertificates takes up to 1,000 certificates off their seats, deleted ones
// included; each stands alone. A certificate without a seat is kept, as valid as it
// was, and can be linked again. A seat that has none left that counts is no longer
// consumed, unless its type stays so. Refused: NOT_FOUND, INVALID, INVALID_STATE
// (linked to no seat).
func (i *Inventory) UnlinkCertificates(ctx context.Context, in UnlinkCertificatesInput) (store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: undoing(ctx), Action: audit.UnlinkCertificate, Resource: audit.Certificate, ID: only(in.IDs), Key: in.IdempotencyKey, Input: in}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(in.IDs); no != nil {
			return store.Outcome{}, no
		}
		comment, no := text("comment", in.Comment, 0, 1000)
		if no != nil {
			return store.Outcome{}, no
		}
		h, err := i.holdCertificates(ctx, tx, sc, in.IDs)
		if err != nil {
			return store.Outcome{}, err
		}
		var changes []store.Change
		items := h.decide(comment, func(c *lockedCertificate) *refusal.Refusal {
			if c.seat == nil {
				return refusal.New(refusal.InvalidState, "This certificate is linked to no seat, so there is nothing to unlink; it can be linked to one.")
			}
			changes = append(changes, c.change(store.Row{"seat_row_id": c.seat, "assigned": true}, store.Row{"seat_row_id": nil, "assigned": false}))
			c.uncount(h.after)
			return nil
		})
		if err := tx.Apply(ctx, audit.Certificate, changes); err != nil {
			return store.Outcome{}, err
		}
		for _, c := range changes {
			tx.Record(audit.Entry{ID: c.ID, Comment: comment})
		}
		return store.Outcome{Items: items}, h.after.settle(ctx, tx)
	})
}

// undoing is the mutation whose permission unlinking needs. No mutation unlinks
// yet; it undoes what either way of linking does, so that the right to one of them
// is enough, and who has neither hears of the first.
func undoing(ctx context.Context) string {
	if v, _ := viewer.From(ctx); v.May(lifecycle.ManageEnrollments) {
		return linkedBy[lifecycle.SourceIssued]
	}
	return linkedBy[lifecycle.SourceImported]
}
