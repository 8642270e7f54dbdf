package page

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/internal/refusal"
)

// MaxCandidates is how many rows of a branch are looked through for those that
// a filter without an index of its own lets pass.
const MaxCandidates = 10_000

// MaxCount is how far totalCount counts.
const MaxCount = 10_000

// TooBroad is the no to a filter that would look through more than
// MaxCandidates rows. It is no user error of a mutation but an error of a query.
const TooBroad refusal.Code = "FILTER_TOO_BROAD"

// SearchTooBroad is the no to a search that finds more than a list can be made of.
// It is, too, an error of a query.
const SearchTooBroad refusal.Code = "SEARCH_TOO_BROAD"

// Merge describes a list as a merge of branches, each read in the list's order
// from an index that starts with what the branch fixes. (Several statuses by IN
// or OR in front of a keyset would read everything that matches and sort it.)
type Merge struct {
	// Table and its alias, such as "enrollments e".
	Table string
	// Alias is the table's alias.
	Alias string
	// Columns are selected, by the alias or a join's.
	Columns []string
	// Joins are added after the page is found: to-one edges only.
	Joins string
	// Order is the column that the list is ordered by, NOT NULL; Cast its type.
	Order, Cast string
	// Descending: the largest first.
	Descending bool
	// Branches are the indexed parts whose merge is the list.
	Branches []Branch
	// Residual are conditions that no branch's index answers.
	Residual []string
	// PerParent is the branch column that tells parents apart, such as "b.parent";
	// the limit then holds for each parent instead of the whole.
	PerParent string
	// Args are the statement's arguments so far; the merge adds its own.
	Args []any
}

// Branch is a set of rows that an index gives in order: From is what the branch
// runs over (arrays unnested, or empty for a single branch), Where what it fixes.
type Branch struct {
	From  string
	Where []string
}

// Arg adds an argument and returns its placeholder.
func (m *Merge) Arg(v any) string {
	m.Args = append(m.Args, v)
	return fmt.Sprintf("$%d", len(m.Args))
}

// direction is the order in which the window reads.
func (m *Merge) direction(w Window) (order, past, short string) {
	past, order = ">", "ASC"
	if m.Descending != w.Backward {
		past, order = "<", "DESC"
	}
	short = "<"
	if past == "<" {
		short = ">"
	}
	return order, past, short
}

// Page is the statement that reads the window: the limit and one row more.
func (m Merge) Page(w Window) (string, []any) {
	m.Args = slices.Clip(m.Args)
	order, past, short := m.direction(w)
	var keyset []string
	for _, end := range []struct {
		key *Key
		op  string
	}{{w.From, past}, {w.To, short}} {
		if end.key != nil {
			keyset = append(keyset, fmt.Sprintf("(%s.%s, %s.id) %s (%s::%s, %s::uuid)", m.Alias, m.Order, m.Alias, end.op, m.Arg(end.key.Value), m.Cast, m.Arg(end.key.ID)))
		}
	}
	limit := m.Arg(w.Limit + 1)
	return m.branches(order, keyset, limit), m.Args
}

// branches is the merge with one limit for each branch and for the whole.
func (m *Merge) branches(order string, keyset []string, limit string) string {
	outer := m.Alias + "."
	parts := make([]string, len(m.Branches))
	for i, b := range m.Branches {
		where := append(append([]string{}, b.Where...), keyset...)
		inner := fmt.Sprintf("SELECT %s.* FROM %s WHERE %s ORDER BY %s.%s %s, %s.id %s", m.Alias, m.Table, conjunction(where), m.Alias, m.Order, order, m.Alias, order)
		if len(m.Residual) > 0 {
			inner = fmt.Sprintf("SELECT %s.* FROM (%s LIMIT %d) %s WHERE %s", m.Alias, inner, MaxCandidates, m.Alias, conjunction(m.Residual)) +
				fmt.Sprintf(" ORDER BY %s.%s %s, %s.id %s", m.Alias, m.Order, order, m.Alias, order)
		}
		inner += " LIMIT " + limit
		switch {
		case b.From == "":
			parts[i] = "(" + inner + ")"
		case m.PerParent != "":
			parts[i] = fmt.Sprintf("(SELECT %s AS parent, %s.* FROM %s CROSS JOIN LATERAL (%s) %s)", m.PerParent, m.Alias, b.From, inner, m.Alias)
		default:
			parts[i] = fmt.Sprintf("(SELECT %s.* FROM %s CROSS JOIN LATERAL (%s) %s)", m.Alias, b.From, inner, m.Alias)
		}
	}
	whole := strings.Join(parts, " UNION ALL ")
	if m.PerParent != "" {
		return fmt.Sprintf("SELECT %s.parent, %s FROM (%s) %s %s ORDER BY %s.parent, %s%s %s, %sid %s",
			m.Alias, strings.Join(m.Columns, ", "), whole, m.Alias, m.Joins, m.Alias, outer, m.Order, order, outer, order)
	}
	return fmt.Sprintf("SELECT %s FROM (SELECT * FROM (%s) %s ORDER BY %s%s %s, %sid %s LIMIT %s) %s %s ORDER BY %s%s %s, %sid %s",
		strings.Join(m.Columns, ", "), whole, m.Alias, outer, m.Order, order, outer, order, limit, m.Alias, m.Joins, outer, m.Order, order, outer, order)
}

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
		inner := fmt.Sprintf("SELECT %s.* FROM %s WHERE %s ORDER BY %s.%s %s, %s.id %s OFFSET %d LIMIT 1", m.Alias, m.Table, conjunction(append(append([]string{}, b.Where...), keyset...)), m.Alias, m.Order, order, m.Alias, order, MaxCandidates)
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
		inner := fmt.Sprintf("SELECT %s.* FROM %s WHERE %s LIMIT %d", m.Alias, m.Table, conjunction(b.Where), MaxCount+1)
		if len(m.Residual) > 0 {
			inner = fmt.Sprintf("SELECT 1 FROM (%s) %s WHERE %s", inner, m.Alias, conjunction(m.Residual))
		}
		parts[i] = "(" + inner + ")"
		if b.From != "" {
			parts[i] = fmt.Sprintf("(SELECT 1 FROM %s CROSS JOIN LATERAL (%s) probe)", b.From, inner)
		} else {
			parts[i] = fmt.Sprintf("(SELECT 1 FROM (%s) probe)", inner)
		}
	}
	return fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM (%s) c LIMIT %d) n", strings.Join(parts, " UNION ALL "), MaxCount+1), m.Args
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

func conjunction(conditions []string) string {
	if len(conditions) == 0 {
		return "TRUE"
	}
	return strings.Join(conditions, " AND ")
}
