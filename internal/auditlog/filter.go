package auditlog

import (
	"strconv"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
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

	Codes                []refusal.Code
	RequestID            *string
	ExcludeActions       []audit.Action
	ExcludeActorSubjects []string

	// Since is included, Before excluded.
	Since  *time.Time
	Before *time.Time
}

// longestName is how many characters a subject or the name of a request may have.
const longestName = 1000

// tidied is the filter, checked; what narrows nothing for nil. Refused: INVALID, for
// texts that no entry can have and a span of time that ends before it begins.
func (f *Filter) tidied() (Filter, *refusal.Refusal) {
	if f == nil {
		return Filter{}, nil
	}
	for _, list := range []struct {
		name   string
		values []string
	}{{"actorSubjects", f.ActorSubjects}, {"excludeActorSubjects", f.ExcludeActorSubjects}} {
		for n, value := range list.values {
			if no := form.Line(value, 0, longestName, "filter", list.name, strconv.Itoa(n)); no != nil {
				return *f, no
			}
		}
	}
	if f.RequestID != nil {
		if no := form.Line(*f.RequestID, 1, longestName, "filter", "requestId"); no != nil {
			return *f, no
		}
	}
	if f.Since != nil && f.Before != nil && !f.Since.Before(*f.Before) {
		return *f, refusal.New(refusal.Invalid, "No time lies in the filter's span from %s to %s: since must be earlier than before.",
			f.Since.UTC().Format(time.RFC3339Nano), f.Before.UTC().Format(time.RFC3339Nano)).At("filter", "before")
	}
	return *f, nil
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
		f.Outcomes != nil && len(f.Outcomes) == 0 ||
		f.Codes != nil && len(f.Codes) == 0
}
