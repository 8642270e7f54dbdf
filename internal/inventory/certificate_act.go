package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// certificateAct is one call's act on certificates, in which each stands alone:
// they are locked, what has expired is written down, the table decides, and those
// that it lets through are written together, with an entry each.
type certificateAct struct {
	mutation string
	word     audit.Action
	action   lifecycle.CertificateAction
	ids      []id.ID
	comment  *string
	// expected is the version that the caller has seen; nil: any will do.
	expected *int
	input    any
	key      *string
	// check refuses what is wrong with the input for every certificate; nil: nothing is.
	check func() *refusal.Refusal
	// write keeps what the table has let through, and records it.
	write func(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate, comment string) error
}

// actOnCertificates runs an act. Refused as a whole: INVALID and TOO_MANY for the
// input. Refused for one: NOT_FOUND, what the table says, CONFLICT. The number of
// statements does not depend on the number of certificates.
func (i *Inventory) actOnCertificates(ctx context.Context, a certificateAct) (store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: a.mutation, Action: a.word, Resource: audit.Certificate, ID: only(a.ids), Key: a.key, Input: a.input}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(a.ids); no != nil {
			return store.Outcome{}, no
		}
		items, err := i.actOnThem(ctx, tx, sc, a)
		return store.Outcome{Items: items}, err
	})
}

// actOnThem is what an act on certificates does in its transaction, whether for a call
// or for a batch of a job. A refusal as its error is about the input.
func (i *Inventory) actOnThem(ctx context.Context, tx *store.Tx, sc scope.Scope, a certificateAct) ([]store.Item, error) {
	comment, no := a.heard()
	if no != nil {
		return nil, no
	}
	h, err := i.holdCertificates(ctx, tx, sc, a.ids)
	if err != nil {
		return nil, err
	}
	var won []*lockedCertificate
	items := h.decide(comment, func(c *lockedCertificate) *refusal.Refusal {
		if _, no := lifecycle.DecideCertificate(c.facts(tx), a.action); no != nil {
			return no
		}
		if no := c.changedSince(a.expected); no != nil {
			return no
		}
		won = append(won, c)
		return nil
	})
	if err := a.write(ctx, tx, h.after, won, comment); err != nil {
		return nil, err
	}
	return items, h.after.settle(ctx, tx)
}

// heard is the comment, or what is wrong with the input for every certificate.
func (a certificateAct) heard() (string, *refusal.Refusal) {
	comment, no := text("comment", a.comment, 0, 1000)
	if no == nil && a.check != nil {
		no = a.check()
	}
	return comment, no
}
