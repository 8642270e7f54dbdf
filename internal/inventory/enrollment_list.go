package inventory

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// EnrollmentFilter narrows a list of enrollments; nil does not narrow, an empty
// list matches nothing.
type EnrollmentFilter struct {
	BusinessUnitIds       []id.ID
	Statuses              []lifecycle.Status
	ProfileIds            []id.ID
	SeatIds               []id.ID
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

// EnrollmentOrder is how a list of enrollments is ordered.
type EnrollmentOrder struct {
	Field     EnrollmentOrderField
	Direction page.Direction
}

// EnrollmentOrderField is what enrollments can be ordered by.
type EnrollmentOrderField string

// The fields that enrollments can be ordered by: NOT NULL and indexed.
const (
	OrderCreatedAt EnrollmentOrderField = "CREATED_AT"
	OrderExpiresAt EnrollmentOrderField = "EXPIRES_AT"
	OrderUpdatedAt EnrollmentOrderField = "UPDATED_AT"
	OrderSeatID    EnrollmentOrderField = "SEAT_ID"
)

// enrollmentOrders are the column and type behind each order.
var enrollmentOrders = map[EnrollmentOrderField][2]string{
	OrderCreatedAt: {"created_at", "timestamptz"},
	OrderExpiresAt: {"expires_at", "timestamptz"},
	OrderUpdatedAt: {"updated_at", "timestamptz"},
	OrderSeatID:    {"seat_key", "text"},
}

// MarshalGQL writes the field as a GraphQL enum value.
func (f EnrollmentOrderField) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, strconv.Quote(string(f)))
}

// UnmarshalGQL reads a GraphQL enum value.
func (f *EnrollmentOrderField) UnmarshalGQL(v any) error {
	s, _ := v.(string)
	if _, ok := enrollmentOrders[EnrollmentOrderField(s)]; !ok {
		return fmt.Errorf("enrollments cannot be ordered by %v", v)
	}
	*f = EnrollmentOrderField(s)
	return nil
}

// mostUnits is up to how many business units a list is merged from branches of
// each; beyond, from branches of the status alone.
const mostUnits = 50

// Enrollments is one page of the enrollments that the viewer may see, in a
// system view, narrowed by a filter.
func (i *Inventory) Enrollments(ctx context.Context, args page.Args, view *EnrollmentView, filter *EnrollmentFilter, order *EnrollmentOrder, want Fields) (*page.Connection[*Enrollment], error) {
	sight, err := i.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	if sight.none() {
		return nil, lacksEnrollments(sight.viewer)
	}
	if view == nil {
		all := ViewAll
		view = &all
	}
	if order == nil {
		o := view.order()
		order = &o
	}
	if filter == nil {
		filter = &EnrollmentFilter{}
	}
	window, err := args.Open("enrollments", view, filter, order)
	if err != nil {
		return nil, err
	}
	l := enrollmentList{sight: sight, view: *view, filter: *filter, now: i.store.Now(ctx)}
	l.merge = page.Merge{
		Table: "enrollments e", Alias: "e",
		Order: enrollmentOrders[order.Field][0], Cast: enrollmentOrders[order.Field][1], Descending: order.Direction == page.Descending,
	}
	if !l.build() {
		return page.Empty[*Enrollment](), nil
	}
	return i.pageOf(ctx, l.merge, window, want)
}

// enrollmentList turns a view and a filter into branches, what the branches'
// indexes answer, and what is left.
type enrollmentList struct {
	sight  sight
	view   EnrollmentView
	filter EnrollmentFilter
	now    time.Time
	merge  page.Merge

	where []string
}

// build fills the merge; false when nothing can match.
func (l *enrollmentList) build() bool {
	m := &l.merge
	statuses := l.view.statuses()
	if l.filter.Statuses != nil {
		statuses = intersection(statuses, l.filter.Statuses)
	}
	units, some := l.units()
	if !some || len(statuses) == 0 || l.filter.empty() {
		return false
	}
	if l.view == ViewNeedsMyApproval && !l.sight.viewer.May(lifecycle.ApproveEnrollments) {
		return false
	}
	l.ranges()
	l.equalities()
	if l.view == ViewNeedsMyApproval {
		l.mayApprove()
	}
	live, due := l.split(statuses)
	statusArg := m.Arg(pq.Array(statuses))
	own := l.view == ViewMine || !l.sight.all
	byTime := m.Order == "created_at"
	inUnits, unitsArg := "TRUE", ""
	if units != nil {
		unitsArg = m.Arg(pq.Array(units)) // once: PostgreSQL refuses an argument that its statement does not use
		inUnits = "e.business_unit_id = ANY(" + unitsArg + "::uuid[])"
	}
	mine := ""
	if own {
		mine = fmt.Sprintf("e.requester_subject = %s AND e.requester_issuer = %s", m.Arg(l.sight.viewer.Subject), m.Arg(l.sight.viewer.Issuer))
	}
	var b page.Branch
	asked := "" // what the arrays of b stand for, to be said to the branch of the due ones in words
	switch {
	case own && byTime:
		b.Where = []string{mine, "e.status = ANY(" + statusArg + "::text[])", inUnits}
	case l.filter.SeatIds != nil && byTime:
		seats := m.Arg(pq.Array(distinct(id.Seat, l.filter.SeatIds))) + "::uuid[]"
		asked = "e.seat_row_id = ANY(" + seats + ")"
		b.From = "unnest(" + seats + ") AS b(seat)"
		b.Where = []string{"e.seat_row_id = b.seat", "e.status = ANY(" + statusArg + "::text[])", inUnits}
	case l.filter.ProfileIds != nil && byTime:
		profiles := m.Arg(pq.Array(distinct(id.Profile, l.filter.ProfileIds))) + "::uuid[]"
		asked = "e.profile_id = ANY(" + profiles + ")"
		b.From = "unnest(" + profiles + ") AS b(profile) CROSS JOIN unnest(" + statusArg + "::text[]) AS s(status)"
		b.Where = []string{"e.profile_id = b.profile", "e.status = s.status", inUnits}
	case units != nil && len(units) <= mostUnits:
		b.From = "unnest(" + unitsArg + "::uuid[]) AS b(unit) CROSS JOIN unnest(" + statusArg + "::text[]) AS s(status)"
		b.Where = []string{"e.business_unit_id = b.unit", "e.status = s.status"}
	default:
		b.From = "unnest(" + statusArg + "::text[]) AS s(status)"
		b.Where = []string{"e.status = s.status", inUnits}
	}
	if own && !byTime {
		m.Residual = append(m.Residual, mine)
	}
	b.Where = append(append(b.Where, live...), l.where...)
	m.Branches = append(m.Branches, b)
	if due {
		where := append([]string{"e.status IN " + inExpiring, "e.expires_at <= " + m.Arg(l.now), "e.issuance IS DISTINCT FROM 'REQUESTED'", inUnits}, l.where...)
		if own {
			where = append(where, mine)
		}
		if asked != "" {
			where = append(where, asked)
		}
		m.Branches = append(m.Branches, page.Branch{Where: where})
	}
	return true
}

// The statuses that time ends, and those that hold a place, as SQL.
var (
	inExpiring = quoted(lifecycle.Expiring)
	inActive   = quoted(activeStatuses())
)

func activeStatuses() []lifecycle.Status {
	return slices.DeleteFunc(slices.Clone(lifecycle.Statuses), func(s lifecycle.Status) bool { return !s.Active() })
}

// quoted is a list of statuses as SQL.
func quoted(statuses []lifecycle.Status) string {
	q := make([]string, len(statuses))
	for i, s := range statuses {
		q[i] = "'" + string(s) + "'"
	}
	return "(" + strings.Join(q, ", ") + ")"
}

// split says by which condition the branches of written statuses leave out what
// is due, and whether the due ones, which read as EXPIRED before that is
// written, are a branch of their own. When everything that time ends is wanted
// together with EXPIRED, a due one is in the list either way.
func (l *enrollmentList) split(statuses []lifecycle.Status) (live []string, due bool) {
	expired := slices.Contains(statuses, lifecycle.Expired)
	ending := len(intersection(lifecycle.Expiring, statuses))
	if expired && ending == len(lifecycle.Expiring) {
		return nil, false
	}
	if ending > 0 {
		live = []string{fmt.Sprintf("(e.expires_at > %s OR e.issuance = 'REQUESTED' OR e.status NOT IN %s)", l.merge.Arg(l.now), inExpiring)}
	}
	return live, expired
}

// units are the business units to read, nil for every one; false for none.
func (l *enrollmentList) units() ([]uuid.UUID, bool) {
	if l.filter.BusinessUnitIds == nil {
		if l.sight.scope.All {
			return nil, true
		}
		units := l.sight.scope.IDs()
		return units, len(units) > 0
	}
	return within(l.sight.scope, l.filter.BusinessUnitIds)
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

// within are the asked-for business units that exist for the viewer.
func within(sc scope.Scope, asked []id.ID) ([]uuid.UUID, bool) {
	units := []uuid.UUID{}
	for _, u := range distinct(id.BusinessUnit, asked) {
		if sc.Has(u) {
			units = append(units, u)
		}
	}
	return units, len(units) > 0
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
	if f.ProfileIds != nil && (!byTime || own || f.SeatIds != nil) {
		m.Residual = append(m.Residual, "e.profile_id = ANY("+m.Arg(pq.Array(id.UUIDs(id.Profile, f.ProfileIds)))+"::uuid[])")
	}
	if f.SeatIds != nil && (!byTime || own) {
		m.Residual = append(m.Residual, "e.seat_row_id = ANY("+m.Arg(pq.Array(id.UUIDs(id.Seat, f.SeatIds)))+"::uuid[])")
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
	return isEmpty(f.ProfileIds) || isEmpty(f.SeatIds) || isEmpty(f.SeatTypes) || isEmpty(f.AuthenticationMethods) || isEmpty(f.EnrollmentMethods) || isEmpty(f.CaTypes)
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
