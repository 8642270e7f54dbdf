package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Broad is the statement that tells whether some branch has more candidates
// behind the window's start than are looked through; it is asked only when a
// filtered page was not filled.
func (m Merge) Broad(w Window) (string, []any) {
	m.Args = slices.Clip(m.Args)
	order, past, _ := m.direction(w)
	var keyset []string
	if w.From != nil {
		keyset = []string{fmt.Sprintf("(%s.%s, %s.id) %s (%s::%s, %s::uuid)", m.Alias, m.Order, m.Alias, past, m.Arg(w.From.Value), m.Cast, m.Arg(w.From.ID))}
	}
	parts := make([]string, len(m.Branches))
	for i, b := range m.Branches {
		inner := fmt.Sprintf("%s OFFSET %d LIMIT 1", m.inOrder(b, order, keyset, strconv.Itoa(MaxCandidates+1)), MaxCandidates)
		// The residual is named although it decides nothing here: every argument
		// of a statement must stand in it.
		inner = fmt.Sprintf("SELECT 1 FROM (%s) %s WHERE TRUE OR %s", inner, m.Alias, conjunction(m.Residual))
		parts[i] = "(" + inner + ")"
		if b.From != "" {
			parts[i] = fmt.Sprintf("(SELECT 1 FROM %s CROSS JOIN LATERAL (%s) probe)", b.From, inner)
		}
	}
	return "SELECT EXISTS (" + strings.Join(parts, " UNION ALL ") + ")", m.Args
}

// Count is the statement that counts the list up to MaxCount and one more.
func (m Merge) Count() (string, []any) {
	m.Args = slices.Clip(m.Args)
	parts := make([]string, len(m.Branches))
	for i, b := range m.Branches {
		inner := fmt.Sprintf("%s LIMIT %d", m.unordered(b), MaxCount+1)
		if len(m.Residual) > 0 {
			inner = fmt.Sprintf("SELECT 1 FROM (%s) %s WHERE %s", inner, m.Alias, conjunction(m.Residual))
		}
		parts[i] = fmt.Sprintf("(SELECT 1 FROM (%s) probe)", inner)
		if b.From != "" {
			parts[i] = fmt.Sprintf("(SELECT 1 FROM %s CROSS JOIN LATERAL (%s) probe)", b.From, inner)
		}
	}
	return fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM (%s) c LIMIT %d) n", strings.Join(parts, " UNION ALL "), MaxCount+1), m.Args
}

// unordered are the rows of one element of a branch in whichever order.
func (m *Merge) unordered(b Branch) string {
	if b.Arms == nil {
		return fmt.Sprintf("SELECT %s.* FROM %s WHERE %s", m.Alias, m.Table, conjunction(b.Where))
	}
	arms := make([]string, len(b.Arms))
	for n, arm := range b.Arms {
		arms[n] = fmt.Sprintf("SELECT %s.* FROM %s WHERE %s", m.Alias, m.Table, conjunction(append(slices.Clone(arm), b.Where...)))
	}
	return fmt.Sprintf("SELECT %s.* FROM (%s) %s", m.Alias, strings.Join(arms, " UNION ALL "), m.Alias)
}

// CountPerParent is Count of a nested list, for each parent.
func (m Merge) CountPerParent() (string, []any) {
	m.Args = slices.Clip(m.Args)
	parts := make([]string, len(m.Branches))
	for i, b := range m.Branches {
		parts[i] = fmt.Sprintf("SELECT %s AS parent, x.n FROM %s CROSS JOIN LATERAL (SELECT count(*) AS n FROM (SELECT FROM %s WHERE %s LIMIT %d) y) x",
			m.PerParent, b.From, m.Table, conjunction(append(append([]string{}, b.Where...), m.Residual...)), MaxCount+1)
	}
	return "SELECT parent, sum(n) FROM (" + strings.Join(parts, " UNION ALL ") + ") c GROUP BY parent", m.Args
}
