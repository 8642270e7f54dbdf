package graph

import (
	"context"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
)

func (q query) CertificateProfile(ctx context.Context, one id.ID) (*profile.CertificateProfile, error) {
	return q.Profiles.One(ctx, one)
}

func (q query) CertificateProfiles(ctx context.Context, first *int, after *string, last *int, before *string, filter *profile.CertificateProfileFilter, order *profile.CertificateProfileOrder) (*page.Connection[*profile.CertificateProfile], error) {
	return q.Profiles.List(ctx, args(first, after, last, before), filter, order)
}

func (m mutation) CreateCertificateProfile(ctx context.Context, in profile.CreateCertificateProfileInput) (*profile.Payload, error) {
	return m.Profiles.Create(ctx, in)
}

func (m mutation) UpdateCertificateProfile(ctx context.Context, in profile.UpdateCertificateProfileInput) (*profile.Payload, error) {
	return m.Profiles.Update(ctx, in)
}

func (m mutation) ArchiveCertificateProfile(ctx context.Context, in profile.ArchiveCertificateProfileInput) (*profile.Payload, error) {
	return m.Profiles.Archive(ctx, in)
}

func (r aProfile) BusinessUnit(ctx context.Context, p *profile.CertificateProfile) (*businessunit.BusinessUnit, error) {
	return r.Profiles.BusinessUnitOf(ctx, p)
}

func (r aProfile) ApproversAreMailed(ctx context.Context, p *profile.CertificateProfile) (bool, error) {
	return r.Profiles.ApproversAreMailed(ctx, p)
}

func (r aProfile) RequestURL(_ context.Context, p *profile.CertificateProfile) (*string, error) {
	return r.Inventory.RequestURL(p), nil
}
