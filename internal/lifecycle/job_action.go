package lifecycle

import "io"

// JobAction is what may be done with a job.
type JobAction string

// The values of JobAction.
const (
	// JobCancel: to end it.
	JobCancel JobAction = "CANCEL"
)

// JobActions lists the values of JobAction.
var JobActions = []JobAction{JobCancel}

// MarshalGQL writes the value as a GraphQL enum value.
func (v JobAction) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *JobAction) UnmarshalGQL(x any) error { return readEnum(x, v, JobActions) }
