package inventory

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// byBranches reads the list by the indexes that begin with the column, of which it
// has these values, and the status; without a column by those of the status alone.
//
// A few branches are arms, which PostgreSQL merges row by row; many are walked by
// their heads. With conditions that no index answers it is arms in any case, so that
// their candidates are bounded together: then many values of the column are one more
// such condition.
func (l *enrollmentList) byBranches(column string, of []uuid.UUID) enrollmentWay {
	m := l.inOrder()
	c := l.conditions(&m, column == "profile_id")
	if column != "profile_id" {
		l.kinds(c)
	}
	l.names(c)
	if l.own() {
		c.left = append(c.left, l.mine(&m))
	}
	where := c.where
	all := sync.OnceValue(func() string { // PostgreSQL refuses an argument that its statement does not use
		return "e." + column + " = ANY(" + m.Arg(pq.Array(of)) + "::uuid[])"
	})
	if l.units != nil && column != "business_unit_id" {
		where = append(where, "e.business_unit_id = ANY("+m.Arg(pq.Array(l.units))+"::uuid[])")
	}
	apart, due := l.split()
	pairs := max(1, len(of)) * len(l.statuses)
	if len(c.left) == 0 && of != nil && (pairs > mostArms || len(c.rarely) > 0) {
		m.Branches = l.byHeads(&m, column, of, append(where, c.rarely...), apart)
		if due {
			m.Branches = append(m.Branches, page.Branch{Where: slices.Concat(l.due(&m), []string{all()}, where, c.rarely)})
		}
		return enrollmentWay{merge: m}
	}
	m.Residual = append(c.left, c.rarely...)
	if pairs > mostArms && column == "profile_id" {
		m.Residual, of = append(m.Residual, all()), nil
	}
	b := page.Branch{Where: where}
	for _, s := range l.statuses {
		switch is := l.is(&m, s, apart); {
		case of == nil:
			b.Arms = append(b.Arms, is)
		case pairs > mostArms:
			b.Arms = append(b.Arms, append(is, all()))
		default:
			for _, one := range of {
				b.Arms = append(b.Arms, append([]string{fmt.Sprintf("e.%s = %s::uuid", column, m.Arg(one))}, is...))
			}
		}
	}
	if due {
		arm := l.due(&m)
		if of != nil {
			arm = append(arm, all())
		}
		b.Arms = append(b.Arms, arm)
	}
	m.Branches = []page.Branch{b}
	return enrollmentWay{merge: m}
}

// byHeads is a branch for each pair of a value and a status, walked by their heads.
func (l *enrollmentList) byHeads(m *page.Merge, column string, of []uuid.UUID, where []string, apart bool) []page.Branch {
	var values, statuses []string
	for _, one := range of {
		for _, s := range l.statuses {
			values, statuses = append(values, one.String()), append(statuses, string(s))
		}
	}
	where = append([]string{"e." + column + " = pair.of", "e.status = pair.status"}, where...)
	if apart {
		where = append(where, nearlyAll("e.status NOT IN %s OR e.expires_at > %s OR e.issuance = 'REQUESTED'", inExpiring, m.Arg(l.now)))
	}
	return []page.Branch{{
		From:  "unnest(" + m.Arg(pq.Array(values)) + "::uuid[], " + m.Arg(pq.Array(statuses)) + "::text[]) AS pair(of, status)",
		Where: where,
		Lazy:  []string{"pair.of", "pair.status"},
	}}
}

// split says whether the branches of written statuses leave out what is due, and
// whether the due ones, which read as EXPIRED before that is written, are a branch of
// their own. When everything that time ends is wanted together with EXPIRED, a due one
// is in the list either way.
func (l *enrollmentList) split() (apart, due bool) {
	expired := slices.Contains(l.statuses, lifecycle.Expired)
	ending := len(intersection(lifecycle.Expiring, l.statuses))
	if expired && ending == len(lifecycle.Expiring) {
		return false, false
	}
	return ending > 0, expired
}

// is are the conditions of a written status, without what is due where that is apart.
func (l *enrollmentList) is(m *page.Merge, s lifecycle.Status, apart bool) []string {
	is := []string{"e.status = " + m.Arg(string(s)) + "::text"}
	if apart && slices.Contains(lifecycle.Expiring, s) {
		is = append(is, l.live(m))
	}
	return is
}

// live is the condition that the time of an enrollment has not passed, or that the
// authority's work keeps it: true of nearly all in these statuses, though not of most in
// the table.
func (l *enrollmentList) live(m *page.Merge) string {
	return nearlyAll("e.expires_at > %s OR e.issuance = 'REQUESTED'", m.Arg(l.now))
}

// due is the condition of what reads as EXPIRED before that is written. Their ids are
// read first, from the index that the sweep keeps small: PostgreSQL would expect that
// most in these statuses are due, since of the whole table the time of most has passed.
func (l *enrollmentList) due(m *page.Merge) []string {
	return []string{fmt.Sprintf("e.id = ANY(ARRAY(SELECT d.id FROM enrollments d WHERE d.status IN %s AND d.expires_at <= %s AND d.issuance IS DISTINCT FROM 'REQUESTED'))", inExpiring, m.Arg(l.now))}
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
