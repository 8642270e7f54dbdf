package auditlog

import "gatehouse/internal/id"

// ListInput is a list of audit entries. ViewID names a saved view, which package view
// has put into the rest before the list is read.
type ListInput struct {
	ViewID  *id.ID
	Filter  *Filter
	OrderBy *Order
}
