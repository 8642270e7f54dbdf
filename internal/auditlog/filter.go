package auditlog

import (
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/page"
)

// Filter says which entries to list. What is nil does not narrow; a list means
// any of, and an empty one matches nothing.
type Filter struct {
	ActorSubjects   []string
	Actions         []audit.Action
	ResourceTypes   []audit.Resource
	ResourceIDs     []id.ID
	BusinessUnitIDs []id.ID
	Outcomes        []audit.Outcome
	// Since is included, Before excluded.
	Since  *time.Time
	Before *time.Time
}

// Order is which way entries are listed: they are always ordered by time.
type Order struct {
	Direction page.Direction
}

// nothing reports whether a list of the filter is there and empty.
func (f Filter) nothing() bool {
	return f.ActorSubjects != nil && len(f.ActorSubjects) == 0 ||
		f.Actions != nil && len(f.Actions) == 0 ||
		f.ResourceTypes != nil && len(f.ResourceTypes) == 0 ||
		f.ResourceIDs != nil && len(f.ResourceIDs) == 0 ||
		f.BusinessUnitIDs != nil && len(f.BusinessUnitIDs) == 0 ||
		f.Outcomes != nil && len(f.Outcomes) == 0
}
