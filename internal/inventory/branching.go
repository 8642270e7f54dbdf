package inventory

import (
	"fmt"

	"github.com/lib/pq"

	"gatehouse/internal/page"
)

// dimension is a column that an index has in front, and the values of it that a list
// shows.
type dimension struct {
	column, is string // its name and type
	values     []string
}

// mostArms is how many branches a merge of candidates is written out of. Each is
// planned by itself.
const mostArms = 16

// branched is a list's branch by its dimensions. Without conditions that are left,
// it is one for each combination of their values. With such it is written out and
// read in one merge, so that not each of the combinations is looked through as far as
// the whole may be; what would be too much of it is asked of the candidates.
func branched(m *page.Merge, where []string, by ...dimension) page.Branch {
	if len(m.Residual) == 0 {
		b := arrayed(m, by...)
		b.Where = append(b.Where, where...)
		return b
	}
	arms := [][]string{nil}
	for _, d := range by {
		if len(arms)*len(d.values) > mostArms {
			m.Residual = append(m.Residual, d.any(m))
			continue
		}
		var longer [][]string
		for _, v := range d.values {
			is := fmt.Sprintf("%s.%s = %s::%s", m.Alias, d.column, m.Arg(v), d.is)
			for _, arm := range arms {
				longer = append(longer, append(append([]string{}, arm...), is))
			}
		}
		arms = longer
	}
	return page.Branch{Arms: arms, Where: where}
}

// arrayed is a branch for each combination of the dimensions' values.
func arrayed(m *page.Merge, by ...dimension) (b page.Branch) {
	for n, d := range by {
		if n > 0 {
			b.From += " CROSS JOIN "
		}
		b.From += fmt.Sprintf("unnest(%s::%s[]) AS d%d(value)", m.Arg(pq.Array(d.values)), d.is, n)
		b.Where = append(b.Where, fmt.Sprintf("%s.%s = d%d.value", m.Alias, d.column, n))
	}
	return b
}

// any is the condition that the column has one of the values.
func (d dimension) any(m *page.Merge) string {
	return fmt.Sprintf("%s.%s = ANY(%s::%s[])", m.Alias, d.column, m.Arg(pq.Array(d.values)), d.is)
}

// asTexts are values as text.
func asTexts[T any](values []T) []string {
	all := make([]string, len(values))
	for n, v := range values {
		all[n] = fmt.Sprint(v)
	}
	return all
}
