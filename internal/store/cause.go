package store

import (
	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// Cause says why a transaction is run.
type Cause struct {
	// Mutation is the mutation's name in schema.graphqls; what it needs is read
	// from lifecycle.MutationNeeds before anything else happens. Empty for what
	// the server does by itself, and then the viewer must be the system.
	Mutation string
	// Action and Resource are what the audit says of an attempt that was refused
	// as a whole, or failed. No action: upkeep of the server's own that changes
	// nothing of which an entry tells; its failure is told by the error alone.
	Action   audit.Action
	Resource audit.Resource
	// ID is the thing the attempt was about, when the caller named one.
	ID uuid.UUID
	// Key is the caller's idempotency key, Input what is hashed to tell whether a
	// repeat asks for the same. Nil: none was given.
	Key   *string
	Input any
	// DryRun: fn runs as ever, under all its locks, and then everything it wrote is
	// taken back: its outcome is what would happen. Nothing is audited but a fault
	// and an attempt without the right (FORBIDDEN), and no key is kept.
	DryRun bool
}

// admit decides at the door, before anything is read: does the viewer have what
// the mutation needs? The end user, whom no token names and only a use case brings
// in, does what the table lists them for.
func (c Cause) admit(v viewer.Viewer) *refusal.Refusal {
	if c.Mutation == "" {
		if v.Kind == viewer.System {
			return nil
		}
		return refusal.New(refusal.Forbidden, "Only the server itself does this.")
	}
	if v.Kind == viewer.EndUser && lifecycle.ForEndUser(c.Mutation) {
		return nil
	}
	need, known := lifecycle.MutationNeeds(c.Mutation)
	if !known {
		return refusal.New(refusal.Forbidden, "Nobody may do this.")
	}
	return need.Refuse(c.Mutation, v.Permissions, v.Units.All)
}
