package page

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
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
const TooBroad = refusal.FilterTooBroad

// SearchTooBroad is the no to a search that finds more than a list can be made of.
// It is, too, an error of a query.
const SearchTooBroad = refusal.SearchTooBroad

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
	// Candidates is how many of them are looked through; 0 means MaxCandidates. Whoever
	// tries fewer first, and takes the page when it is filled, tells PostgreSQL that
	// little will be read, which then reads in the list's order and sorts nothing.
	Candidates int
	// PerParent is the branch column that tells parents apart, such as "b.parent";
	// the limit then holds for each parent instead of the whole.
	PerParent string
	// Whole: every row is read, chunk by chunk, instead of a page; no candidates are
	// counted, and what no index answers is asked of each.
	Whole bool
	// Args are the statement's arguments so far; the merge adds its own.
	Args []any
}

// Branch is a set of rows that an index gives in order: From is what the branch
// runs over (arrays unnested, or empty for a single branch), Where what it fixes.
//
// Of each element of From the whole limit is read, and with a residual up to
// MaxCandidates rows; a few more elements are cheap, hundreds are not. Then there
// are the two ways below, by which one row of each is read, and then one for each
// row of the page.
type Branch struct {
	From  string
	Where []string
	// Arms are further conditions, a handful, that are merged by PostgreSQL itself
	// before the residual is asked: MaxCandidates bounds all of them together. A list
	// with a residual goes by arms, since a page that one branch fills tells nothing of
	// what another has behind its own last candidate.
	Arms [][]string
	// Lazy are the columns of From, such as "b.profile", when its elements are many;
	// there must be no residual, and hardly a row may fail what Where asks beside them.
	Lazy []string
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
	residual := m.Residual
	if m.Whole {
		keyset, residual = append(slices.Clone(keyset), m.Residual...), nil
	}
	parts := make([]string, len(m.Branches))
	for i, b := range m.Branches {
		if b.Lazy != nil && !m.Whole {
			parts[i] = "(" + m.lazily(b, order, keyset, limit) + ")"
			continue
		}
		most := limit
		if len(residual) > 0 {
			most = strconv.Itoa(cmp.Or(m.Candidates, MaxCandidates))
		}
		inner := m.inOrder(b, order, keyset, most)
		if len(residual) > 0 {
			inner = fmt.Sprintf("SELECT %s.* FROM (%s LIMIT %s) %s WHERE %s", m.Alias, inner, most, m.Alias, conjunction(residual)) + m.ordered(order)
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
	return fmt.Sprintf("SELECT %s FROM (SELECT * FROM (%s) %s%s LIMIT %s) %s %s%s",
		strings.Join(m.Columns, ", "), whole, m.Alias, m.ordered(order), limit, m.Alias, m.Joins, m.ordered(order))
}

// ordered is the list's order.
func (m *Merge) ordered(order string) string {
	return fmt.Sprintf(" ORDER BY %s.%s %s, %s.id %s", m.Alias, m.Order, order, m.Alias, order)
}

// inOrder are the rows of one element of a branch, in the list's order; most of them
// are read, as whoever asks says. Each arm says so itself, and its order: only then does
// PostgreSQL merge them row by row, and not read each to its end.
func (m *Merge) inOrder(b Branch, order string, keyset []string, most string) string {
	where := append(slices.Clone(b.Where), keyset...)
	if b.Arms == nil {
		return fmt.Sprintf("SELECT %s.* FROM %s WHERE %s", m.Alias, m.Table, conjunction(where)) + m.ordered(order)
	}
	arms := make([]string, len(b.Arms))
	for n, arm := range b.Arms {
		arms[n] = fmt.Sprintf("(SELECT %s.* FROM %s WHERE %s%s LIMIT %s)", m.Alias, m.Table, conjunction(append(slices.Clone(arm), where...)), m.ordered(order), most)
	}
	return fmt.Sprintf("SELECT %s.* FROM (%s) %s", m.Alias, strings.Join(arms, " UNION ALL "), m.Alias) + m.ordered(order)
}

func conjunction(conditions []string) string {
	if len(conditions) == 0 {
		return "TRUE"
	}
	return strings.Join(conditions, " AND ")
}
