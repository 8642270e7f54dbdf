package inventory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// branches are those by whose indexes the list is read: one for each status, and
// each business unit unless these are many; and one for what is due.
//
// A certificate whose time has passed is EXPIRED before that is written down: the
// branches of what is written leave it out, and it is a branch of its own where
// expired ones are asked for. That branch is short, since expiry is written down
// within seconds.
func (l *certificateList) branches(m *page.Merge) []page.Branch {
	where := l.conditions(m)
	b := page.Branch{From: "unnest(" + m.Arg(pq.Array(l.statuses)) + "::text[]) AS b(status)", Where: []string{"c.status = b.status"}}
	expired := slices.Contains(l.statuses, lifecycle.CertificateExpired)
	counting := len(intersection(l.statuses, certificatesCounting))
	apart := !expired || counting < len(certificatesCounting) // else a due one is in the list either way
	var due page.Branch
	if apart && (expired || counting > 0) {
		now := m.Arg(l.now)
		switch counting {
		case 0:
		case len(l.statuses):
			b.Where = append(b.Where, "c.not_after > "+now)
		default:
			b.Where = append(b.Where, fmt.Sprintf("(c.not_after > %s OR c.status NOT IN %s)", now, inCounting))
		}
		due.Where = []string{"c.status IN " + inCounting, "c.not_after <= " + now}
	}
	if l.units != nil {
		units := m.Arg(pq.Array(l.units)) + "::uuid[]"
		in := "c.business_unit_id = ANY(" + units + ")"
		due.Where = append(due.Where, in)
		if len(l.units) <= mostUnits {
			b.From += " CROSS JOIN unnest(" + units + ") AS u(unit)"
			in = "c.business_unit_id = u.unit"
		}
		b.Where = append(b.Where, in)
	}
	b.Where = append(b.Where, where...)
	if !apart || !expired {
		return []page.Branch{b}
	}
	due.Where = append(due.Where, where...)
	return []page.Branch{b, due}
}

// The statuses in which a certificate counts, and from which it expires; as SQL, too.
var certificatesCounting = []lifecycle.CertificateStatus{lifecycle.CertificateIssued, lifecycle.CertificateSuspended}

const inCounting = "('ISSUED', 'SUSPENDED')"

// conditions adds those that no index answers to the merge's residual, and returns
// the others: what the partial indexes are made for, and the span of time that the
// list is ordered by.
func (l *certificateList) conditions(m *page.Merge) (where []string) {
	f, a := l.filter, m.Alias+"."
	left := func(conditions ...string) { m.Residual = append(m.Residual, conditions...) }
	switch l.view {
	case CertificatesDiscovered:
		where = append(where, a+"discovered")
	case CertificatesUnassigned:
		where = append(where, "NOT "+a+"assigned")
	}
	if f.Sources != nil {
		if came := l.came(a); came == a+"discovered" {
			where = append(where, came)
		} else {
			left("(" + came + ")")
		}
	}
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
	anyOf(m, a+"key_algorithm", f.KeyAlgorithms)
	anyOf(m, a+"signature_algorithm", f.SignatureAlgorithms)
	anyOf(m, a+"authority_key_id", f.AuthorityKeyIDs)
	if f.IsCa != nil {
		left(a + "is_ca = " + m.Arg(*f.IsCa))
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

// came is the condition that a certificate came in one of the filter's ways.
func (l *certificateList) came(alias string) string {
	var ways []string
	for _, source := range intersection(lifecycle.CertificateSources, l.filter.Sources) {
		ways = append(ways, alias+strings.ToLower(string(source)))
	}
	if len(ways) == 0 {
		return "FALSE"
	}
	return strings.Join(ways, " OR ")
}
