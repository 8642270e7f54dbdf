package lifecycle

import "io"

// Decision is what an approver decided.
type Decision string

// The values of Decision.
const (
	// DecisionApproved: one of the approvals that the profile asks for.
	DecisionApproved Decision = "APPROVED"
	// DecisionRejected: the end of the request.
	DecisionRejected Decision = "REJECTED"
)

// Decisions lists the values of Decision.
var Decisions = []Decision{DecisionApproved, DecisionRejected}

// MarshalGQL writes the value as a GraphQL enum value.
func (v Decision) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *Decision) UnmarshalGQL(x any) error { return readEnum(x, v, Decisions) }
