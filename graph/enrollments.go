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

func (q query) Enrollments(ctx context.Context, first *int, after *string, last *int, before *string, view *inventory.EnrollmentView, viewID *id.ID, search *string, filter *inventory.EnrollmentFilter, order *inventory.EnrollmentOrder) (*page.Connection[*inventory.Enrollment], error) {
	list, err := q.API.Views.Enrollments(ctx, inventory.EnrollmentListInput{View: view, ViewID: viewID, Search: search, Filter: filter, OrderBy: order})
	if err != nil {
		return nil, err
	}
	return q.Inventory.Enrollments(ctx, args(first, after, last, before), list, wanted(ctx))
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

func (m mutation) RevealEnrollmentCode(ctx context.Context, in inventory.RevealEnrollmentCodeInput) (*inventory.RevealPayload, error) {
	return m.Inventory.RevealCode(ctx, in)
}

func (m mutation) ResetEnrollment(ctx context.Context, in inventory.ResetEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Reset(ctx, in)
}

func (m mutation) ResetEnrollments(ctx context.Context, in inventory.ResetEnrollmentsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.ResetMany(ctx, in)
}

func (m mutation) UnlockEnrollment(ctx context.Context, in inventory.UnlockEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Unlock(ctx, in)
}

func (m mutation) UnlockEnrollments(ctx context.Context, in inventory.UnlockEnrollmentsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.UnlockMany(ctx, in)
}

func (m mutation) ResendEnrollment(ctx context.Context, in inventory.ResendEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Resend(ctx, in)
}

func (m mutation) ResendEnrollments(ctx context.Context, in inventory.ResendEnrollmentsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.ResendMany(ctx, in)
}

func (m mutation) CancelEnrollment(ctx context.Context, in inventory.CancelEnrollmentInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.Cancel(ctx, in)
}

func (m mutation) CancelEnrollments(ctx context.Context, in inventory.CancelEnrollmentsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.CancelMany(ctx, in)
}

func (m mutation) ResendApprovalEmail(ctx context.Context, in inventory.ResendApprovalEmailInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.ResendApproval(ctx, in)
}

func (m mutation) ResendApprovalEmails(ctx context.Context, in inventory.ResendApprovalEmailsInput) (*inventory.EnrollmentsPayload, error) {
	return m.Inventory.ResendApprovalMany(ctx, in)
}

func (m mutation) AttachCertificate(ctx context.Context, in inventory.AttachCertificateInput) (*inventory.EnrollmentPayload, error) {
	return m.Inventory.AttachCertificate(ctx, in)
}

func (m mutation) RedeemEnrollment(ctx context.Context, in inventory.RedeemEnrollmentInput) (*inventory.RedeemPayload, error) {
	return m.Inventory.Redeem(ctx, in)
}

func (q query) EnrollmentInvitation(ctx context.Context, token string) (*inventory.Invitation, error) {
	return q.Inventory.Invitation(ctx, token)
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

func (r enrollment) Certificate(ctx context.Context, e *inventory.Enrollment) (*inventory.Certificate, error) {
	return r.Inventory.CertificateOf(ctx, e, wanted(ctx))
}

func (r enrollment) Mails(ctx context.Context, e *inventory.Enrollment) ([]*inventory.Mail, error) {
	return r.Inventory.MailsOf(ctx, e)
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
