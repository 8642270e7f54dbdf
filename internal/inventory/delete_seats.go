package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// DeleteSeatInput says which seat to delete, and whether its certificates are
// revoked.
type DeleteSeatInput struct {
	ID                 id.ID
	RevokeCertificates *bool
	Comment            *string
	ExpectedVersion    *int
	IdempotencyKey     *string
}

// DeleteSeatsInput says which seats to delete, and whether their certificates are
// revoked.
type DeleteSeatsInput struct {
	IDs                []id.ID
	RevokeCertificates *bool
	Comment            *string
	IdempotencyKey     *string
}

// DeleteSeat deletes a seat for good: what goes with it is said by removing.run.
// It stays readable by its id, and its seatId is free for a new seat. Refused:
// NOT_FOUND, INVALID, SEAT_DELETED, REVOKE_PERMISSION_MISSING, ISSUING, CONFLICT.
func (i *Inventory) DeleteSeat(ctx context.Context, in DeleteSeatInput) (*SeatPayload, error) {
	out, err := i.deleteSeats(ctx, deletion{"deleteSeat", []id.ID{in.ID}, in.RevokeCertificates, in.Comment, in.ExpectedVersion, in, in.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	byID, err := i.SeatsByID(ctx, []id.ID{in.ID})
	if err != nil {
		return nil, err
	}
	return &SeatPayload{Seat: byID[in.ID], UserErrors: errorsOf(out.Why()), Replayed: out.Replayed}, nil
}

// DeleteSeats deletes up to 1,000 seats, each as DeleteSeat does.
func (i *Inventory) DeleteSeats(ctx context.Context, in DeleteSeatsInput) (*SeatResultsPayload, error) {
	out, err := i.deleteSeats(ctx, deletion{"deleteSeats", in.IDs, in.RevokeCertificates, in.Comment, nil, in, in.IdempotencyKey})
	if err != nil {
		return nil, err
	}
	byID, err := i.SeatsByID(ctx, out.IDs())
	if err != nil {
		return nil, err
	}
	p := &SeatResultsPayload{Results: make([]*SeatResult, len(out.Items)), UserErrors: errorsOf(out.Refusals), Replayed: out.Replayed}
	for n, item := range out.Items {
		p.Results[n] = &SeatResult{ID: item.ID, Seat: byID[item.ID], UserErrors: errorsOf(item.Refusals)}
	}
	return p, nil
}

// deletion is one call.
type deletion struct {
	mutation string
	ids      []id.ID
	revoke   *bool
	comment  *string
	version  *int
	input    any
	key      *string
}

func (i *Inventory) deleteSeats(ctx context.Context, d deletion) (store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: d.mutation, Action: audit.DeleteSeat, Resource: audit.Seat, ID: only(d.ids), Key: d.key, Input: d.input}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(d.ids); no != nil {
			return store.Outcome{}, no
		}
		items, err := i.deleteThem(ctx, tx, sc, d)
		return store.Outcome{Items: items}, err
	})
}

// deleteThem is what a deletion does in its transaction, whether for a call or for a
// batch of a job. A refusal as its error is about the comment.
func (i *Inventory) deleteThem(ctx context.Context, tx *store.Tx, sc scope.Scope, d deletion) ([]store.Item, error) {
	comment, no := text("comment", d.comment, 0, 1000)
	if no != nil {
		return nil, no
	}
	byID, err := lockSeatsByID(ctx, tx, sc, d.ids)
	if err != nil {
		return nil, err
	}
	asked := eachOnce(d.ids)
	var seats []*lockedSeat
	for _, one := range asked {
		if s := byID[one]; s != nil {
			seats = append(seats, s)
		}
	}
	r := removing{tx: tx, after: i.newAftermath(), revoke: d.revoke != nil && *d.revoke, comment: comment, version: d.version}
	nos, err := r.run(ctx, seats)
	if err != nil {
		return nil, err
	}
	items := make([]store.Item, len(asked))
	for n, one := range asked {
		items[n] = store.Item{ID: one}
		if s := byID[one]; s == nil {
			items[n] = tx.Refuse(audit.Entry{ID: one.UUID, Comment: comment}, items[n], missing("seat", one))
		} else if no := nos[s.id]; no != nil {
			items[n] = tx.Refuse(audit.Entry{ID: s.id, BusinessUnit: s.unit, Comment: comment}, items[n], no)
		}
	}
	return items, r.after.settle(ctx, tx)
}
