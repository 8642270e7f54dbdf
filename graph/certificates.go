package graph

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/certlint"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

func (q query) Certificate(ctx context.Context, one id.ID) (*inventory.Certificate, error) {
	return q.Inventory.Certificate(ctx, one, wanted(ctx))
}

func (q query) Certificates(ctx context.Context, first *int, after *string, last *int, before *string, view *inventory.CertificateView, viewID *id.ID, search *string, filter *inventory.CertificateFilter, order *inventory.CertificateOrder) (*page.Connection[*inventory.Certificate], error) {
	list, err := q.API.Views.Certificates(ctx, inventory.CertificateListInput{View: view, ViewID: viewID, Search: search, Filter: filter, OrderBy: order})
	if err != nil {
		return nil, err
	}
	return q.Inventory.Certificates(ctx, args(first, after, last, before), list, wanted(ctx))
}

func (m mutation) ImportCertificates(ctx context.Context, in inventory.ImportCertificatesInput) (*inventory.ImportCertificatesPayload, error) {
	return m.Inventory.ImportCertificates(ctx, in)
}

func (m mutation) RecordDiscoveredCertificates(ctx context.Context, in inventory.RecordDiscoveredCertificatesInput) (*inventory.RecordDiscoveredCertificatesPayload, error) {
	return m.Inventory.RecordDiscoveredCertificates(ctx, in)
}

func (m mutation) RenewCertificate(ctx context.Context, in inventory.RenewCertificateInput) (*inventory.RenewCertificatePayload, error) {
	return m.Inventory.RenewCertificate(ctx, in)
}

func (m mutation) RevokeCertificate(ctx context.Context, in inventory.RevokeCertificateInput) (*inventory.CertificatePayload, error) {
	return m.Inventory.RevokeCertificate(ctx, in)
}

func (m mutation) RevokeCertificates(ctx context.Context, in inventory.RevokeCertificatesInput) (*inventory.CertificatesPayload, error) {
	return m.Inventory.RevokeCertificates(ctx, in)
}

func (m mutation) SuspendCertificate(ctx context.Context, in inventory.SuspendCertificateInput) (*inventory.CertificatePayload, error) {
	return m.Inventory.SuspendCertificate(ctx, in)
}

func (m mutation) ResumeCertificate(ctx context.Context, in inventory.ResumeCertificateInput) (*inventory.CertificatePayload, error) {
	return m.Inventory.ResumeCertificate(ctx, in)
}

func (r certificate) Locations(ctx context.Context, c *inventory.Certificate, first *int, after *string, last *int, before *string) (*page.Connection[*inventory.CertificateLocation], error) {
	return r.Inventory.LocationsOf(ctx, c, args(first, after, last, before))
}

func (r certificate) Renewal(ctx context.Context, c *inventory.Certificate) (*inventory.Enrollment, error) {
	return r.Inventory.RenewalOf(ctx, c)
}

func (r certificate) ReplacedBy(ctx context.Context, c *inventory.Certificate) (*inventory.Certificate, error) {
	return r.Inventory.ReplacedBy(ctx, c, wanted(ctx))
}

func (r certificate) Replaces(ctx context.Context, c *inventory.Certificate) (*inventory.Certificate, error) {
	return r.Inventory.ReplacesOfCertificate(ctx, c, wanted(ctx))
}

func (r certificate) Mails(ctx context.Context, c *inventory.Certificate) ([]*inventory.Mail, error) {
	return r.Inventory.MailsOfCertificate(ctx, c)
}

func (r certificate) Lint(ctx context.Context, c *inventory.Certificate, sources []certlint.Source) ([]*certlint.Finding, error) {
	return r.Inventory.LintCertificate(ctx, c, sources)
}

func (r certificate) AvailableActions(ctx context.Context, c *inventory.Certificate) ([]lifecycle.CertificateAction, error) {
	return r.Inventory.CertificateActions(ctx, c)
}

func (r certificate) UnavailableActions(ctx context.Context, c *inventory.Certificate) ([]*lifecycle.UnavailableCertificateAction, error) {
	return r.Inventory.UnavailableCertificateActions(ctx, c)
}

func (r enrollment) Replaces(ctx context.Context, e *inventory.Enrollment) (*inventory.Certificate, error) {
	return r.Inventory.ReplacesOfEnrollment(ctx, e, wanted(ctx))
}

func (r certificate) Seat(ctx context.Context, c *inventory.Certificate) (*inventory.Seat, error) {
	return r.Inventory.SeatOfCertificate(ctx, c)
}

func (r certificate) Enrollment(ctx context.Context, c *inventory.Certificate) (*inventory.Enrollment, error) {
	return r.Inventory.EnrollmentOfCertificate(ctx, c)
}

func (r certificate) BusinessUnit(ctx context.Context, c *inventory.Certificate) (*businessunit.BusinessUnit, error) {
	return r.Inventory.BusinessUnitOfCertificate(ctx, c)
}

func (r certificate) AuditTrail(ctx context.Context, c *inventory.Certificate, first *int, after *string, last *int, before *string) (*page.Connection[*auditlog.Entry], error) {
	return r.Inventory.CertificateTrail(ctx, c, args(first, after, last, before))
}

func (r seat) Certificates(ctx context.Context, s *inventory.Seat, first *int, after *string, last *int, before *string) (*page.Connection[*inventory.Certificate], error) {
	return r.Inventory.CertificatesOf(ctx, s, args(first, after, last, before), wanted(ctx))
}
