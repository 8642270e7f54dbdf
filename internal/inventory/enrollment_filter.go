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
)

// EnrollmentFilter narrows a list of enrollments; nil does not narrow, an empty
// list matches nothing.
type EnrollmentFilter struct {
	BusinessUnitIDs       []id.ID
	Statuses              []lifecycle.Status
	ProfileIDs            []id.ID
	Seats                 []id.ID
	SeatTypes             []lifecycle.SeatType
	AuthenticationMethods []lifecycle.AuthenticationMethod
	EnrollmentMethods     []lifecycle.EnrollmentMethod
	CaTypes               []lifecycle.CAType
	CreatedSince          *time.Time
	CreatedBefore         *time.Time
	UpdatedSince          *time.Time
	UpdatedBefore         *time.Time
	ExpiresSince          *time.Time
	ExpiresBefore         *time.Time
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

// ranges adds the conditions on times: to the branches when the list is ordered
// by that time, so that the index answers, else to the residual.
func (l *enrollmentList) ranges() {
	f := l.filter
	if l.view == ViewExpiringSoon {
		soon := l.now.Add(Soon)
		l.between("expires_at", nil, &soon)
	}
	if l.view == ViewRecentlyRedeemed {
		recent := l.now.Add(-Recent)
		l.between("updated_at", &recent, nil)
	}
	l.between("created_at", f.CreatedSince, f.CreatedBefore)
	l.between("updated_at", f.UpdatedSince, f.UpdatedBefore)
	l.between("expires_at", f.ExpiresSince, f.ExpiresBefore)
}

func (l *enrollmentList) between(column string, since, before *time.Time) {
	to := &l.merge.Residual
	if column == l.merge.Order {
		to = &l.where
	}
	if since != nil {
		*to = append(*to, "e."+column+" >= "+l.merge.Arg(*since))
	}
	if before != nil {
		*to = append(*to, "e."+column+" < "+l.merge.Arg(*before))
	}
}

// equalities adds the filters that no branch answers.
func (l *enrollmentList) equalities() {
	f, m := l.filter, &l.merge
	byTime := m.Order == "created_at"
	anyOf(m, "e.seat_type", f.SeatTypes)
	anyOf(m, "e.authentication_method", f.AuthenticationMethods)
	anyOf(m, "e.enrollment_method", f.EnrollmentMethods)
	anyOf(m, "e.ca_type", f.CaTypes)
	own := l.view == ViewMine || !l.sight.all
	if f.ProfileIDs != nil && (!byTime || own || f.Seats != nil) {
		m.Residual = append(m.Residual, "e.profile_id = ANY("+m.Arg(pq.Array(id.UUIDs(id.Profile, f.ProfileIDs)))+"::uuid[])")
	}
	if f.Seats != nil && (!byTime || own) {
		m.Residual = append(m.Residual, "e.seat_row_id = ANY("+m.Arg(pq.Array(id.UUIDs(id.Seat, f.Seats)))+"::uuid[])")
	}
}

// anyOf adds a residual condition that a column holds one of the values.
func anyOf[T ~string](m *page.Merge, column string, values []T) {
	if values == nil {
		return
	}
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	m.Residual = append(m.Residual, column+" = ANY("+m.Arg(pq.Array(texts))+"::text[])")
}

// mayApprove leaves out what the viewer may not approve: the own requests, by
// person or address, and what the viewer has approved in this round.
func (l *enrollmentList) mayApprove() {
	m, v := &l.merge, l.sight.viewer
	issuer, subject := m.Arg(v.Issuer), m.Arg(v.Subject)
	m.Residual = append(m.Residual,
		fmt.Sprintf("NOT (e.requester_issuer = %s AND e.requester_subject = %s)", issuer, subject),
		fmt.Sprintf("NOT EXISTS (SELECT FROM approvals a WHERE a.enrollment_id = e.id AND a.round = e.round AND a.issuer = %s AND a.subject = %s)", issuer, subject))
	own := strings.ToLower(strings.TrimSpace(v.Email))
	if own == "" {
		return
	}
	email := m.Arg(own)
	m.Residual = append(m.Residual,
		"lower(e.email) <> "+email,
		"NOT EXISTS (SELECT FROM seats s WHERE s.id = e.seat_row_id AND lower(s.email) = "+email+")",
		"NOT EXISTS (SELECT FROM seats s WHERE e.seat_row_id IS NULL AND s.deleted_at IS NULL AND s.business_unit_id = e.business_unit_id AND s.seat_type = e.seat_type AND s.seat_key = e.seat_key AND lower(s.email) = "+email+")")
}

// empty reports whether some list of the filter is empty, which matches nothing.
func (f EnrollmentFilter) empty() bool {
	return isEmpty(f.ProfileIDs) || isEmpty(f.Seats) || isEmpty(f.SeatTypes) || isEmpty(f.AuthenticationMethods) || isEmpty(f.EnrollmentMethods) || isEmpty(f.CaTypes)
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
