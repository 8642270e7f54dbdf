package page

import (
	"fmt"
	"slices"
	"strings"
)

// lazily is a branch of many elements as SQL that reads the first row of each, and
// then one more for each row that it gives: a merge, one row a step, of the heads
// that may still come. A head before which others lie that are as many as the rows
// that are still to come is let go.
//
// It reads from each element's index by itself, however many there are, in one plan;
// as many arms would have to be planned one by one.
func (m *Merge) lazily(b Branch, order string, keyset []string, limit string) string {
	past := "<"
	if order == "ASC" {
		past = ">"
	}
	place := fmt.Sprintf("%[1]s.%[2]s AS place, %[1]s.id", m.Alias, m.Order)
	rank := fmt.Sprintf("row_number() OVER (ORDER BY h.place %[1]s, h.id %[1]s) AS rank", order)
	where := append(slices.Clone(b.Where), keyset...)
	probe := func(where []string) string {
		return fmt.Sprintf("SELECT %s FROM %s WHERE %s%s LIMIT 1", place, m.Table, conjunction(where), m.ordered(order))
	}
	names := make([]string, len(b.Lazy))
	carried := make([]string, len(b.Lazy))
	for n := range b.Lazy {
		names[n] = fmt.Sprintf("c%d", n)
		carried[n] = "w." + names[n]
	}
	next := slices.Clone(where)
	for n, condition := range next {
		next[n] = rename(condition, b.Lazy, carried)
	}
	next = append(next, "w.rank = 1", fmt.Sprintf("(%s.%s, %s.id) %s (w.place, w.id)", m.Alias, m.Order, m.Alias, past))
	return fmt.Sprintf(`WITH RECURSIVE walk (step, %[1]s, place, id, rank) AS (
SELECT 1, %[2]s, h.place, h.id, %[3]s FROM %[4]s CROSS JOIN LATERAL (%[5]s) h
UNION ALL
SELECT w.step + 1, %[6]s, h.place, h.id, %[3]s FROM walk w CROSS JOIN LATERAL (SELECT w.place, w.id WHERE w.rank > 1 UNION ALL (%[7]s)) h
WHERE w.step < %[8]s AND w.rank <= %[8]s - w.step + 1)
SELECT %[9]s.* FROM walk w CROSS JOIN LATERAL (SELECT %[9]s.* FROM %[10]s WHERE %[9]s.id = w.id LIMIT 1) %[9]s WHERE w.rank = 1`,
		strings.Join(names, ", "), strings.Join(b.Lazy, ", "), rank, b.From, probe(where), strings.Join(carried, ", "), probe(next), limit, m.Alias, m.Table)
}

// rename puts a condition's columns of the arrays in the words of the walk.
func rename(condition string, from, to []string) string {
	pairs := make([]string, 0, 2*len(from))
	for n := range from {
		pairs = append(pairs, from[n], to[n])
	}
	return strings.NewReplacer(pairs...).Replace(condition)
}
