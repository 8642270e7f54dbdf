package inventory

import (
	"context"
	"fmt"
	"strings"

	"github.com/lib/pq"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// goneBy are the columns of what exact conditions find that the list is ordered and
// narrowed by. The others, kilobytes each, are read of its page alone.
const goneBy = `c.id, c.status, c.created_at, c.updated_at, c.not_before, c.not_after, c.subject_key, c.subject, c.issuer, c.key_algorithm, c.signature_algorithm,
c.authority_key_id, c.is_ca, c.issued, c.imported, c.discovered, c.assigned, c.enrollment_id, c.business_unit_id`

// lookIn makes the merge's table what the search and the exact filters find in the
// list's business units, in every status; false when there are none.
//
// The view EXPIRING_30_DAYS in another order than its own is one of them: what ends
// soon is found by its end, and put in order then.
func (l *certificateList) lookIn(m *page.Merge) bool {
	var exact []string
	if l.search != nil {
		exact = append(exact, l.search.condition(m, searched{text: "c.search_text", rare: l.rare}))
	}
	for _, is := range []struct {
		column string
		values []string
	}{{"serial", l.filter.SerialNumbers}, {"sha256", l.filter.Sha256}, {"key_sha256", l.filter.KeySha256}} {
		if is.values != nil {
			exact = append(exact, "c."+is.column+" = ANY("+m.Arg(pq.Array(is.values))+"::text[])")
		}
	}
	if l.filter.Seats != nil {
		exact = append(exact, "c.seat_row_id = ANY("+m.Arg(pq.Array(distinct(id.Seat, l.filter.Seats)))+"::uuid[])")
	}
	if l.filter.Names != nil {
		exact = append(exact, l.withName(m))
	}
	if l.view == CertificatesExpiring && l.order.Field != CertificatesByNotAfter && !l.whole && len(exact) == 0 {
		exact = append(exact, "c.status IN "+inCounting, "c.not_after > "+m.Arg(l.now), "c.not_after <= "+m.Arg(l.now.Add(ExpiringWithin)))
	}
	if len(exact) == 0 {
		return false
	}
	among(m, few{where: exact, units: l.units, withText: l.search != nil || l.filter.Names != nil || !l.filter.exact(), most: l.mostFound(), columns: goneBy, as: "f"})
	return true
}

// withName is the condition that a certificate has one of the filter's names: found by
// what a search looks through, where each name stands between line breaks, and then
// compared with the names themselves, since the words of the subject stand there too.
func (l *certificateList) withName(m *page.Merge) string {
	each := make([]string, len(l.filter.Names))
	for n, name := range l.filter.Names {
		each[n] = "(" + matches(m, searched{text: "c.search_text", rare: l.rare}, "%\n"+literally.Replace(name)+"\n%", name) + ")"
	}
	return fmt.Sprintf(`(%s) AND (EXISTS (SELECT FROM jsonb_each(c.names) k CROSS JOIN jsonb_array_elements_text(k.value) v WHERE lower(v) = ANY(%[2]s::text[]))) IS TRUE`,
		strings.Join(each, " OR "), m.Arg(pq.Array(l.filter.Names)))
}

// found is the branch of what exact conditions find, which is few enough that every
// condition may be asked of each.
func (l *certificateList) found(m *page.Merge) page.Branch {
	b := page.Branch{Where: l.conditions(m)}
	if len(l.statuses) < len(lifecycle.CertificateStatuses) {
		b.Where = append(b.Where, fmt.Sprintf("CASE WHEN f.status IN %s AND f.not_after <= %s THEN 'EXPIRED' ELSE f.status END = ANY(%s::text[])",
			inCounting, m.Arg(l.now), m.Arg(pq.Array(l.statuses))))
	}
	for _, d := range l.named() {
		b.Where = append(b.Where, d.any(m))
	}
	b.Where = append(b.Where, m.Residual...)
	m.Residual = nil
	return b
}

// mostFound is how many certificates the search and the exact filters may find.
func (l *certificateList) mostFound() int {
	if l.search != nil {
		return mostFound
	}
	return page.MaxCandidates
}

// tooMuch refuses a list of which more is found than is looked through: its page
// would be a part of it, taken at random.
func (l *certificateList) tooMuch(ctx context.Context, q querier, told int) error {
	of := page.Merge{Table: "certificates c", Alias: "c"}
	l.lookIn(&of)
	found, err := foundAmong(ctx, q, of, told)
	switch {
	case err != nil || found <= l.mostFound():
		return err
	case l.search != nil:
		return refusal.New(page.SearchTooBroad, "More than %d certificates match this search, in whatever status. Write more of what you look for, or name a business unit in the filter.", mostFound)
	case l.view == CertificatesExpiring && !l.filter.exact():
		return refusal.New(page.TooBroad, "More than %d certificates end within 30 days, too many to be put in this order. Order them by NOT_AFTER, or name a business unit in the filter.", page.MaxCandidates)
	}
	return refusal.New(page.TooBroad, "More than %d certificates have one of these names, keys, serial numbers or seats. Name fewer of them, or a business unit.", page.MaxCandidates)
}
