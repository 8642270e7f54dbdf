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

// NoneGrown is the same hard stop where allocations grow by themselves: when it is
// the account that has none left, more must be purchased.
func NoneGrown(unitName string, t lifecycle.SeatType, g Growth) *refusal.Refusal {
	if !g.Exhausted {
		return NoSeatLeft(unitName, t, g.Figures)
	}
	return refusal.New(refusal.NoSeatLeft,
		"%s has no %s seat left: %d allocated, %d created, %d consumed. Its allocation grows by itself, but the account has no licence left for it: purchase more, or delete a seat that is no longer needed.",
		unitName, t, g.Allocated, g.Created, g.Consumed)
}
