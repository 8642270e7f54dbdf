package auditlog

import "gatehouse/internal/page"

// The connection of this package, by the names that the schema gives it.
type (
	EntryConnection = page.Connection[*Entry]
	EntryEdge       = page.Edge[*Entry]
)
