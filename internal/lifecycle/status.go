package lifecycle

import (
	"io"
	"slices"
	"time"
)

// Status is where an enrollment stands. There are exactly nine, as in DigiCert
// Trust Lifecycle Manager ("Manage enrollments").
type Status string

// The nine statuses of an enrollment.
const (
	// Created: the seat was enrolled and its code can be redeemed.
	Created Status = "CREATED"
	// Pending: requested, nobody has decided yet.
	Pending Status = "PENDING"
	// PendingSecondApproval: approved at least once, still short of what the profile asks for.
	PendingSecondApproval Status = "PENDING_SECOND_APPROVAL"
	// InProgress: an approver has taken it up; set by people only.
	InProgress Status = "IN_PROGRESS"
	// Approved: every approval is there; the certificate waits to be picked up.
	Approved Status = "APPROVED"
	// Redeemed: the certificate was issued. Final.
	Redeemed Status = "REDEEMED"
	// Rejected: refused, cancelled, withdrawn, or its seat was deleted. Final.
	Rejected Status = "REJECTED"
	// Expired: its time passed before it was redeemed.
	Expired Status = "EXPIRED"
	// Locked: too many wrong codes. Does not expire.
	Locked Status = "LOCKED"
)

// Statuses lists the nine in the order of an enrollment's life.
var Statuses = []Status{Created, Pending, PendingSecondApproval, InProgress, Approved, Redeemed, Rejected, Expired, Locked}

// Final reports whether no action leads out of the status.
func (s Status) Final() bool { return s == Redeemed || s == Rejected }

// Active reports whether an enrollment in this status occupies its (profile,
// business unit, seat type, seat key): at most one active enrollment exists per
// such place.
func (s Status) Active() bool {
	switch s {
	case Created, Pending, PendingSecondApproval, InProgress, Approved, Locked:
		return true
	}
	return false
}

// Expires reports whether an enrollment in this status becomes EXPIRED when its
// time has passed.
func (s Status) Expires() bool { return slices.Contains(Expiring, s) }

// Expiring lists the statuses from which the passing of time leads to EXPIRED.
var Expiring = []Status{Created, Pending, PendingSecondApproval, InProgress, Approved}

// Waiting lists the statuses in which an enrollment waits for an approver.
var Waiting = []Status{Pending, InProgress, PendingSecondApproval}

// Effective is the status as everybody must see it at an instant: the written
// one, or EXPIRED from the very instant expiresAt on when the written one
// expires and no certificate authority is at work on it (issuing).
func Effective(written Status, expiresAt, now time.Time, issuing bool) Status {
	if written.Expires() && !issuing && !now.Before(expiresAt) {
		return Expired
	}
	return written
}

// MarshalGQL writes the status as a GraphQL enum value.
func (s Status) MarshalGQL(w io.Writer) { writeEnum(w, s) }

// UnmarshalGQL reads a GraphQL enum value.
func (s *Status) UnmarshalGQL(v any) error { return readEnum(v, s, Statuses) }
