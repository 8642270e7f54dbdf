package inventory

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/filter"
	"gatehouse/internal/form"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// EnrollmentFilter narrows a list of enrollments; nil does not narrow, an empty
// list matches nothing, and of what is excluded an empty list excludes nothing.
type EnrollmentFilter struct {
	BusinessUnitIDs       []id.ID
	Statuses              []lifecycle.Status
	ProfileIDs            []id.ID
	Seats                 []id.ID
	SeatTypes             []lifecycle.SeatType
	AuthenticationMethods []lifecycle.AuthenticationMethod
	EnrollmentMethods     []lifecycle.EnrollmentMethod
	CaTypes               []lifecycle.CAType

	SeatIDs                []string
	Emails                 []string
	Requesters             []string
	Issuance               []lifecycle.IssuanceState
	HasSeat                *bool
	HasEmail               *bool
	ExcludeStatuses        []lifecycle.Status
	ExcludeProfileIDs      []id.ID
	ExcludeBusinessUnitIDs []id.ID

	CreatedSince  *time.Time
	CreatedBefore *time.Time
	UpdatedSince  *time.Time
	UpdatedBefore *time.Time
	ExpiresSince  *time.Time
	ExpiresBefore *time.Time
}

// enrollmentRule is how the values of an EnrollmentFilter are treated.
var enrollmentRule = filter.RuleFor[EnrollmentFilter](filter.Forms{
	"businessUnitIds": filter.IDs(id.BusinessUnit), "excludeBusinessUnitIds": filter.IDs(id.BusinessUnit),
	"profileIds": filter.IDs(id.Profile), "excludeProfileIds": filter.IDs(id.Profile), "seats": filter.IDs(id.Seat),
	"seatIds": filter.Folded(1, longestSeatID), "emails": filter.Addresses(), "requesters": filter.Lines(form.MaxText),
})

// longestSeatID is how many characters a seatId has.
const longestSeatID = 255

// tidied is the filter with its values as enrollments keep them, by the rule of all
// filters. Refused: INVALID, for what no enrollment can have.
func (f *EnrollmentFilter) tidied() (EnrollmentFilter, *refusal.Refusal) {
	return enrollmentRule.Tidied(f)
}

// empty reports whether some list of the filter is empty, which matches nothing.
func (f EnrollmentFilter) empty() bool { return enrollmentRule.Empty(f) }

// distinct are the ids of a kind, each once: a branch for each of them must not
// list an enrollment twice.
func distinct(k id.Kind, ids []id.ID) []uuid.UUID {
	all := make([]uuid.UUID, 0, len(ids))
	for _, u := range id.UUIDs(k, ids) {
		if !slices.Contains(all, u) {
			all = append(all, u)
		}
	}
	return all
}

// anyOf adds a residual condition that a column holds one of the values.
func anyOf[T ~string](m *page.Merge, column string, values []T) {
	if values != nil {
		m.Residual = append(m.Residual, column+" = ANY("+m.Arg(pq.Array(asTexts(values)))+"::text[])")
	}
}

// intersection is what stands in both, in the order of the first.
func intersection[T comparable](a, b []T) []T {
	var out []T
	for _, x := range a {
		if slices.Contains(b, x) {
			out = append(out, x)
		}
	}
	return out
}

// except is what stands in the first and not in the second.
func except[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.Contains(b, x) })
}
