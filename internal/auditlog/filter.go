package auditlog

import (
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/filter"
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

// rule is how the values of a Filter are treated.
var rule = filter.RuleFor[Filter](filter.Forms{
	"actorSubjects": filter.Lines(form.MaxText), "excludeActorSubjects": filter.Lines(form.MaxText), "requestId": filter.Lines(form.MaxText),
	"resourceIds": filter.AnyIDs(), "businessUnitIds": filter.IDs(id.BusinessUnit),
})

// tidied is the filter with its values as entries keep them, by the rule of all
// filters. Refused: INVALID, for what no entry can have.
func (f *Filter) tidied() (Filter, *refusal.Refusal) { return rule.Tidied(f) }

// Order is which way entries are listed: they are always ordered by time.
type Order struct {
	Direction page.Direction
}

// nothing reports whether a list of the filter is there and empty.
func (f Filter) nothing() bool { return rule.Empty(f) }
