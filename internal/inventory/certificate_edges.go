package inventory

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

// SeatOfCertificate is the certificate's seat; nil while it is on none, and
// without VIEW_SEATS.
func (i *Inventory) SeatOfCertificate(ctx context.Context, c *Certificate) (*Seat, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewSeats) || c.seatRow == nil {
		return nil, nil
	}
	seats, err := batch.Load(ctx, c.group, askSeats{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Seat, error) {
		rows, err := i.linked(ctx, "certificates", "seat_row_id", ids)
		if err != nil {
			return nil, err
		}
		return i.seats(ctx, rows)
	})
	return seats[*c.seatRow], err
}

// EnrollmentOfCertificate is the enrollment that it was issued for; nil when there
// was none, or none that the viewer may see.
func (i *Inventory) EnrollmentOfCertificate(ctx context.Context, c *Certificate) (*Enrollment, error) {
	v, _ := viewer.From(ctx)
	if c.enrollment == nil || !v.Permissions.HasAny(lifecycle.ViewEnrollments, lifecycle.ViewOwnEnrollments) {
		return nil, nil
	}
	enrollments, err := batch.Load(ctx, c.group, askEnrollments{}, func(ctx context.Context, ids []uuid.UUID) (map[id.ID]*Enrollment, error) {
		rows, err := i.linked(ctx, "certificates", "enrollment_id", ids)
		if err != nil {
			return nil, err
		}
		of := make([]id.ID, len(rows))
		for n, row := range rows {
			of[n] = id.Of(id.Enrollment, row)
		}
		return i.EnrollmentsByID(ctx, of, nil)
	})
	return enrollments[id.Of(id.Enrollment, *c.enrollment)], err
}

// BusinessUnitOfCertificate is its business unit; nil without VIEW_BUSINESS_UNITS.
func (i *Inventory) BusinessUnitOfCertificate(ctx context.Context, c *Certificate) (*businessunit.BusinessUnit, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewBusinessUnits) {
		return nil, nil
	}
	units, err := batch.Load(ctx, c.group, askUnits{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*businessunit.BusinessUnit, error) {
		rows, err := i.linked(ctx, "certificates", "business_unit_id", ids)
		if err != nil {
			return nil, err
		}
		return i.units.ByIDs(ctx, rows)
	})
	return units[c.unit], err
}

// CertificateTrail is its audit entries, newest first; empty without
// VIEW_AUDIT_LOG.
func (i *Inventory) CertificateTrail(ctx context.Context, c *Certificate, args page.Args) (*page.Connection[*auditlog.Entry], error) {
	return i.log.CertificateTrail(ctx, c.group, c.ID.UUID, args)
}
