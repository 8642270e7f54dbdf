package lifecycle

import "io"

// ChangeKind is how a change looks through a subscription's filter.
type ChangeKind string

// The values of ChangeKind.
const (
	// Entered: it matches now, and did not before, or is new.
	Entered ChangeKind = "ENTERED"
	// Updated: it matches as before, and something about it changed.
	Updated ChangeKind = "UPDATED"
	// Left: it matches no more.
	Left ChangeKind = "LEFT"
)

// ChangeKinds lists the values of ChangeKind.
var ChangeKinds = []ChangeKind{Entered, Updated, Left}

// MarshalGQL writes the value as a GraphQL enum value.
func (v ChangeKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads a GraphQL enum value.
func (v *ChangeKind) UnmarshalGQL(x any) error { return readEnum(x, v, ChangeKinds) }
