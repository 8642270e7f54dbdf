package lifecycle

import (
	"slices"

	"gatehouse/internal/refusal"
)

// The words with which the rows are written.
var (
	anyMethod           = AuthenticationMethods
	byCode              = []AuthenticationMethod{EnrollmentCode}
	byApproval          = []AuthenticationMethod{ManualApproval}
	anyCA               = CATypes
	privateCA           = []CAType{Private}
	anyEnrollmentMethod = EnrollmentMethods
	nothing             = []Status{unmade}
	anyStatus           = Statuses
	// mailed leaves out the methods whose client is set up by hand and has no
	// page to which an invitation could lead (TLM, "Manage enrollments").
	mailed = []EnrollmentMethod{CSR, BrowserPKCS12, ACME, CMPv2, DigiCertAgent, DesktopClient}
	// revives are the conditions on whatever makes an enrollment, or brings an
	// old one back to life.
	revives = []refusal.Code{refusal.SeatDeleted, refusal.ProfileArchived, refusal.ActiveEnrollmentExists}
)

// enrollmentTable is domain.md section 4, row for row.
var enrollmentTable = []EnrollmentRow{
	{
		Action: ActEnroll, Mutation: "enrollSeat",
		Methods: byCode, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: nothing, To: always(Created), By: may(ManageEnrollments), Bars: revives,
		Does: "Links the seat to a profile, makes a code or takes the one given, mails the enrollment URL.",
	}, {
		// A request names its seat by key: a deleted seat of that key stands in
		// nobody's way, so SEAT_DELETED is no bar here.
		Action: ActRequest, Mutation: "requestEnrollment",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: nothing, To: always(Pending), By: append(may(RequestEnrollments), TheEndUser),
		Bars: []refusal.Code{refusal.ProfileArchived, refusal.ActiveEnrollmentExists},
		Does: "Asks for a certificate; the approvers are mailed. The end user's way is the open request page.",
	}, {
		Action:  ActReview,
		Methods: anyMethod, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: anyStatus, To: stay, By: may(ViewEnrollments), WhileIssuing: true, Offered: true,
		Does: "Shows the enrollment and what was asked for.",
	}, {
		Action:  ActViewAuditTrail,
		Methods: anyMethod, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: anyStatus, To: stay, By: may(ViewAuditLog), WhileIssuing: true, Offered: true,
		Does: "Shows the enrollment's audit entries.",
	}, {
		Action: ActViewCode, Mutation: "revealEnrollmentCode",
		Methods: byCode, CAs: privateCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Created, Locked, Expired}, To: stay, By: may(ManageEnrollments), Offered: true,
		Does: "Shows the code and the enrollment URL again, and leaves an audit entry.",
	}, {
		Action: ActReset, Mutation: "resetEnrollment",
		Methods: byCode, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Expired}, To: always(Created), By: may(ManageEnrollments), Bars: revives, Offered: true,
		Does: "New expiry, attempts 0, the same code unless a new one is asked for.",
	}, {
		Action: ActUnlock, Mutation: "unlockEnrollment",
		Methods: byCode, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Locked}, To: afterUnlock, By: may(ManageEnrollments), Offered: true,
		Does: "Attempts 0; EXPIRED when its time has passed meanwhile.",
	}, {
		Action: ActResendEnrollment, Mutation: "resendEnrollment",
		Methods: byCode, CAs: anyCA, EnrollmentMethods: mailed,
		From: []Status{Created, Expired}, To: always(Created), By: may(ManageEnrollments), Bars: revives, Offered: true,
		Does: "Mails the invitation again; from EXPIRED with a new code and expiry.",
	}, {
		Action: ActResendEnrollment, Mutation: "resendEnrollment",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Pending, Expired}, To: always(Pending), By: may(ManageEnrollments), Bars: revives, Offered: true,
		Does: "Asks the approvers again; from EXPIRED with a new expiry and a new round, in which earlier decisions stay visible and count no more.",
	}, {
		Action: ActCancel, Mutation: "cancelEnrollment",
		Methods: byCode, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Created, Locked, Expired}, To: always(Rejected), By: may(ManageEnrollments), Offered: true,
		Does: "Takes the invitation back, with a reason.",
	}, {
		Action: ActWithdraw, Mutation: "withdrawEnrollment",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: Waiting, To: always(Rejected), By: []Who{TheRequester}, Offered: true,
		Does: "Takes one's own request back.",
	}, {
		Action: ActApprove, Mutation: "approveEnrollment",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: Waiting, To: afterApproval, By: may(ApproveEnrollments),
		Bars: []refusal.Code{refusal.OwnRequest, refusal.AlreadyDecided}, Offered: true,
		Does: "PENDING_SECOND_APPROVAL while approvals are missing, else APPROVED: the expiry becomes the pick-up time, the pick-up link is mailed.",
	}, {
		// No bar of a person here: what OWN_REQUEST and ALREADY_DECIDED guard
		// against is a certificate that too few people agreed to, and a rejection
		// gives none. One may refuse one's own request, and change a yes to a no.
		Action: ActReject, Mutation: "rejectEnrollment",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: Waiting, To: always(Rejected), By: may(ApproveEnrollments), Offered: true,
		Does: "Refuses the request, with a reason that is mailed. One rejection is enough.",
	}, {
		Action: ActResendApprovalEmail, Mutation: "resendApprovalEmail",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Approved}, To: stay, By: may(ManageEnrollments), Offered: true,
		Does: "Mails the pick-up link again, with a new secret.",
	}, {
		Action: ActChangeStatus, Mutation: "changeEnrollmentStatus",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Pending, InProgress}, To: otherOfTwo, By: may(ApproveEnrollments), Offered: true,
		Does: "Moves the request to the other of the two, so that colleagues see who has taken it up.",
	}, {
		Action: ActAddNote, Mutation: "addEnrollmentNote",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: Waiting, To: stay, By: may(ApproveEnrollments), Offered: true,
		Does: "Adds an internal note.",
	}, {
		Action: ActAttachCertificate, Mutation: "attachCertificate",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Approved}, To: always(Redeemed), By: may(ManageEnrollments), Offered: true,
		Does: "Closes the request with a certificate that was issued elsewhere.",
	}, {
		Action: ActRedeem, Mutation: "redeemEnrollment",
		Methods: byCode, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Created}, To: always(Redeemed), By: []Who{TheEndUser},
		Does: "Has the certificate issued, against the invitation's token and the code.",
	}, {
		Action: ActRedeem, Mutation: "redeemEnrollment",
		Methods: byApproval, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Approved}, To: always(Redeemed), By: []Who{TheEndUser},
		Does: "Has the certificate issued, against the pick-up secret.",
	}, {
		Action:  ActLock,
		Methods: byCode, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Created}, To: always(Locked), By: []Who{TheEndUser},
		Does: "The last allowed wrong code (the fifth, unless the profile says otherwise) locks.",
	}, {
		Action:  ActExpire,
		Methods: anyMethod, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: Expiring, Due: true, To: always(Expired), By: []Who{TheSystem},
		Does: "Writes down what everybody sees since its time passed.",
	}, {
		Action:  ActRejectBySeatDeletion,
		Methods: anyMethod, CAs: anyCA, EnrollmentMethods: anyEnrollmentMethod,
		From: []Status{Created, Pending, PendingSecondApproval, InProgress, Approved, Locked, Expired}, To: always(Rejected), By: may(ManageSeats),
		Does: "Ends with its seat, whose deletion was allowed.",
	},
}

// seatTable is domain.md section 3, row for row.
var seatTable = []SeatRow{
	{
		Action: SeatActCreate, Mutation: "createSeat",
		Types: []SeatType{User, Device, Server, Organization, Unified, CertificateManagement},
		From:  []SeatStatus{SeatStatus(unmade)}, By: may(ManageSeats),
		Does: "Takes a free licence and makes the seat.",
	}, {
		Action: SeatActEnroll, Mutation: "enrollSeat",
		Types: []SeatType{User, Device, Server, Organization, Unified},
		From:  []SeatStatus{SeatCreated, SeatEnrolled, SeatConsumed}, By: may(ManageEnrollments),
		Bars: []refusal.Code{refusal.ActiveEnrollmentExists, refusal.SeatHasCertificate}, Offered: true,
		Does: "Links the seat to a profile with enrollment codes of its business unit and type.",
	}, {
		Action: SeatActEdit, Mutation: "updateSeat",
		Types: SeatTypes,
		From:  []SeatStatus{SeatCreated, SeatEnrolled, SeatConsumed}, By: may(ManageSeats), Offered: true,
		Does: "Changes name, e-mail or phone; never seat id, type or business unit.",
	}, {
		Action: SeatActDelete, Mutation: "deleteSeat",
		Types: SeatTypes,
		From:  []SeatStatus{SeatCreated, SeatEnrolled, SeatConsumed}, By: may(ManageSeats),
		Bars: []refusal.Code{refusal.RevokePermissionMissing, refusal.Issuing}, Offered: true,
		Does: "Rejects its active and expired enrollments, releases the licence, revokes its certificates when asked. Cannot be undone.",
	}, {
		Action: SeatActViewAuditTrail,
		Types:  SeatTypes,
		From:   SeatStatuses, By: may(ViewAuditLog), Offered: true,
		Does: "Shows the audit entries of the seat, its enrollments and its certificates.",
	},
}

// certificateTable is what domain.md says of certificates (section 2, and section
// 5's REVOKE_CERTIFICATES), row for row.
var certificateTable = []CertificateRow{
	{
		// What is archived or deleted never comes back; the window opens by itself, and
		// an enrollment under way ends by itself.
		Action: CertificateActRenew, Mutation: "renewCertificate",
		Of: FromAnEnrollment, From: []CertificateStatus{CertificateIssued}, By: may(ManageEnrollments),
		Bars:    []refusal.Code{refusal.SeatDeleted, refusal.AlreadyReplaced, refusal.ProfileArchived, refusal.SeatHasCertificate, refusal.OutsideRenewalWindow, refusal.ActiveEnrollmentExists},
		Offered: true,
		Does:    "Makes an enrollment for its successor, of the same seat and under the same profile.",
	}, {
		// An expired one needs no revocation: nobody accepts it any more.
		Action: CertificateActRevoke, Mutation: "revokeCertificate",
		Of: FromAnywhere, From: []CertificateStatus{CertificateIssued, CertificateSuspended}, To: CertificateRevoked, By: may(RevokeCertificates), Offered: true,
		Does: "Ends it for good, with a reason (RFC 5280), and tells its authority.",
	}, {
		// Of the authorities that are asked from here, only the built-in one knows a hold.
		Action: CertificateActSuspend, Mutation: "suspendCertificate",
		Of: FromTheBuiltIn, From: []CertificateStatus{CertificateIssued}, To: CertificateSuspended, By: may(RevokeCertificates), Offered: true,
		Does: "Puts it on hold: nobody should accept it, and its seat keeps it.",
	}, {
		Action: CertificateActResume, Mutation: "resumeCertificate",
		Of: FromAnywhere, From: []CertificateStatus{CertificateSuspended}, To: CertificateIssued, By: may(RevokeCertificates), Offered: true,
		Does: "Takes it off hold.",
	}, {
		Action: CertificateActViewAuditTrail,
		Of:     FromAnywhere, From: CertificateStatuses, By: may(ViewAuditLog), Offered: true,
		Does: "Shows its audit entries.",
	}, {
		Action: CertificateActExpire,
		Of:     FromAnywhere, From: []CertificateStatus{CertificateIssued, CertificateSuspended}, Due: true, To: CertificateExpired, By: []Who{TheSystem},
		Does: "Writes down what everybody sees since its notAfter has passed.",
	},
}

// may is the list of those who have the permission.
func may(p Permission) []Who { return []Who{Who(p)} }

// EnrollmentRows is a copy of the table of enrollments, for those who print it.
func EnrollmentRows() []EnrollmentRow { return slices.Clone(enrollmentTable) }

// SeatRows is a copy of the table of seats, for those who print it.
func SeatRows() []SeatRow { return slices.Clone(seatTable) }

// CertificateRows is a copy of the table of certificates, for those who print it.
func CertificateRows() []CertificateRow { return slices.Clone(certificateTable) }
