package businessunit

import "gatehouse/internal/page"

// The connection of this package, by the names that the schema gives it.
type (
	BusinessUnitConnection = page.Connection[*BusinessUnit]
	BusinessUnitEdge       = page.Edge[*BusinessUnit]
)
