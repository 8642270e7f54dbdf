package inventory

import (
	"context"
	"fmt"
	"reflect"

	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// mostUnits is up to how many business units a list is merged from branches of
// each; beyond, from branches of the status alone.
const mostUnits = 50

// mostPairs is up to how many pairs of a profile and a status a list is read by: each
// is looked up once for a page, whatever the page then takes from it.
const mostPairs = 300

// enrollmentWay is one way of reading a list of enrollments.
type enrollmentWay struct {
	merge page.Merge
	// joins lead from the merge to the enrollments' other columns.
	joins string
	// source is the merge's table by itself, of a few.
	source page.Merge
	// most is how many rows there may be of which the merge is made; 0 when it is made
	// of what indexes give in order, however many these are.
	most int
	// broad is the no when there are more; nil when another way comes then.
	broad *refusal.Refusal
}

// few reports whether the merge is made of a few rows that are all read.
func (w enrollmentWay) few() bool { return w.most > 0 }

// holds reports whether the way tells all of a window of which got rows were read, and
// told how many the merge is made of (0 when no row could tell). Refused:
// SEARCH_TOO_BROAD, FILTER_TOO_BROAD.
func (w enrollmentWay) holds(ctx context.Context, q querier, of page.Window, told, got int) (bool, error) {
	switch {
	case w.merge.Candidates > 0 && got <= of.Limit:
		return false, nil
	case !w.few():
		return true, tooBroad(ctx, q, w.merge, of, got)
	}
	found, err := foundAmong(ctx, q, w.source, told)
	switch {
	case err != nil:
		return false, err
	case found <= w.most:
		return true, nil
	case w.broad != nil:
		return false, w.broad
	}
	return false, nil
}

// ways are those of reading the list, the best first. The last tells everything, or
// refuses.
func (l *enrollmentList) ways() []enrollmentWay {
	if l.search != nil {
		return []enrollmentWay{l.byFew()}
	}
	var all []enrollmentWay
	mineInOrder := l.own() && l.order.Field == OrderCreatedAt
	if l.named() && !(mineInOrder && reflect.ValueOf(l.filter).IsZero() && len(l.statuses) == len(lifecycle.Statuses)) {
		all = append(all, l.byFew())
	}
	switch {
	case mineInOrder:
		all = append(all, l.byOwn())
	case l.profiles != nil && (l.filter.ProfileIDs != nil || len(l.profiles)*len(l.statuses) <= mostPairs):
		all = append(all, l.byBranches("profile_id", l.profiles))
	case l.units != nil && len(l.units) <= mostUnits:
		all = append(all, l.byBranches("business_unit_id", l.units))
	default:
		all = append(all, l.byBranches("", nil))
	}
	last := all[len(all)-1]
	if len(last.merge.Residual) == 0 {
		return all
	}
	trial := last
	trial.merge.Candidates = tryFirst
	return append(all[:len(all)-1], trial, last)
}

// tryFirst is through how many candidates a page is looked for at first, of which no
// more are read than it takes.
const tryFirst = 20 * (page.Usual + 1)

// inOrder is the list's merge without its branches.
func (l *enrollmentList) inOrder() page.Merge {
	order := enrollmentOrders[l.order.Field]
	return page.Merge{Table: "enrollments e", Alias: "e", Order: order[0], Cast: order[1], Descending: l.order.Direction == page.Descending}
}

// byOwn reads the viewer's own requests, in the order in which they were made.
func (l *enrollmentList) byOwn() enrollmentWay {
	m := l.inOrder()
	c := l.conditions(&m, false)
	l.kinds(c)
	l.names(c)
	where := append([]string{l.mine(&m)}, c.where...)
	if l.units != nil {
		where = append(where, "e.business_unit_id = ANY("+m.Arg(pq.Array(l.units))+"::uuid[])")
	}
	if len(l.statuses) < len(lifecycle.Statuses) {
		where = append(where, l.reads(&m))
	}
	m.Residual = append(c.left, c.rarely...)
	m.Branches = []page.Branch{{Where: where}}
	return enrollmentWay{merge: m}
}

// reads is the condition that an enrollment reads as one of the list's statuses: as
// EXPIRED from the second on that its time has passed, written down or not.
func (l *enrollmentList) reads(m *page.Merge) string {
	return fmt.Sprintf("CASE WHEN %[1]s.status IN %[2]s AND %[1]s.expires_at <= %[3]s AND %[1]s.issuance IS DISTINCT FROM 'REQUESTED' THEN 'EXPIRED' ELSE %[1]s.status END = ANY(%[4]s::text[])",
		m.Alias, inExpiring, m.Arg(l.now), m.Arg(pq.Array(asTexts(l.statuses))))
}
