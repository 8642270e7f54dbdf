package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

// askRenewals is the question about certificates that stands on other rows than
// theirs.
type askRenewals struct{}

// certificateFactsOf are what the actions of a certificate are decided by: the same
// facts as the mutations decide by, read without their locks. What concerns its
// successor is read for a whole page by one statement, and only where RENEW comes
// to it.
func (i *Inventory) certificateFactsOf(ctx context.Context, c *Certificate) (lifecycle.CertificateFacts, error) {
	v, _ := viewer.From(ctx)
	now := i.store.Now(ctx)
	f := lifecycle.CertificateFacts{Status: c.Status, TimePassed: !now.Before(c.NotAfter), Enrolled: c.enrollment != nil, Permissions: v.Permissions}
	if c.Authority != nil {
		f.Authority = *c.Authority
	}
	if !f.Enrolled || f.Status != lifecycle.CertificateIssued || !v.May(lifecycle.ManageEnrollments) {
		return f, nil
	}
	renewals, err := batch.Load(ctx, c.group, askRenewals{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]lifecycle.CertificateFacts, error) {
		return renewalFacts(ctx, i.read, ids, now)
	})
	if err != nil {
		return f, err
	}
	whole := renewals[c.ID.UUID]
	whole.Status, whole.TimePassed, whole.Permissions = f.Status, f.TimePassed, f.Permissions
	return whole, nil
}

// CertificateActions lists what the viewer may do with a certificate now.
func (i *Inventory) CertificateActions(ctx context.Context, c *Certificate) ([]lifecycle.CertificateAction, error) {
	f, err := i.certificateFactsOf(ctx, c)
	if err != nil {
		return nil, err
	}
	return lifecycle.CanCertificate(f), nil
}

// UnavailableCertificateActions lists what the viewer may not do with it now, and
// why.
func (i *Inventory) UnavailableCertificateActions(ctx context.Context, c *Certificate) ([]*lifecycle.UnavailableCertificateAction, error) {
	f, err := i.certificateFactsOf(ctx, c)
	if err != nil {
		return nil, err
	}
	_, cannot := lifecycle.AvailableCertificate(f)
	return pointers(cannot), nil
}
