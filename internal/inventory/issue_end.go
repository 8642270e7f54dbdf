package inventory

import (
	"context"
	"errors"
	"fmt"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/issuer"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// keepCertificate ends a claim with its certificate, in one transaction: it is kept
// and linked to the seat, which consumes the licence, and the enrollment is
// REDEEMED. Who comes second does nothing.
//
// What an authority has issued is never lost: it is linked also when the seat has
// got another certificate meanwhile (linking.issued). The seat itself is there: it
// is not deleted while an authority is at work.
func (i *Inventory) keepCertificate(ctx context.Context, c *claimed, certificate issuer.Certificate) error {
	text, no := readCertificate(certificate.DER)
	if no != nil {
		return unkept(no)
	}
	return i.endClaim(ctx, c, func(ctx context.Context, tx *store.Tx, h *hold, l *locked) error {
		f := l.byEndUser(tx)
		f.Issuing = false // for somebody else than the one who asks; this is the one
		to, no := lifecycle.Decide(f, lifecycle.ActRedeem)
		if no != nil {
			return fmt.Errorf("end the redemption of enrollment %s: %w", l.id, no)
		}
		if !l.holdsSeat() {
			return fmt.Errorf("inventory: enrollment %s has a certificate and no live seat", l.id)
		}
		one := id.Of(id.Enrollment, l.id)
		k := &linkable{seat: l.seat, enrollment: &one, text: text, chain: issuer.PEM(certificate.Chain...)}
		links := linking{tx: tx, after: h.after, source: lifecycle.SourceIssued, authority: &c.kind, issued: true}
		if err := links.run(ctx, []*linkable{k}); err != nil {
			return err
		}
		if k.no != nil {
			return unkept(k.no)
		}
		if err := tx.Apply(ctx, audit.Enrollment, []store.Change{l.change(
			store.Row{"status": l.status, "issuance": l.issuance, "issuance_since": nil, "issuance_reason": ""},
			store.Row{"status": to, "issuance": nil, "issuance_since": nil, "issuance_reason": ""},
		)}); err != nil {
			return err
		}
		tx.Record(audit.Entry{ID: l.id, Comment: "Certificate " + id.Of(id.Certificate, k.made).String()})
		h.after.active[l.seat.id]--
		return i.closeIssuance(ctx, tx, c, issuanceDone, "")
	})
}

// unkept is the end of a claim whose certificate cannot be kept, whenever it is
// tried: it is none, or somebody has linked this very one to another seat.
func unkept(no *refusal.Refusal) error {
	return &issuer.No{Reason: "The certificate authority's certificate cannot be kept. " + no.Message}
}

// failClaim ends a claim with the authority's no: the enrollment keeps its status,
// its code and its attempts, says why, and can be redeemed anew.
func (i *Inventory) failClaim(ctx context.Context, c *claimed, reason string) error {
	return i.endClaim(ctx, c, func(ctx context.Context, tx *store.Tx, _ *hold, l *locked) error {
		if err := tx.Apply(ctx, audit.Enrollment, []store.Change{l.change(
			store.Row{"issuance": l.issuance, "issuance_since": nil, "issuance_reason": ""},
			store.Row{"issuance": lifecycle.IssuanceFailed, "issuance_since": tx.Now(), "issuance_reason": reason},
		)}); err != nil {
			return err
		}
		// The authority's no is no refusal of ours, and no success: the change stands
		// beside an outcome of FAILURE.
		tx.Record(audit.Entry{ID: l.id, Outcome: audit.Failure, Comment: reason})
		return i.closeIssuance(ctx, tx, c, issuanceFailed, reason)
	})
}

// endClaim runs how a claim ends, under the locks of seat, enrollment and claim,
// unless it has ended already.
func (i *Inventory) endClaim(ctx context.Context, c *claimed, end func(context.Context, *store.Tx, *hold, *locked) error) error {
	cause := store.Cause{Action: audit.Issue, Resource: audit.Enrollment, ID: c.enrollment}
	_, err := i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, l, err := i.lockOne(ctx, tx, id.Of(id.Enrollment, c.enrollment))
		if err != nil {
			return store.Outcome{}, err
		}
		open, err := readAll(ctx, tx, `SELECT n.status = 'REQUESTED' FROM issuances n WHERE n.id = $1 FOR UPDATE`, []any{c.id}, nil, func(b *bool) []any { return []any{b} })
		if err != nil {
			return store.Outcome{}, fmt.Errorf("lock issuance %s: %w", c.id, err)
		}
		if len(open) == 1 && *open[0] {
			if err := end(ctx, tx, h, l); err != nil {
				return store.Outcome{}, err
			}
			tx.After(func() { i.ended.tell(c.enrollment) })
		}
		return store.Outcome{}, h.after.settle(ctx, tx)
	})
	return err
}

// closeIssuance ends the claim's own row.
func (i *Inventory) closeIssuance(ctx context.Context, tx *store.Tx, c *claimed, status, reason string) error {
	closed, err := guarded(ctx, tx, `UPDATE issuances SET status = $2, reason = $3, finished_at = $4 WHERE id = $1 AND status = 'REQUESTED' RETURNING id`, c.id, status, reason, tx.Now())
	if err == nil && !closed {
		err = errors.New("it has ended under its lock")
	}
	if err != nil {
		return fmt.Errorf("close issuance %s: %w", c.id, err)
	}
	return nil
}
