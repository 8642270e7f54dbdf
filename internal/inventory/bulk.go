package inventory

import (
	"context"
	"fmt"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// BulkAct is an action on many things as the transactions of a job do it: what the
// action's plural mutation does in its own, with the same entries, mails and figures.
type BulkAct struct {
	// Mutation is the plural mutation, whose permission the job's owner needs.
	Mutation string
	// Word and Resource are what the entries say that was done to what.
	Word     audit.Action
	Resource audit.Resource
	// Check refuses what is wrong for every item, and changes nothing.
	Check func(ctx context.Context, tx *store.Tx) error
	// Run does it to each of up to 1,000 different things, and returns what came of
	// each, in their order. A refusal as its error is that of Check. Of a dry run,
	// spoken are the licences that earlier batches would have taken, which are not there
	// for this one; it returns how many this one has taken.
	Run func(ctx context.Context, tx *store.Tx, ids []id.ID, spoken map[licence.Pool]int) ([]store.Item, map[licence.Pool]int, error)
}

// Bulk is the action with this input for the context's viewer, whose business units
// are read now. Refused with INVALID, at the field of the input: what the action does
// not take, and what it needs.
func (i *Inventory) Bulk(ctx context.Context, action lifecycle.BulkAction, in BulkActionInput) (*BulkAct, error) {
	if no := in.fits(action); no != nil {
		return nil, no
	}
	mutation := action.Needs().Mutation
	switch action {
	case lifecycle.BulkApprove:
		s, err := i.sightOf(ctx)
		return i.bulkApproval(mutation, s, in), err
	case lifecycle.BulkDelete:
		sc, err := i.scopes.Of(ctx)
		return i.bulkDeletion(mutation, sc, in), err
	case lifecycle.BulkEnroll:
		sc, err := i.scopes.Of(ctx)
		return i.bulkEnrolling(mutation, sc, in), err
	case lifecycle.BulkRevoke:
		sc, err := i.scopes.Of(ctx)
		return i.bulkRevocation(mutation, sc, in), err
	}
	a, err := i.bulkTurning(action, in)
	if err != nil {
		return nil, err
	}
	s, err := i.sightOf(ctx)
	return &BulkAct{
		Mutation: mutation, Word: a.word, Resource: audit.Enrollment,
		Check: func(_ context.Context, tx *store.Tx) error {
			_, no := a.heard(tx)
			return orNone(no)
		},
		Run: takingNothing(func(ctx context.Context, tx *store.Tx, ids []id.ID) ([]store.Item, error) {
			return i.actOn(ctx, tx, s, a, ids)
		}),
	}, err
}

// bulkTurning is the act on enrollments behind an action.
func (i *Inventory) bulkTurning(action lifecycle.BulkAction, in BulkActionInput) (*act, error) {
	switch action {
	case lifecycle.BulkReject:
		return rejecting(&act{said: in.Reason}), nil
	case lifecycle.BulkCancel:
		return cancelling(&act{said: in.Reason}), nil
	case lifecycle.BulkReset:
		return i.resetting(in.ExpiresAt, in.NewCode, &act{said: in.Comment}), nil
	case lifecycle.BulkUnlock:
		return unlocking(&act{said: in.Comment}), nil
	case lifecycle.BulkResend:
		return i.resending(&act{said: in.Comment}), nil
	case lifecycle.BulkResendApproval:
		return i.resendingApproval(&act{said: in.Comment}), nil
	}
	return nil, fmt.Errorf("inventory: there is no act for the bulk action %q", action)
}

func (i *Inventory) bulkApproval(mutation string, s sight, in BulkActionInput) *BulkAct {
	return &BulkAct{
		Mutation: mutation, Word: audit.Approve, Resource: audit.Enrollment,
		Check: func(context.Context, *store.Tx) error { return comments(in.Comment) },
		Run: func(ctx context.Context, tx *store.Tx, ids []id.ID, spoken map[licence.Pool]int) ([]store.Item, map[licence.Pool]int, error) {
			return i.approveThem(ctx, tx, s, ids, in.Comment, spoken)
		},
	}
}

func (i *Inventory) bulkDeletion(mutation string, sc scope.Scope, in BulkActionInput) *BulkAct {
	return &BulkAct{
		Mutation: mutation, Word: audit.DeleteSeat, Resource: audit.Seat,
		Check: func(context.Context, *store.Tx) error { return comments(in.Comment) },
		Run: takingNothing(func(ctx context.Context, tx *store.Tx, ids []id.ID) ([]store.Item, error) {
			return i.deleteThem(ctx, tx, sc, deletion{ids: ids, revoke: in.RevokeCertificates, comment: in.Comment})
		}),
	}
}

// bulkEnrolling enrolls with codes that are made, and shown to nobody here: they are
// in the mail, and RevealCode shows them.
func (i *Inventory) bulkEnrolling(mutation string, sc scope.Scope, in BulkActionInput) *BulkAct {
	return &BulkAct{
		Mutation: mutation, Word: audit.Enroll, Resource: audit.Seat,
		Check: func(ctx context.Context, tx *store.Tx) error {
			_, err := i.enrollUnder(ctx, tx, sc, i.newAftermath(), *in.ProfileID, in.ExpiresAt)
			return err
		},
		Run: takingNothing(func(ctx context.Context, tx *store.Tx, ids []id.ID) ([]store.Item, error) {
			v := inviting{mutation: mutation, under: *in.ProfileID, expiresAt: in.ExpiresAt, seats: make([]*SeatToEnroll, len(ids))}
			for n, one := range ids {
				v.seats[n] = &SeatToEnroll{ID: one}
			}
			items, _, err := i.enrollThem(ctx, tx, sc, v)
			return items, err
		}),
	}
}

func (i *Inventory) bulkRevocation(mutation string, sc scope.Scope, in BulkActionInput) *BulkAct {
	reason := lifecycle.RevokedUnspecified
	if in.RevocationReason != nil {
		reason = *in.RevocationReason
	}
	revocation := revoking(mutation, nil, reason, certificateAct{comment: in.Comment})
	return &BulkAct{
		Mutation: mutation, Word: revocation.word, Resource: audit.Certificate,
		Check: func(context.Context, *store.Tx) error {
			_, no := revocation.heard()
			return orNone(no)
		},
		Run: takingNothing(func(ctx context.Context, tx *store.Tx, ids []id.ID) ([]store.Item, error) {
			a := revocation
			a.ids = ids
			return i.actOnThem(ctx, tx, sc, a)
		}),
	}
}

// takingNothing is an act that takes no licence.
func takingNothing(run func(context.Context, *store.Tx, []id.ID) ([]store.Item, error)) func(context.Context, *store.Tx, []id.ID, map[licence.Pool]int) ([]store.Item, map[licence.Pool]int, error) {
	return func(ctx context.Context, tx *store.Tx, ids []id.ID, _ map[licence.Pool]int) ([]store.Item, map[licence.Pool]int, error) {
		items, err := run(ctx, tx, ids)
		return items, nil, err
	}
}

// comments refuses a comment that is none.
func comments(comment *string) error {
	_, no := text("comment", comment, 0, 1000)
	return orNone(no)
}

// orNone is a refusal as an error; no error when there is none.
func orNone(no *refusal.Refusal) error {
	if no == nil {
		return nil
	}
	return no
}
