package audit

import (
	"io"
	"strconv"
)

// Action is one word for each act of domain.md's tables. (TLM files every
// approval under "update"; an auditor who looks for approvals wants the word.)
type Action string

// The actions.
const (
	CreateBusinessUnit Action = "CREATE_BUSINESS_UNIT"
	UpdateBusinessUnit Action = "UPDATE_BUSINESS_UNIT"
	DeleteBusinessUnit Action = "DELETE_BUSINESS_UNIT"
	SetPurchasedSeats  Action = "SET_PURCHASED_SEATS"
	AllocateSeats      Action = "ALLOCATE_SEATS"
	CreateProfile      Action = "CREATE_CERTIFICATE_PROFILE"
	UpdateProfile      Action = "UPDATE_CERTIFICATE_PROFILE"
	ArchiveProfile     Action = "ARCHIVE_CERTIFICATE_PROFILE"
	CreateSeat         Action = "CREATE_SEAT"
	UpdateSeat         Action = "UPDATE_SEAT"
	DeleteSeat         Action = "DELETE_SEAT"
	ImportSeats        Action = "IMPORT_SEATS"
	Enroll             Action = "ENROLL"
	Request            Action = "REQUEST"
	Approve            Action = "APPROVE"
	Reject             Action = "REJECT"
	Withdraw           Action = "WITHDRAW"
	Cancel             Action = "CANCEL"
	ChangeStatus       Action = "CHANGE_STATUS"
	AddNote            Action = "ADD_NOTE"
	ViewCode           Action = "VIEW_CODE"
	Reset              Action = "RESET"
	Unlock             Action = "UNLOCK"
	ResendEnrollment   Action = "RESEND_ENROLLMENT"
	ResendApproval     Action = "RESEND_APPROVAL_EMAIL"
	Redeem             Action = "REDEEM"
	Issue              Action = "ISSUE_CERTIFICATE"
	Lock               Action = "LOCK"
	Expire             Action = "EXPIRE"
	AttachCertificate  Action = "ATTACH_CERTIFICATE"
	LinkCertificate    Action = "LINK_CERTIFICATE"
	UnlinkCertificate  Action = "UNLINK_CERTIFICATE"
	ImportCertificates Action = "IMPORT_CERTIFICATES"
	RecordDiscovered   Action = "RECORD_DISCOVERED_CERTIFICATES"
	RevokeCertificate  Action = "REVOKE_CERTIFICATE"
	ReportRevocation   Action = "REPORT_REVOCATION"
	SuspendCertificate Action = "SUSPEND_CERTIFICATE"
	ResumeCertificate  Action = "RESUME_CERTIFICATE"
	RenewCertificate   Action = "RENEW_CERTIFICATE"
	SaveView           Action = "SAVE_VIEW"
	UpdateView         Action = "UPDATE_VIEW"
	DeleteView         Action = "DELETE_VIEW"
	StartBulkAction    Action = "START_BULK_ACTION"
	CancelJob          Action = "CANCEL_JOB"
	EndJob             Action = "END_JOB"
	CreateExport       Action = "CREATE_EXPORT"
	DownloadExport     Action = "DOWNLOAD_EXPORT"
	CreateWebhook      Action = "CREATE_WEBHOOK"
	UpdateWebhook      Action = "UPDATE_WEBHOOK"
	DeleteWebhook      Action = "DELETE_WEBHOOK"
	TestWebhook        Action = "TEST_WEBHOOK"
	ReplayWebhook      Action = "REPLAY_WEBHOOK"
	StopWebhook        Action = "STOP_WEBHOOK"
)

// Actions lists the actions.
var Actions = []Action{
	CreateBusinessUnit, UpdateBusinessUnit, DeleteBusinessUnit, SetPurchasedSeats, AllocateSeats, CreateProfile, UpdateProfile,
	ArchiveProfile, CreateSeat, UpdateSeat, DeleteSeat, ImportSeats, Enroll, Request, Approve, Reject, Withdraw, Cancel, ChangeStatus, AddNote,
	ViewCode, Reset, Unlock, ResendEnrollment, ResendApproval, Redeem, Issue, Lock, Expire, AttachCertificate, LinkCertificate, UnlinkCertificate, ImportCertificates,
	RecordDiscovered, RevokeCertificate, ReportRevocation, SuspendCertificate, ResumeCertificate, RenewCertificate, SaveView, UpdateView, DeleteView,
	StartBulkAction, CancelJob, EndJob, CreateExport, DownloadExport, CreateWebhook, UpdateWebhook, DeleteWebhook, TestWebhook, ReplayWebhook, StopWebhook,
}

// MarshalGQL writes the action as a GraphQL enum value.
func (a Action) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(a))) }

// UnmarshalGQL reads a GraphQL enum value.
func (a *Action) UnmarshalGQL(v any) error { return read(v, a, Actions) }
