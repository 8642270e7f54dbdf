package licence

import (
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// NoSeatLeft is the hard stop at overage: it names the business unit, the seat
// type and the three figures, and says what would help.
func NoSeatLeft(unitName string, t lifecycle.SeatType, f Figures) *refusal.Refusal {
	return refusal.New(refusal.NoSeatLeft,
		"%s has no %s seat left: %d allocated, %d created, %d consumed. Allocate more licences to it, or delete a seat that is no longer needed.",
		unitName, t, f.Allocated, f.Created, f.Consumed)
}
