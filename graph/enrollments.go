package graph

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/profile"
)

func (q query) Enrollment(ctx context.Context, one id.ID) (*inventory.Enrollment, error) {
	return q.Inventory.Enrollment(ctx, one, wanted(ctx))
}

func (q query) Enrollments(ctx context.Context, first *int, after *string, last *int, before *string, view *inventory.EnrollmentView, filter *inventory.EnrollmentFilter, order *inventory.EnrollmentOrder) (*page.Connection[*inventory.Enrollment], error) {
	return q.Inventory.Enrollments(ctx, args(first, after, last, before), view, filter, order, wanted(ctx))
}

func (m mutation) RequestEnrollment(ctx context.Context, in inventory.RequestEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Request(ctx, in)
}

func (m mutation) WithdrawEnrollment(ctx context.Context, in inventory.WithdrawEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Withdraw(ctx, in)
}

func (m mutation) ApproveEnrollment(ctx context.Context, in inventory.ApproveEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Approve(ctx, in)
}

func (m mutation) ApproveEnrollments(ctx context.Context, in inventory.ApproveEnrollmentsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.ApproveMany(ctx, in)
}

func (m mutation) RejectEnrollment(ctx context.Context, in inventory.RejectEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Reject(ctx, in)
}

func (m mutation) RejectEnrollments(ctx context.Context, in inventory.RejectEnrollmentsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.RejectMany(ctx, in)
}

func (m mutation) ChangeEnrollmentStatus(ctx context.Context, in inventory.ChangeEnrollmentStatusInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.ChangeStatus(ctx, in)
}

func (m mutation) AddEnrollmentNote(ctx context.Context, in inventory.AddEnrollmentNoteInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.AddNote(ctx, in)
}

func (r enrollment) Seat(ctx context.Context, e *inventory.Enrollment) (*inventory.Seat, error) {
	return r.Inventory.SeatOf(ctx, e)
}

func (r enrollment) Profile(ctx context.Context, e *inventory.Enrollment) (*profile.CertificateProfile, error) {
	return r.Inventory.ProfileOf(ctx, e, namesOnly(ctx))
}

func (r enrollment) BusinessUnit(ctx context.Context, e *inventory.Enrollment) (*businessunit.BusinessUnit, error) {
	return r.Inventory.BusinessUnitOf(ctx, e, namesOnly(ctx))
}

func (r enrollment) IsMine(ctx context.Context, e *inventory.Enrollment) (bool, error) {
	return r.Inventory.IsMine(ctx, e), nil
}

func (r enrollment) Approvals(ctx context.Context, e *inventory.Enrollment) ([]*inventory.Approval, error) {
	return r.Inventory.ApprovalsOf(ctx, e)
}

func (r enrollment) Notes(ctx context.Context, e *inventory.Enrollment, first *int, after *string, last *int, before *string) (*page.Connection[*inventory.EnrollmentNote], error) {
	return r.Inventory.NotesOf(ctx, e, args(first, after, last, before))
}

func (r enrollment) AuditTrail(ctx context.Context, e *inventory.Enrollment, first *int, after *string, last *int, before *string) (*page.Connection[*auditlog.Entry], error) {
	return r.Inventory.EnrollmentTrail(ctx, e, args(first, after, last, before))
}

func (r enrollment) AvailableActions(ctx context.Context, e *inventory.Enrollment) ([]lifecycle.EnrollmentAction, error) {
	return r.Inventory.EnrollmentActions(ctx, e)
}

func (r enrollment) UnavailableActions(ctx context.Context, e *inventory.Enrollment) ([]*lifecycle.UnavailableEnrollmentAction, error) {
	return r.Inventory.UnavailableEnrollmentActions(ctx, e)
}
