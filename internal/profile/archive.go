package profile

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/store"
)

// ArchiveCertificateProfileInput says which profile to archive.
type ArchiveCertificateProfileInput struct {
	ID              id.ID
	ExpectedVersion *int
	IdempotencyKey  *string
}

// Archive ends enrolling under a profile; its enrollments go on. Who is enrolling
// under it holds it (Hold), so that this waits for them, and none comes after.
// It is refused with NOT_FOUND, CONFLICT and PROFILE_ARCHIVED.
func (ps *Profiles) Archive(ctx context.Context, in ArchiveCertificateProfileInput) (*Payload, error) {
	sc, err := ps.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	out, err := ps.store.Do(ctx, store.Cause{
		Mutation: "archiveCertificateProfile", Action: audit.ArchiveProfile, Resource: audit.Profile, ID: named(in.ID), Key: in.IdempotencyKey, Input: in,
	}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		p, err := lock(ctx, tx, sc, in.ID)
		if err != nil {
			return store.Outcome{}, err
		}
		if no := p.mayChange(in.ExpectedVersion); no != nil {
			return store.Outcome{}, no
		}
		if err := tx.Ent().CertificateProfile.UpdateOneID(p.ID.UUID).SetArchivedAt(tx.Now()).AddVersion(1).SetUpdatedAt(tx.Now()).Exec(ctx); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: p.ID.UUID})
		return store.Done(in.ID), nil
	})
	return ps.payload(ctx, in.ID, out, err)
}
