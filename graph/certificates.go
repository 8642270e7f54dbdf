package graph

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/page"
)

func (q query) Certificate(ctx context.Context, one id.ID) (*inventory.Certificate, error) {
	return q.Inventory.Certificate(ctx, one, wanted(ctx))
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
