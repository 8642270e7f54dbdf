package inventory

import (
	"time"

	"gatehouse/internal/filter"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// SeatFilter narrows a list of seats; nil does not narrow, an empty list
// matches nothing.
type SeatFilter struct {
	BusinessUnitIDs []id.ID
	SeatTypes       []lifecycle.SeatType
	Statuses        []lifecycle.SeatStatus
	SeatIDs         []string
	Emails          []string
	HasEmail        *bool
	HasName         *bool

	ExcludeBusinessUnitIDs []id.ID
	ExcludeSeatTypes       []lifecycle.SeatType
	ExcludeStatuses        []lifecycle.SeatStatus

	UnusedBefore  *time.Time
	CreatedSince  *time.Time
	CreatedBefore *time.Time
	UpdatedSince  *time.Time
	UpdatedBefore *time.Time
}

// seatRule is how the values of a SeatFilter are treated.
var seatRule = filter.RuleFor[SeatFilter](filter.Forms{
	"businessUnitIds": filter.IDs(id.BusinessUnit), "excludeBusinessUnitIds": filter.IDs(id.BusinessUnit),
	"seatIds": filter.Folded(1, longestSeatID), "emails": filter.Addresses(),
})

// tidied is the filter with its values as seats keep them, by the rule of all filters.
// Refused: INVALID, for what no seat can have.
func (f *SeatFilter) tidied() (SeatFilter, *refusal.Refusal) { return seatRule.Tidied(f) }

// empty reports whether some list of the filter is empty, which matches nothing.
func (f SeatFilter) empty() bool { return seatRule.Empty(f) }

// ranged reports whether the filter asks for a span of time.
func (f SeatFilter) ranged() bool {
	return f.CreatedSince != nil || f.CreatedBefore != nil || f.UpdatedSince != nil || f.UpdatedBefore != nil
}

// types are those that the filter lets pass; nil when it lets each pass. What it
// leaves out is said by what stays, which an index has in front.
func (f SeatFilter) types() []lifecycle.SeatType {
	all := lifecycle.SeatTypes
	switch {
	case f.SeatTypes != nil:
		all = append([]lifecycle.SeatType{}, intersection(all, f.SeatTypes)...)
	case len(f.ExcludeSeatTypes) == 0:
		return nil
	}
	return except(all, f.ExcludeSeatTypes)
}
