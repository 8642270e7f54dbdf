// Package fault names the few faults that a caller can do something about. All
// other errors are ours alone: logged with the request id and never shown.
package fault

import (
	"errors"
	"fmt"
)

var (
	// NoViewer: nobody is signed in.
	NoViewer = errors.New("nobody is signed in")
	// Unavailable: the database cannot be reached, took too long, or let others go
	// first every time; nothing was changed and trying again may help.
	Unavailable = errors.New("the database is not available")
	// OutcomeUnknown: the connection was lost while the database was committing.
	// It may have happened or not; repeating the mutation with the same
	// idempotency key finds out, and does nothing twice.
	OutcomeUnknown = errors.New("the answer to the commit was lost")
	// TooLong is Unavailable because a statement took longer than it may for who is
	// asking: asking for less helps more than trying again.
	TooLong = fmt.Errorf("%w: a statement took too long", Unavailable)
	// Held is Unavailable because somebody else's change of the same thing did not end.
	Held = fmt.Errorf("%w: what is to be changed was held by others for too long", Unavailable)
)
