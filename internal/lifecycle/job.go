package lifecycle

import "io"

// BulkAction is an action that a job does to all that was selected: every one with a plural form.
type BulkAction string

// The values of BulkAction.
const (
	// BulkApprove: approveEnrollments.
	BulkApprove BulkAction = "APPROVE"
	// BulkReject: rejectEnrollments.
	BulkReject BulkAction = "REJECT"
	// BulkReset: resetEnrollments.
	BulkReset BulkAction = "RESET"
	// BulkUnlock: unlockEnrollments.
	BulkUnlock BulkAction = "UNLOCK"
	// BulkResend: resendEnrollments.
	BulkResend BulkAction = "RESEND_ENROLLMENT"
	// BulkCancel: cancelEnrollments.
	BulkCancel BulkAction = "CANCEL"
	// BulkResendApproval: resendApprovalEmails.
	BulkResendApproval BulkAction = "RESEND_APPROVAL_EMAIL"
	// BulkEnroll: enrollSeats.
	BulkEnroll BulkAction = "ENROLL"
	// BulkDelete: deleteSeats.
	BulkDelete BulkAction = "DELETE"
	// BulkRevoke: revokeCertificates.
	BulkRevoke BulkAction = "REVOKE"
)

// BulkActions lists the values of BulkAction.
var BulkActions = []BulkAction{BulkApprove, BulkReject, BulkReset, BulkUnlock, BulkResend, BulkCancel, BulkResendApproval, BulkEnroll, BulkDelete, BulkRevoke}

// MarshalGQL writes the value as a GraphQL enum value.
func (v BulkAction) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *BulkAction) UnmarshalGQL(x any) error { return readEnum(x, v, BulkActions) }

// JobStatus is how far a job is.
type JobStatus string

// The values of JobStatus.
const (
	// JobQueued: no batch was done yet.
	JobQueued JobStatus = "QUEUED"
	// JobRunning: some batches are done.
	JobRunning JobStatus = "RUNNING"
	// JobDone: every item was decided.
	JobDone JobStatus = "DONE"
	// JobCancelled: somebody ended it; what was done stays.
	JobCancelled JobStatus = "CANCELLED"
	// JobFailed: it could not go on; what was done stays.
	JobFailed JobStatus = "FAILED"
)

// JobStatuses lists the values of JobStatus.
var JobStatuses = []JobStatus{JobQueued, JobRunning, JobDone, JobCancelled, JobFailed}

// MarshalGQL writes the value as a GraphQL enum value.
func (v JobStatus) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *JobStatus) UnmarshalGQL(x any) error { return readEnum(x, v, JobStatuses) }

// Ended reports whether nothing more will be done.
func (v JobStatus) Ended() bool { return v == JobDone || v == JobCancelled || v == JobFailed }

// JobItemOutcome is what came of one item of a job.
type JobItemOutcome string

// The values of JobItemOutcome.
const (
	// ItemPending: not decided yet, or never, when the job has ended before.
	ItemPending JobItemOutcome = "PENDING"
	// ItemDone: it was done; in a dry run: it would be.
	ItemDone JobItemOutcome = "DONE"
	// ItemRefused: a rule said no.
	ItemRefused JobItemOutcome = "REFUSED"
)

// JobItemOutcomes lists the values of JobItemOutcome.
var JobItemOutcomes = []JobItemOutcome{ItemPending, ItemDone, ItemRefused}

// MarshalGQL writes the value as a GraphQL enum value.
func (v JobItemOutcome) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *JobItemOutcome) UnmarshalGQL(x any) error { return readEnum(x, v, JobItemOutcomes) }

// BulkNeed is the list and the mutation of an action: who may do the one may start
// the other.
type BulkNeed struct {
	List     List
	Mutation string
}

// bulk says which plural mutation stands behind each action.
var bulk = map[BulkAction]BulkNeed{
	BulkApprove:        {Enrollments, "approveEnrollments"},
	BulkReject:         {Enrollments, "rejectEnrollments"},
	BulkReset:          {Enrollments, "resetEnrollments"},
	BulkUnlock:         {Enrollments, "unlockEnrollments"},
	BulkResend:         {Enrollments, "resendEnrollments"},
	BulkCancel:         {Enrollments, "cancelEnrollments"},
	BulkResendApproval: {Enrollments, "resendApprovalEmails"},
	BulkEnroll:         {Seats, "enrollSeats"},
	BulkDelete:         {Seats, "deleteSeats"},
	BulkRevoke:         {Certificates, "revokeCertificates"},
}

// Needs is the list and the mutation of the action.
func (v BulkAction) Needs() BulkNeed { return bulk[v] }
