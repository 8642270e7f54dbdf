package licence

import "gatehouse/internal/page"

// The connection of this package, by the names that the schema gives it.
type (
	SeatAllocationConnection = page.Connection[*SeatAllocation]
	SeatAllocationEdge       = page.Edge[*SeatAllocation]
)
