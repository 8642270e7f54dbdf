package inventory

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// SuspendCertificateInput says which certificate to put on hold.
type SuspendCertificateInput struct {
	ID              id.ID
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// ResumeCertificateInput says which certificate to take off hold.
type ResumeCertificateInput struct {
	ID              id.ID
	Comment         *string
	ExpectedVersion *int
	IdempotencyKey  *string
}

// SuspendCertificate puts a certificate of the built-in authority on hold: its next
// list of revoked certificates names it (certificateHold, RFC 5280 section 5.3.1),
// and its seat keeps it, so that no figure moves. Nobody is reminded of its end
// meanwhile. Refused: NOT_FOUND, INVALID, INVALID_STATE, ISSUED_ELSEWHERE, CONFLICT.
func (i *Inventory) SuspendCertificate(ctx context.Context, in SuspendCertificateInput) (*CertificatePayload, error) {
	out, err := i.actOnCertificates(ctx, certificateAct{
		mutation: "suspendCertificate", word: audit.SuspendCertificate, action: lifecycle.CertificateActSuspend,
		ids: []id.ID{in.ID}, comment: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
		write: func(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate, comment string) error {
			return moveHold(ctx, tx, after, certificates, comment, func(*lockedCertificate) store.Row {
				return store.Row{"status": lifecycle.CertificateSuspended, "suspended_at": tx.Now(), "remind_at": nil}
			})
		},
	})
	return i.certificatePayload(ctx, in.ID, out, err)
}

// ResumeCertificate takes a certificate off hold: the next list names it no longer,
// and its holder is reminded of its end again. Refused: NOT_FOUND, INVALID,
// INVALID_STATE, CONFLICT.
func (i *Inventory) ResumeCertificate(ctx context.Context, in ResumeCertificateInput) (*CertificatePayload, error) {
	out, err := i.actOnCertificates(ctx, certificateAct{
		mutation: "resumeCertificate", word: audit.ResumeCertificate, action: lifecycle.CertificateActResume,
		ids: []id.ID{in.ID}, comment: in.Comment, expected: in.ExpectedVersion, input: in, key: in.IdempotencyKey,
		write: func(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate, comment string) error {
			return moveHold(ctx, tx, after, certificates, comment, func(c *lockedCertificate) store.Row {
				// Whoever sends reminders sees whether its successor has come meanwhile.
				return store.Row{"status": lifecycle.CertificateIssued, "suspended_at": nil, "remind_at": nextReminder(tx.Now(), c.notAfter)}
			})
		},
	})
	return i.certificatePayload(ctx, in.ID, out, err)
}

// moveHold puts locked certificates on hold or takes them off, as to says, by one
// statement and one entry each. They count before and after.
func moveHold(ctx context.Context, tx *store.Tx, after *aftermath, certificates []*lockedCertificate, comment string, to func(*lockedCertificate) store.Row) error {
	changes := make([]store.Change, len(certificates))
	for n, c := range certificates {
		changes[n] = c.change(store.Row{"status": c.status, "suspended_at": c.suspendedAt, "remind_at": nil}, to(c))
	}
	if err := tx.Apply(ctx, audit.Certificate, changes); err != nil {
		return err
	}
	for _, c := range certificates {
		tx.Record(audit.Entry{ID: c.id, Comment: comment})
		after.heldOrFreed(c)
	}
	return nil
}
