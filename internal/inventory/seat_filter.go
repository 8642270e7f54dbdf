package inventory

import (
	"strings"
	"time"

	"gatehouse/internal/form"
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

// empty reports whether some list of the filter is empty, which matches nothing.
func (f SeatFilter) empty() bool {
	return isEmpty(f.SeatTypes) || isEmpty(f.SeatIDs) || isEmpty(f.Emails)
}

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

// keys are the seatIds as seats keep them, each once: a branch for each must not
// list a seat twice. What no seat can be called finds none.
func (f SeatFilter) keys() []string {
	keys := make([]string, 0, len(f.SeatIDs))
	seen := make(map[string]bool, len(f.SeatIDs))
	for _, s := range f.SeatIDs {
		if _, no := line("seatIds", &s, 1, 255); no != nil || seen[seatKey(s)] {
			continue
		}
		seen[seatKey(s)] = true
		keys = append(keys, seatKey(s))
	}
	return keys
}

// tidied is the filter with its addresses as a search looks through them. Refused:
// INVALID, for what is no address, for more of them than are looked up at once, and
// for a span of time that ends before it begins.
func (f *SeatFilter) tidied() (SeatFilter, *refusal.Refusal) {
	if f == nil {
		return SeatFilter{}, nil
	}
	t := *f
	var no *refusal.Refusal
	if t.Emails, no = values("emails", t.Emails, mostValues, tidyAddress); no != nil {
		return t, no
	}
	return t, forwards(span{t.CreatedSince, t.CreatedBefore, "createdSince", "createdBefore"}, span{t.UpdatedSince, t.UpdatedBefore, "updatedSince", "updatedBefore"})
}

// tidyAddress is an e-mail address in lower case.
func tidyAddress(given string) (address, wrong string) {
	if address = tidy(given); form.Address(address) != nil {
		return "", "is no e-mail address; write the address alone, such as ada@example.com"
	}
	return strings.ToLower(address), ""
}
