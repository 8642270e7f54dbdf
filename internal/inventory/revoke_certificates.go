package inventory

import (
	"context"
	"slices"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// RevokeCertificatesInput says which certificates to revoke, and why.
type RevokeCertificatesInput struct {
	IDs            []id.ID
	Reason         lifecycle.RevocationReason
	Comment        *string
	IdempotencyKey *string
}

// RevokeCertificates revokes up to 1,000 certificates for good; each stands alone.
// A seat that has none left that counts is no longer consumed, unless its type
// stays so. Refused: NOT_FOUND, INVALID, INVALID_STATE (revoked already, expired).
func (i *Inventory) RevokeCertificates(ctx context.Context, in RevokeCertificatesInput) (store.Outcome, error) {
	sc, err := i.scopes.Of(ctx)
	if err != nil {
		return store.Outcome{}, err
	}
	cause := store.Cause{Mutation: "revokeCertificates", Action: audit.RevokeCertificate, Resource: audit.Certificate, ID: only(in.IDs), Key: in.IdempotencyKey, Input: in}
	return i.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if no := several(in.IDs); no != nil {
			return store.Outcome{}, no
		}
		comment, no := text("comment", in.Comment, 0, 1000)
		if no != nil {
			return store.Outcome{}, no
		}
		if !slices.Contains(lifecycle.RevocationReasons, in.Reason) {
			return store.Outcome{}, refusal.New(refusal.Invalid, "%q is no reason to revoke a certificate; give one of RFC 5280, such as %s, or %s.",
				clip(string(in.Reason)), lifecycle.RevokedKeyCompromise, lifecycle.RevokedUnspecified).At("reason")
		}
		h, err := i.holdCertificates(ctx, tx, sc, in.IDs)
		if err != nil {
			return store.Outcome{}, err
		}
		var ended []*lockedCertificate
		items := h.decide(comment, func(c *lockedCertificate) *refusal.Refusal {
			switch c.status {
			case lifecycle.CertificateRevoked:
				return refusal.New(refusal.InvalidState, "This certificate is revoked already, and revoking is for good; there is nothing left to do.")
			case lifecycle.CertificateExpired:
				return refusal.New(refusal.InvalidState, "This certificate expired on %s, and only one that is issued or suspended can be revoked; nobody accepts it any more.", c.notAfter.UTC().Format("2006-01-02"))
			}
			ended = append(ended, c)
			return nil
		})
		if err := revokeLocked(ctx, tx, ended, in.Reason, comment, func(c *lockedCertificate) { c.uncount(h.after) }); err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{Items: items}, h.after.settle(ctx, tx)
	})
}

// revokeLocked revokes locked certificates that count, by one statement and one
// entry each. Whether their seats' counts move with them is said by count: not
// where the seat is about to be deleted.
func revokeLocked(ctx context.Context, tx *store.Tx, certificates []*lockedCertificate, reason lifecycle.RevocationReason, comment string, count func(*lockedCertificate)) error {
	changes := make([]store.Change, len(certificates))
	for n, c := range certificates {
		changes[n] = c.change(store.Row{"status": c.status, "revoked_at": nil, "revocation_reason": nil},
			store.Row{"status": lifecycle.CertificateRevoked, "revoked_at": tx.Now(), "revocation_reason": reason})
	}
	if err := tx.Apply(ctx, audit.Certificate, changes); err != nil {
		return err
	}
	for _, c := range certificates {
		tx.Record(audit.Entry{Action: audit.RevokeCertificate, Resource: audit.Certificate, ID: c.id, Comment: comment})
		count(c)
		c.status = lifecycle.CertificateRevoked
		c.version++
	}
	return nil
}
