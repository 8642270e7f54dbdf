package view

import (
	"context"

	"github.com/google/uuid"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
)

// sharing is who sees a saved view beside its owner: nobody; those who see the
// business unit; or, without one, those with business units "*".
type sharing struct {
	shared bool
	unit   uuid.UUID
}

// column is the business unit as the row keeps it.
func (s sharing) column() any {
	if s.unit == uuid.Nil {
		return nil
	}
	return s.unit
}

// shareWith is what the caller asks for, with the business unit held while the
// transaction lasts. Refused: INVALID (a business unit of what is not shared),
// NOT_FOUND (one that does not exist for the viewer, deleted ones too), FORBIDDEN
// (without one, for who has not all).
func shareWith(ctx context.Context, tx *store.Tx, sc scope.Scope, shared *bool, unit *id.ID) (sharing, error) {
	switch {
	case shared == nil || !*shared:
		if unit != nil {
			return sharing{}, refusal.New(refusal.Invalid, "A business unit says with whom a view is shared; give it together with shared: true.").At("businessUnitId")
		}
		return sharing{}, nil
	case unit == nil && !sc.All:
		return sharing{}, refusal.New(refusal.Forbidden, "%s Name one of yours by businessUnitId.", lifecycle.LackingUnits("to share a view without a business unit")).At("businessUnitId")
	case unit == nil:
		return sharing{shared: true}, nil
	case unit.Kind != id.BusinessUnit:
		return sharing{}, businessunit.NotFound(*unit).At("businessUnitId")
	}
	held, err := businessunit.Hold(ctx, tx, sc, unit.UUID)
	if err != nil {
		return sharing{}, err
	}
	if _, there := held[unit.UUID]; !there {
		return sharing{}, businessunit.NotFound(*unit).At("businessUnitId")
	}
	return sharing{true, unit.UUID}, nil
}
