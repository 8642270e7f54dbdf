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
	case l.filter.Seats != nil && byTime:
		seats := m.Arg(pq.Array(distinct(id.Seat, l.filter.Seats))) + "::uuid[]"
		asked = "e.seat_row_id = ANY(" + seats + ")"
		b.From = "unnest(" + seats + ") AS b(seat)"
		b.Where = []string{"e.seat_row_id = b.seat", "e.status = ANY(" + statusArg + "::text[])", inUnits}
	case l.filter.ProfileIDs != nil && byTime:
		profiles := m.Arg(pq.Array(distinct(id.Profile, l.filter.ProfileIDs))) + "::uuid[]"
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
	if l.filter.BusinessUnitIDs == nil {
		if l.sight.scope.All {
			return nil, true
		}
		units := l.sight.scope.IDs()
		return units, len(units) > 0
	}
	return within(l.sight.scope, l.filter.BusinessUnitIDs)
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
