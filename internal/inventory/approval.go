package inventory

import (
	"time"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
)

// Approval is one person's decision on a request, in one round.
type Approval struct {
	ID        id.ID
	Decision  lifecycle.Decision
	Approver  Actor
	Comment   string
	Round     int
	DecidedAt time.Time
}

// EnrollmentNote is an internal remark on a request.
type EnrollmentNote struct {
	ID        id.ID
	Text      string
	Author    Actor
	CreatedAt time.Time
}
