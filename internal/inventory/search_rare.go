package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lib/pq"
)

// parts are the runs of letters and digits in a text that are long enough for a
// trigram; none where the text is one itself.
func parts(text string) []string {
	var long []string
	for _, part := range strings.FieldsFunc(text, separates) {
		if part != text && utf8.RuneCountInString(part) >= anywhere {
			long = append(long, part)
		}
	}
	return long
}

// separates reports whether the trigrams see an end of a word in the character.
func separates(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// rareParts are the parts of the texts that hardly any row of a table with a column
// search_text has: none of a sample of it, as far as that is large enough to tell.
//
// The index keeps a list for each trigram and reads through that of every trigram
// of a text. Those of what nearly all rows have in common, a domain or a "host-"
// in front, are as long as the table: the trigrams of host-0042.unit.example took
// 100 ms among a million seats, those of 0042 take 1 ms. So the index is asked for
// the rare parts alone, and the few rows that these find are asked for the whole.
// What is found does not depend on the sample; a small table has none and needs none.
func rareParts(ctx context.Context, q querier, table string, texts []string) (rare map[string]bool, err error) {
	var all []string
	for _, text := range texts {
		all = append(all, parts(text)...)
		for _, p := range begun(text) {
			all = append(all, p.text)
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) == 0 {
		return nil, nil
	}
	// Some 300 rows of however many PostgreSQL last counted.
	found, err := q.Query(ctx, `SELECT p.part FROM (SELECT search_text FROM `+table+` TABLESAMPLE SYSTEM ((SELECT least(0.3, 30000 / greatest(reltuples, 1)) FROM pg_class WHERE oid = $2::regclass))) s CROSS JOIN unnest($1::text[]) p(part)
GROUP BY p.part HAVING count(*) >= 50 AND NOT bool_or(s.search_text LIKE '%' || p.part || '%')`, pq.Array(all), table)
	if err != nil {
		return nil, fmt.Errorf("ask what is rare in a search: %w", err)
	}
	defer func() { _ = found.Close() }()
	rare = map[string]bool{}
	for found.Next() {
		var part string
		if err := found.Scan(&part); err != nil {
			return nil, fmt.Errorf("ask what is rare in a search: %w", err)
		}
		rare[part] = true
	}
	return rare, found.Err()
}

// rarely is the pattern of a text's rare parts, which every text that holds it
// matches; empty when it has none.
func rarely(text string, rare map[string]bool) string {
	pattern := ""
	for _, part := range parts(text) {
		if rare[part] {
			pattern += "%" + part
		}
	}
	if pattern == "" {
		return ""
	}
	return pattern + "%"
}
