package inventory

import (
	"fmt"
	"strings"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// conditions collects what a list of enrollments asks of each, as SQL over the
// merge's alias.
type conditions struct {
	m *page.Merge
	// where the order's own index answers, left what no index of the list does, and
	// rarely what hardly an enrollment of the list fails.
	where, left, rarely []string
}

func (c *conditions) ask(format string, args ...any) {
	c.left = append(c.left, c.m.Alias+"."+fmt.Sprintf(format, args...))
}

func (c *conditions) anyOf(column, is string, values any) {
	c.ask("%s = ANY(%s::%s[])", column, c.m.Arg(pq.Array(values)), is)
}

// between adds the condition on a time.
func (c *conditions) between(column string, since, before *time.Time) {
	to := &c.left
	if column == c.m.Order {
		to = &c.where
	}
	if since != nil {
		*to = append(*to, c.m.Alias+"."+column+" >= "+c.m.Arg(*since))
	}
	if before != nil {
		*to = append(*to, c.m.Alias+"."+column+" < "+c.m.Arg(*before))
	}
}

// conditions are those of the list beside its statuses and business units, and beside
// those of kinds and names, which some way answers by itself.
func (l *enrollmentList) conditions(m *page.Merge, byProfiles bool) *conditions {
	c, f := &conditions{m: m}, l.filter
	l.times(c)
	has := func(column, yes, no string, want *bool) {
		switch {
		case want == nil:
		case *want:
			c.ask("%s %s", column, yes)
		default:
			c.ask("%s %s", column, no)
		}
	}
	has("seat_row_id", "IS NOT NULL", "IS NULL", f.HasSeat)
	has("email", "<> ''", "= ''", f.HasEmail)
	if len(f.ExcludeProfileIDs) > 0 && !byProfiles {
		c.ask("profile_id <> ALL(%s::uuid[])", m.Arg(pq.Array(distinct(id.Profile, f.ExcludeProfileIDs))))
	}
	if len(f.ExcludeBusinessUnitIDs) > 0 && l.units == nil {
		c.ask("business_unit_id <> ALL(%s::uuid[])", m.Arg(pq.Array(distinct(id.BusinessUnit, f.ExcludeBusinessUnitIDs))))
	}
	if l.view == ViewNeedsMyApproval {
		l.mayApprove(c)
	}
	return c
}

// times are the spans of the view and of the filter.
func (l *enrollmentList) times(c *conditions) {
	f := l.filter
	if l.view == ViewExpiringSoon {
		soon := l.now.Add(Soon)
		c.between("expires_at", nil, &soon)
	}
	if l.view == ViewRecentlyRedeemed {
		recent := l.now.Add(-Recent)
		c.between("updated_at", &recent, nil)
	}
	c.between("created_at", f.CreatedSince, f.CreatedBefore)
	c.between("updated_at", f.UpdatedSince, f.UpdatedBefore)
	c.between("expires_at", f.ExpiresSince, f.ExpiresBefore)
}

// kinds are the conditions that a profile answers for all its enrollments.
func (l *enrollmentList) kinds(c *conditions) {
	f := l.filter
	if f.ProfileIDs != nil {
		c.anyOf("profile_id", "uuid", distinct(id.Profile, f.ProfileIDs))
	}
	if f.SeatTypes != nil {
		c.anyOf("seat_type", "text", asTexts(f.SeatTypes))
	}
	if f.AuthenticationMethods != nil {
		c.anyOf("authentication_method", "text", asTexts(f.AuthenticationMethods))
	}
	if f.EnrollmentMethods != nil {
		c.anyOf("enrollment_method", "text", asTexts(f.EnrollmentMethods))
	}
	if f.CaTypes != nil {
		c.anyOf("ca_type", "text", asTexts(f.CaTypes))
	}
}

// names are the conditions that name a person, a seat, or the few that a certificate
// authority works on.
func (l *enrollmentList) names(c *conditions) {
	f := l.filter
	if f.Seats != nil {
		c.anyOf("seat_row_id", "uuid", distinct(id.Seat, f.Seats))
	}
	if f.SeatIDs != nil {
		c.anyOf("seat_key", "text", f.SeatIDs)
	}
	if f.Emails != nil {
		c.left = append(c.left, fmt.Sprintf("EXISTS (SELECT FROM enrollment_texts t WHERE t.id = %s.id AND t.email = ANY(%s::text[]))", c.m.Alias, c.m.Arg(pq.Array(f.Emails))))
	}
	if f.Requesters != nil {
		c.anyOf("requester_subject", "text", f.Requesters)
	}
	if f.Issuance != nil {
		c.anyOf("issuance", "text", asTexts(f.Issuance))
	}
}

// named reports whether the list is of what some such condition names.
func (l *enrollmentList) named() bool {
	f := l.filter
	return f.Seats != nil || f.SeatIDs != nil || f.Emails != nil || f.Requesters != nil || f.Issuance != nil || l.own()
}

// own reports whether the list is of the viewer's own requests alone.
func (l *enrollmentList) own() bool { return l.view == ViewMine || !l.sight.all }

// mine is the condition that the viewer has asked for the enrollment.
func (l *enrollmentList) mine(m *page.Merge) string {
	return fmt.Sprintf("%[1]s.requester_subject = %[2]s AND %[1]s.requester_issuer = %[3]s", m.Alias, m.Arg(l.sight.viewer.Subject), m.Arg(l.sight.viewer.Issuer))
}

// mayApprove leaves out what the viewer may not approve: the own requests, by
// person or address, and what the viewer has approved in this round. Each is looked up
// by itself: PostgreSQL would read all approvals and seats into memory for a join.
func (l *enrollmentList) mayApprove(c *conditions) {
	m, a, v := c.m, c.m.Alias, l.sight.viewer
	issuer, subject := m.Arg(v.Issuer), m.Arg(v.Subject)
	c.rarely = append(c.rarely,
		nearlyAll("NOT (%[1]s.requester_issuer = %[2]s AND %[1]s.requester_subject = %[3]s)", a, issuer, subject),
		nearlyAll("(SELECT a.id FROM approvals a WHERE a.enrollment_id = %[1]s.id AND a.round = %[1]s.round AND a.issuer = %[2]s AND a.subject = %[3]s LIMIT 1) IS NULL", a, issuer, subject))
	own := strings.ToLower(strings.TrimSpace(v.Email))
	if own == "" {
		return
	}
	email := m.Arg(own)
	c.rarely = append(c.rarely,
		nearlyAll("lower(%s.email) <> %s", a, email),
		nearlyAll("(SELECT s.id FROM seats s WHERE s.id = %s.seat_row_id AND lower(s.email) = %s LIMIT 1) IS NULL", a, email),
		nearlyAll("(SELECT s.id FROM seats s WHERE %[1]s.seat_row_id IS NULL AND s.deleted_at IS NULL AND s.business_unit_id = %[1]s.business_unit_id AND s.seat_type = %[1]s.seat_type AND s.seat_key = %[1]s.seat_key AND lower(s.email) = %[2]s LIMIT 1) IS NULL", a, email))
}

// nearlyAll is a condition that hardly a row fails, put so that PostgreSQL expects the
// same of it: it takes any such expression for one that is seldom NULL. Expecting to
// find little, it would read everything and sort it, instead of the first few in order.
func nearlyAll(condition string, args ...any) string {
	return "CASE WHEN " + fmt.Sprintf(condition, args...) + " THEN 1 END IS NOT NULL"
}

// narrowed are the statuses without those that the filter shuts out. What has no seat
// can be in a few statuses only (the constraint enrollments_seat).
func (l *enrollmentList) narrowed(statuses []lifecycle.Status) []lifecycle.Status {
	if l.filter.Statuses != nil {
		statuses = intersection(statuses, l.filter.Statuses)
	}
	statuses = except(statuses, l.filter.ExcludeStatuses)
	if l.filter.HasSeat != nil && !*l.filter.HasSeat {
		statuses = except(statuses, []lifecycle.Status{lifecycle.Created, lifecycle.Approved, lifecycle.Redeemed, lifecycle.Locked})
	}
	if of := l.filter.AuthenticationMethods; of != nil {
		var possible []lifecycle.Status
		for _, method := range of {
			possible = append(possible, statusesUnder(method)...)
		}
		statuses = intersection(statuses, possible)
	}
	return statuses
}

// statusesUnder are those that an enrollment can be in under an authentication method;
// none under those of which no enrollment is made here.
func statusesUnder(method lifecycle.AuthenticationMethod) []lifecycle.Status {
	switch method {
	case lifecycle.EnrollmentCode:
		return except(lifecycle.Statuses, append([]lifecycle.Status{lifecycle.Approved}, lifecycle.Waiting...))
	case lifecycle.ManualApproval:
		return except(lifecycle.Statuses, []lifecycle.Status{lifecycle.Created, lifecycle.Locked})
	}
	return nil
}
