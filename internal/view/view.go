package view

import (
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// View is a saved view, as its readers see it.
type View struct {
	ID id.ID
	ListState
	Name   string
	Shared bool
	// Unit is the business unit that it is shared with; nil for none.
	Unit      *uuid.UUID
	Owner     inventory.Actor
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int

	kept  kept
	key   string
	units *batch.Group // of the views that were read together
}

// The connection of this package, by the names that the schema gives it.
type (
	ViewConnection = page.Connection[*View]
	ViewEdge       = page.Edge[*View]
)

// Payload is what came of saving or changing a view.
type Payload struct {
	// View is as it now is, when the viewer may see it; nil for a save that was
	// refused and for NOT_FOUND.
	View       *View
	UserErrors []*refusal.Refusal
	Replayed   bool
}

// DeletePayload is what came of removing one.
type DeletePayload struct {
	// DeletedID is nil when it was refused.
	DeletedID  *id.ID
	UserErrors []*refusal.Refusal
	Replayed   bool
}
