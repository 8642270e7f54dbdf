package lifecycle

import "io"

// MailKind is what a mail says (domain.md section 7).
type MailKind string

// The values of MailKind.
const (
	// MailInvitation: the link to the enrollment page, and the code where the profile says so.
	MailInvitation MailKind = "INVITATION"
	// MailConfirmRequest: the link that confirms the address of a request from the open request page.
	MailConfirmRequest MailKind = "CONFIRM_REQUEST"
	// MailReceived: to the requester, that the request has arrived.
	MailReceived MailKind = "REQUEST_RECEIVED"
	// MailReview: to the approvers, that a request waits.
	MailReview MailKind = "REQUEST_TO_REVIEW"
	// MailApproved: the pick-up link.
	MailApproved MailKind = "APPROVED"
	// MailRejected: the reason.
	MailRejected MailKind = "REJECTED"
	// MailLocked: to the managers, that too many wrong codes were tried.
	MailLocked MailKind = "LOCKED"
	// MailExpires: to a certificate's holder, that it ends soon.
	MailExpires MailKind = "CERTIFICATE_EXPIRES"
)

// MailKinds lists the values of MailKind.
var MailKinds = []MailKind{MailInvitation, MailConfirmRequest, MailReceived, MailReview, MailApproved, MailRejected, MailLocked, MailExpires}

// MarshalGQL writes the value as a GraphQL enum value.
func (v MailKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *MailKind) UnmarshalGQL(x any) error { return readEnum(x, v, MailKinds) }

// MailStatus is what became of a mail.
type MailStatus string

// The values of MailStatus.
const (
	// MailQueued: it will be sent, or tried again.
	MailQueued MailStatus = "QUEUED"
	// MailSent: a mail server has taken it.
	MailSent MailStatus = "SENT"
	// MailFailed: given up.
	MailFailed MailStatus = "FAILED"
)

// MailStatuses lists the values of MailStatus.
var MailStatuses = []MailStatus{MailQueued, MailSent, MailFailed}

// MarshalGQL writes the value as a GraphQL enum value.
func (v MailStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *MailStatus) UnmarshalGQL(x any) error { return readEnum(x, v, MailStatuses) }
