package inventory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// branches are those by whose indexes the list is read: of each status and of what
// leads; and one for what is due.
//
// A certificate whose time has passed is EXPIRED before that is written down: the
// branches of what is written leave it out, and it is a branch of its own where
// expired ones are asked for. That branch is short, since expiry is written down
// within seconds.
func (l *certificateList) branches(m *page.Merge) []page.Branch {
	by, where := l.dimensions(m)
	where = append(where, l.conditions(m)...)
	expired := slices.Contains(l.statuses, lifecycle.CertificateExpired)
	counting := len(intersection(l.statuses, certificatesCounting))
	written, apart := []string(nil), !expired || counting < len(certificatesCounting) // else a due one is in the list either way
	var due []string
	if apart && (expired || counting > 0) {
		now := m.Arg(l.now)
		switch counting {
		case 0:
		case len(l.statuses):
			written = []string{"c.not_after > " + now}
		default:
			written = []string{fmt.Sprintf("(c.not_after > %s OR c.status NOT IN %s)", now, inCounting)}
		}
		if expired {
			due = []string{dueCertificates(now)}
		}
	}
	if due == nil {
		return []page.Branch{branched(m, append(where, written...), by...)}
	}
	for _, d := range by[1:] { // all but the status
		due = append(due, d.any(m))
	}
	b := branched(m, where, by...)
	if len(b.Arms) == 0 {
		b.Where = append(b.Where, written...)
		return []page.Branch{b, {Where: append(due, where...)}}
	}
	for n := range b.Arms {
		b.Arms[n] = append(b.Arms[n], written...)
	}
	b.Arms = append(b.Arms, due)
	return []page.Branch{b}
}

// dueCertificates is the condition that a certificate is due. They are found by the
// index of what is due before anything else is asked of them: the planner, which does
// not know that nearly all whose time has passed are written down as expired, would look
// for the few that are not along the whole table, in the list's order. More of them
// than are named do not become due between two of the sweeps that write them down.
func dueCertificates(now string) string {
	return fmt.Sprintf("c.id = ANY(ARRAY(SELECT d.id FROM certificates d WHERE d.status IN %s AND d.not_after <= %s ORDER BY d.not_after, d.id LIMIT %d))", inCounting, now, mostDue)
}

// mostDue is how many certificates may be due and not yet written down.
const mostDue = 100_000

// The statuses in which a certificate counts, and from which it expires; as SQL, too.
var certificatesCounting = []lifecycle.CertificateStatus{lifecycle.CertificateIssued, lifecycle.CertificateSuspended}

const inCounting = "('ISSUED', 'SUSPENDED')"

// conditions adds those that no index answers to the merge's residual, and returns
// the others: the flag that leads, and the span of time that the list is ordered by.
func (l *certificateList) conditions(m *page.Merge) (where []string) {
	f, a := l.filter, m.Alias+"."
	left := func(conditions ...string) { m.Residual = append(m.Residual, conditions...) }
	between := func(column, since, until string, from, to *time.Time) {
		var span []string
		if from != nil {
			span = append(span, a+column+" "+since+" "+m.Arg(*from))
		}
		if to != nil {
			span = append(span, a+column+" "+until+" "+m.Arg(*to))
		}
		if column == m.Order {
			where = append(where, span...)
		} else {
			left(span...)
		}
	}
	if l.view == CertificatesExpiring {
		soon := l.now.Add(ExpiringWithin)
		between("not_after", "", "<=", nil, &soon)
	}
	between("not_after", ">=", "<", f.NotAfterSince, f.NotAfterBefore)
	between("created_at", ">=", "<", f.CreatedSince, f.CreatedBefore)
	between("updated_at", ">=", "<", f.UpdatedSince, f.UpdatedBefore)
	between("not_before", ">=", "<", f.NotBeforeSince, f.NotBeforeBefore)
	where = append(where, l.flagged(m)...)
	if l.units == nil && len(f.ExcludeBusinessUnitIDs) > 0 {
		left(a + "business_unit_id <> ALL(" + m.Arg(pq.Array(id.UUIDs(id.BusinessUnit, f.ExcludeBusinessUnitIDs))) + "::uuid[])")
	}
	if f.Subject != nil {
		// The key is in lower case by Unicode's rules, whatever the database's are.
		part := m.Arg("%" + literally.Replace(strings.ToLower(*f.Subject)) + "%")
		left(fmt.Sprintf("(%[1]ssubject_key LIKE %[2]s OR %[1]ssubject ILIKE %[2]s)", a, part))
	}
	if f.Issuer != nil {
		left(a + "issuer ILIKE " + m.Arg("%"+literally.Replace(*f.Issuer)+"%"))
	}
	return where
}
