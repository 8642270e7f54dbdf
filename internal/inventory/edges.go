package inventory

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/batch"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
	"gatehouse/internal/viewer"
)

// The questions that a group of enrollments or seats is asked.
type (
	askSeats        struct{}
	askEnrollments  struct{}
	askUnits        struct{}
	askProfiles     struct{}
	askApprovals    struct{}
	askSurroundings struct{}
)

// SeatOf is the enrollment's seat; nil without one, and without VIEW_SEATS.
func (i *Inventory) SeatOf(ctx context.Context, e *Enrollment) (*Seat, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewSeats) || e.seatRow == nil {
		return nil, nil
	}
	if e.seat != nil {
		return e.seat, nil
	}
	seats, err := batch.Load(ctx, e.group, askSeats{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Seat, error) {
		rows, err := i.linked(ctx, "enrollments", "seat_row_id", ids)
		if err != nil {
			return nil, err
		}
		return i.seats(ctx, rows)
	})
	return seats[*e.seatRow], err
}

// linked are the distinct values of a foreign key of the rows of a table.
func (i *Inventory) linked(ctx context.Context, table, column string, ids []uuid.UUID) ([]uuid.UUID, error) {
	found, err := i.read.Query(ctx, fmt.Sprintf("SELECT DISTINCT t.%s FROM %s t WHERE t.id = ANY($1) AND t.%s IS NOT NULL", column, table, column), pq.Array(ids))
	if err != nil {
		return nil, fmt.Errorf("read the %s of %s: %w", column, table, err)
	}
	defer func() { _ = found.Close() }()
	var rows []uuid.UUID
	for found.Next() {
		var u uuid.UUID
		if err := found.Scan(&u); err != nil {
			return nil, fmt.Errorf("read the %s of %s: %w", column, table, err)
		}
		rows = append(rows, u)
	}
	return rows, found.Err()
}

// BusinessUnitOf is the enrollment's business unit; nil without
// VIEW_BUSINESS_UNITS. When its id and name are enough (short) they came along.
func (i *Inventory) BusinessUnitOf(ctx context.Context, e *Enrollment, short bool) (*businessunit.BusinessUnit, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewBusinessUnits) {
		return nil, nil
	}
	if short && e.shortUnit != nil {
		return e.shortUnit, nil
	}
	units, err := batch.Load(ctx, e.group, askUnits{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*businessunit.BusinessUnit, error) {
		rows, err := i.linked(ctx, "enrollments", "business_unit_id", ids)
		if err != nil {
			return nil, err
		}
		return i.units.ByIDs(ctx, rows)
	})
	return units[e.unit], err
}

// ProfileOf is the enrollment's profile; nil without VIEW_PROFILES. When its id
// and name are enough (short) they came along.
func (i *Inventory) ProfileOf(ctx context.Context, e *Enrollment, short bool) (*profile.CertificateProfile, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewProfiles) {
		return nil, nil
	}
	if short && e.shortProfile != nil {
		return e.shortProfile, nil
	}
	profiles, err := batch.Load(ctx, e.group, askProfiles{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*profile.CertificateProfile, error) {
		rows, err := i.linked(ctx, "enrollments", "profile_id", ids)
		if err != nil {
			return nil, err
		}
		return i.profiles.ByIDs(ctx, rows)
	})
	return profiles[e.profile], err
}

// BusinessUnitOfSeat is the seat's business unit; nil without VIEW_BUSINESS_UNITS.
func (i *Inventory) BusinessUnitOfSeat(ctx context.Context, s *Seat) (*businessunit.BusinessUnit, error) {
	v, _ := viewer.From(ctx)
	if !v.May(lifecycle.ViewBusinessUnits) {
		return nil, nil
	}
	units, err := batch.Load(ctx, s.group, askUnits{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*businessunit.BusinessUnit, error) {
		rows, err := i.linked(ctx, "seats", "business_unit_id", ids)
		if err != nil {
			return nil, err
		}
		return i.units.ByIDs(ctx, rows)
	})
	return units[s.unit], err
}

// mostDecisions is how many decisions of an enrollment are shown, the latest.
const mostDecisions = 100

// ApprovalsOf are the latest decisions on an enrollment, oldest first.
func (i *Inventory) ApprovalsOf(ctx context.Context, e *Enrollment) ([]*Approval, error) {
	all, err := batch.Load(ctx, e.group, askApprovals{}, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Approval, error) {
		statement := fmt.Sprintf(`SELECT b.parent, a.id, a.decision, a.issuer, a.subject, a.name, a.comment, a.round, a.decided_at
FROM unnest($1::uuid[]) AS b(parent) CROSS JOIN LATERAL (
  SELECT a.* FROM approvals a WHERE a.enrollment_id = b.parent ORDER BY a.round DESC, a.decided_at DESC, a.id DESC LIMIT %d) a
ORDER BY a.decided_at, a.id`, mostDecisions)
		found, err := i.read.Query(ctx, statement, pq.Array(ids))
		if err != nil {
			return nil, fmt.Errorf("read decisions: %w", err)
		}
		defer func() { _ = found.Close() }()
		byEnrollment := map[uuid.UUID][]*Approval{}
		for found.Next() {
			var parent uuid.UUID
			a := &Approval{}
			a.ID.Kind = id.Approval
			if err := found.Scan(&parent, &a.ID.UUID, &a.Decision, &a.Approver.Issuer, &a.Approver.Subject, &a.Approver.Name, &a.Comment, &a.Round, &a.DecidedAt); err != nil {
				return nil, fmt.Errorf("read decisions: %w", err)
			}
			a.DecidedAt = a.DecidedAt.UTC()
			byEnrollment[parent] = append(byEnrollment[parent], a)
		}
		return byEnrollment, found.Err()
	})
	return slices.Concat([]*Approval{}, all[e.ID.UUID]), err
}

// EnrollmentTrail is the enrollment's audit entries, newest first; empty without
// VIEW_AUDIT_LOG.
func (i *Inventory) EnrollmentTrail(ctx context.Context, e *Enrollment, args page.Args) (*page.Connection[*auditlog.Entry], error) {
	return i.log.EnrollmentTrail(ctx, e.group, e.ID.UUID, args)
}

// SeatTrail is the audit entries of the seat, its enrollments and its
// certificates, newest first; empty without VIEW_AUDIT_LOG.
func (i *Inventory) SeatTrail(ctx context.Context, s *Seat, args page.Args) (*page.Connection[*auditlog.Entry], error) {
	return i.log.SeatTrail(ctx, s.group, s.ID.UUID, args)
}
