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

// RevokeCertificateInput says which certificate to revoke, and why.
type RevokeCertificateInput struct {
	ID              id.ID
	Reason          lifecycle.RevocationReason
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// RevokeCertificatesInput says which certificates to revoke, and why.
type RevokeCertificatesInput struct {
	IDs            []id.ID
	Reason         lifecycle.RevocationReason
	Comment        *string
	IdempotencyKey *string
}

// RevokeCertificate revokes a certificate for good: what that means is said by
// revokeLocked. A seat that has none left that counts is no longer consumed, unless
// its type stays so. Refused: NOT_FOUND, INVALID, INVALID_STATE (revoked already,
// expired), CONFLICT.
func (i *Inventory) RevokeCertificate(ctx context.Context, in RevokeCertificateInput) (*CertificatePayload, error) {
	out, err := i.actOnCertificates(ctx, revoking("revokeCertificate", []id.ID{in.ID}, in.Reason, certificateAct{
		comment: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
	}))
	return i.certificatePayload(ctx, in.ID, out, err)
}

// RevokeCertificates revokes up to 1,000 certificates for one reason, each as
// RevokeCertificate does; each stands alone.
func (i *Inventory) RevokeCertificates(ctx context.Context, in RevokeCertificatesInput) (*CertificatesPayload, error) {
	out, err := i.actOnCertificates(ctx, revoking("revokeCertificates", in.IDs, in.Reason, certificateAct{
		comment: in.Comment, input: in, key: in.IdempotencyKey,
	}))
	return i.certificatesPayload(ctx, out, err)
}

// revoking completes the act of a mutation that revokes.
func revoking(mutation string, ids []id.ID, reason lifecycle.RevocationReason, a certificateAct) certificateAct {
	a.mutation, a.word, a.action, a.ids = mutation, audit.RevokeCertificate, lifecycle.CertificateActRevoke, ids
	a.check = func() *refusal.Refusal {
		if slices.Contains(lifecycle.RevocationReasons, reason) {
			return nil
		}
		return refusal.New(refusal.Invalid, "%q is no reason to revoke a certificate; give one of RFC 5280, such as %s, or %s.",
			clip(string(reason)), lifecycle.RevokedKeyCompromise, lifecycle.RevokedUnspecified).At("reason")
	}
	a.write = func(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate, comment string) error {
		return revokeLocked(ctx, tx, after, certificates, reason, comment, func(c *lockedCertificate) { c.uncount(after) })
	}
	return a
}

// revokeLocked revokes locked certificates that count, with one entry each, and has
// their authorities told (withdrawals). They count no longer at once, whatever the
// authorities say; nobody is reminded of their end. Whether their seats' counts move
// with them is said by count: not where the seat is about to be deleted.
//
// The number of statements does not depend on the number of certificates: those
// that were on hold, and those whose authority has it already, are written apart.
func revokeLocked(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate, reason lifecycle.RevocationReason, comment string, count func(*lockedCertificate)) error {
	told, err := withdrawals(ctx, tx, after, certificates)
	if err != nil {
		return err
	}
	changes := make([]store.Change, len(certificates))
	for n, c := range certificates {
		before := store.Row{"status": c.status, "revoked_at": nil, "revocation_reason": nil, "revocation_error": "", "remind_at": nil}
		turned := store.Row{"status": lifecycle.CertificateRevoked, "revoked_at": tx.Now(), "revocation_reason": reason, "revocation_error": told[n].trouble, "remind_at": nil}
		if c.suspendedAt != nil {
			before["suspended_at"], turned["suspended_at"] = c.suspendedAt, nil
		}
		if told[n].reported {
			before["revocation_reported_at"], turned["revocation_reported_at"] = nil, tx.Now()
		}
		changes[n] = c.change(before, turned)
	}
	for _, alike := range alike(changes) {
		if err := tx.Apply(ctx, audit.Certificate, alike); err != nil {
			return err
		}
	}
	for _, c := range certificates {
		tx.Record(audit.Entry{Action: audit.RevokeCertificate, Resource: audit.Certificate, ID: c.id, Comment: comment})
		count(c)
		c.status = lifecycle.CertificateRevoked
		c.version++
	}
	return nil
}
