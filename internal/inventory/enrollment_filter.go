package inventory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

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

// tidied is the filter with its texts as enrollments keep them. Refused: INVALID, for
// what no enrollment can have, for more texts than are looked up at once, and for a
// span in which no time lies.
func (f *EnrollmentFilter) tidied() (EnrollmentFilter, *refusal.Refusal) {
	if f == nil {
		return EnrollmentFilter{}, nil
	}
	t := *f
	for _, list := range []struct {
		name   string
		values *[]string
		tidy   func(string) (kept, wrong string)
	}{
		{"seatIds", &t.SeatIDs, func(s string) (string, string) { return seatKey(s), lacking(s, longestSeatID) }},
		{"emails", &t.Emails, func(s string) (string, string) { return strings.ToLower(tidy(s)), lacking(s, longestEmail) }},
		{"requesters", &t.Requesters, func(s string) (string, string) { return s, lacking(s, longestSubject) }},
	} {
		var no *refusal.Refusal
		if *list.values, no = values(list.name, *list.values, mostValues, list.tidy); no != nil {
			return t, no
		}
	}
	return t, forwards(
		span{t.CreatedSince, t.CreatedBefore, "createdSince", "createdBefore"}, span{t.UpdatedSince, t.UpdatedBefore, "updatedSince", "updatedBefore"},
		span{t.ExpiresSince, t.ExpiresBefore, "expiresSince", "expiresBefore"})
}

// The limits of the texts that a filter looks up, in characters.
const (
	longestSeatID  = 255
	longestEmail   = 254
	longestSubject = 1000
)

// lacking says what keeps a text from being looked up; nothing when it can be.
func lacking(given string, most int) string {
	_, no := line("", &given, 1, most)
	if no == nil {
		return ""
	}
	return fmt.Sprintf("is none that can be looked up: it needs 1 to %d characters without control characters", most)
}

// empty reports whether some list of the filter is empty, which matches nothing.
func (f EnrollmentFilter) empty() bool {
	return isEmpty(f.ProfileIDs) || isEmpty(f.Seats) || isEmpty(f.SeatTypes) || isEmpty(f.AuthenticationMethods) || isEmpty(f.EnrollmentMethods) || isEmpty(f.CaTypes) ||
		isEmpty(f.SeatIDs) || isEmpty(f.Emails) || isEmpty(f.Requesters) || isEmpty(f.Issuance)
}

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

func isEmpty[T any](values []T) bool { return values != nil && len(values) == 0 }

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
