package lifecycle

import "io"

// EnrollmentAction is one thing that can be done to an enrollment: the first
// column of domain.md section 4. Package audit has the words of the entries.
type EnrollmentAction string

// The actions that people and the invited person take.
const (
	// ActEnroll: link a seat to a profile with enrollment codes. It makes the enrollment.
	ActEnroll EnrollmentAction = "ENROLL"
	// ActRequest: ask for a certificate under a profile with manual approval. It makes the enrollment.
	ActRequest EnrollmentAction = "REQUEST"
	// ActReview: look at the enrollment and what was asked for.
	ActReview EnrollmentAction = "REVIEW"
	// ActViewAuditTrail: read the enrollment's audit entries.
	ActViewAuditTrail EnrollmentAction = "VIEW_AUDIT_TRAIL"
	// ActViewCode: see the code and the enrollment URL again.
	ActViewCode EnrollmentAction = "VIEW_CODE"
	// ActReset: bring an expired invitation back to life.
	ActReset EnrollmentAction = "RESET"
	// ActUnlock: allow attempts again after too many wrong codes.
	ActUnlock EnrollmentAction = "UNLOCK"
	// ActResendEnrollment: send the invitation, or the request to review, again.
	ActResendEnrollment EnrollmentAction = "RESEND_ENROLLMENT"
	// ActCancel: take an invitation back.
	ActCancel EnrollmentAction = "CANCEL"
	// ActWithdraw: take one's own request back.
	ActWithdraw EnrollmentAction = "WITHDRAW"
	// ActApprove: give one of the approvals that the profile asks for.
	ActApprove EnrollmentAction = "APPROVE"
	// ActReject: refuse a request, with a reason.
	ActReject EnrollmentAction = "REJECT"
	// ActResendApprovalEmail: send the pick-up link again, with a new secret.
	ActResendApprovalEmail EnrollmentAction = "RESEND_APPROVAL_EMAIL"
	// ActChangeStatus: move a request between PENDING and IN_PROGRESS.
	ActChangeStatus EnrollmentAction = "CHANGE_STATUS"
	// ActAddNote: add an internal note to a request.
	ActAddNote EnrollmentAction = "ADD_NOTE"
	// ActAttachCertificate: close a request with a certificate that was issued elsewhere.
	ActAttachCertificate EnrollmentAction = "ATTACH_CERTIFICATE"
	// ActRedeem: have the certificate issued; the invited person's, without a login.
	ActRedeem EnrollmentAction = "REDEEM"
)

// The moves that nobody asks for by name. They are rows of the table, and no
// values of the GraphQL enum.
const (
	// ActExpire: its time passed.
	ActExpire EnrollmentAction = "EXPIRE"
	// ActLock: the last allowed wrong code was given.
	ActLock EnrollmentAction = "LOCK"
	// ActRejectBySeatDeletion: its seat is being deleted.
	ActRejectBySeatDeletion EnrollmentAction = "REJECT_BY_SEAT_DELETION"
)

// EnrollmentActions lists the values of the GraphQL enum, in the table's order.
var EnrollmentActions = []EnrollmentAction{
	ActEnroll, ActRequest, ActReview, ActViewAuditTrail, ActViewCode, ActReset, ActUnlock, ActResendEnrollment, ActCancel,
	ActWithdraw, ActApprove, ActReject, ActResendApprovalEmail, ActChangeStatus, ActAddNote, ActAttachCertificate, ActRedeem,
}

// MarshalGQL writes the action as a GraphQL enum value.
func (a EnrollmentAction) MarshalGQL(w io.Writer) { writeEnum(w, a) }

// UnmarshalGQL reads a GraphQL enum value.
func (a *EnrollmentAction) UnmarshalGQL(v any) error { return readEnum(v, a, EnrollmentActions) }

// SeatAction is one thing that can be done to a seat: the first column of
// domain.md section 3. Package audit has the words of the entries.
type SeatAction string

// The actions on seats.
const (
	// SeatActCreate: make a seat; it takes a licence.
	SeatActCreate SeatAction = "CREATE"
	// SeatActEnroll: invite the seat under a profile with enrollment codes.
	SeatActEnroll SeatAction = "ENROLL"
	// SeatActEdit: change name, e-mail or phone.
	SeatActEdit SeatAction = "EDIT"
	// SeatActDelete: delete the seat and release its licence, for good.
	SeatActDelete SeatAction = "DELETE"
	// SeatActViewAuditTrail: read the audit entries of the seat, its enrollments and its certificates.
	SeatActViewAuditTrail SeatAction = "VIEW_AUDIT_TRAIL"
)

// SeatActions lists the values of SeatAction, in the table's order.
var SeatActions = []SeatAction{SeatActCreate, SeatActEnroll, SeatActEdit, SeatActDelete, SeatActViewAuditTrail}

// MarshalGQL writes the action as a GraphQL enum value.
func (a SeatAction) MarshalGQL(w io.Writer) { writeEnum(w, a) }

// UnmarshalGQL reads a GraphQL enum value.
func (a *SeatAction) UnmarshalGQL(v any) error { return readEnum(v, a, SeatActions) }
