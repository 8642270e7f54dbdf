package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lib/pq"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// mostFound is how many seats a search may find in the business units that are
// asked for; what finds more is refused, and not cut off.
const mostFound = 5000

// anywhere is from how many characters on a text is looked for anywhere, and not
// only at a beginning: three make a trigram, which is what the index holds.
const anywhere = 3

// longestSearch is how many characters a search may have: those of a seatId.
const longestSearch = 255

// search is what a search for seats looks for, tidied and in lower case, as
// searchText is.
//
// A seat is found when its seatId, its e-mail address or the words of its name
// hold each word of the search: from three characters on anywhere in them, below
// that at a beginning. "lov ada" finds Ada Lovelace, whatever the order. A search
// of several words finds a seatId that holds it whole as well, since "pc 7" means
// the pc that is called so. Wildcards are letters like all others.
type search string

// asSearch is the search that somebody typed; nil for none. Refused: nothing at
// all, which would find everything, and what no trigram stands for, which would be
// looked for in every seat there is.
func asSearch(given *string) (*search, *refusal.Refusal) {
	if given == nil {
		return nil, nil
	}
	if tidied(given) == "" {
		return nil, refusal.New(refusal.Invalid, "The search is empty; write 1 to %d characters, or leave it out to list everything.", longestSearch)
	}
	tidy, no := line("search", given, 1, longestSearch)
	if no != nil {
		return nil, no
	}
	s := search(strings.ToLower(tidy))
	if !slices.ContainsFunc(strings.Fields(string(s)), indexed) {
		return nil, refusal.New(refusal.Invalid, "The search has nothing in it that can be looked up: write a word, or a part of one with three letters or digits.")
	}
	return &s, nil
}

// condition is the search as SQL over a column that holds a searchText.
func (s search) condition(m *page.Merge, column string, rare map[string]bool) string {
	var each []string
	short := false
	words := strings.Fields(string(s))
	for n, word := range words {
		if slices.Contains(words[:n], word) {
			continue
		}
		each = append(each, like(m, column, word, rare))
		short = short || utf8.RuneCountInString(word) < anywhere
	}
	every := strings.Join(each, " AND ")
	if len(words) == 1 || !short || !indexed(string(s)) { // not short: what holds it whole then holds each word
		return every
	}
	return fmt.Sprintf("(%s OR %s)", every, like(m, column, string(s), rare))
}

// like is the condition that a text stands in the column where it may. The index
// is asked for what it has trigrams of; it does not answer IS TRUE.
func like(m *page.Merge, column, text string, rare map[string]bool) string {
	pattern := "%" + literally.Replace(text) + "%"
	if utf8.RuneCountInString(text) < anywhere {
		pattern = "%\n" + literally.Replace(text) + "%"
	}
	whole := column + " LIKE " + m.Arg(pattern)
	if !indexed(text) {
		return "(" + whole + ") IS TRUE"
	}
	if few := rarely(text, rare); few != "" {
		return fmt.Sprintf("%s LIKE %s AND (%s) IS TRUE", column, m.Arg(few), whole)
	}
	return whole
}

// indexed reports whether the trigrams of a text that is looked for say anything:
// three letters or digits in a row, or fewer where the text shows that a word
// begins with one, or ends after two.
func indexed(text string) bool {
	runes := []rune(text)
	begins := len(runes) < anywhere // such a text is looked for at a beginning
	run := 0
	for _, r := range runes {
		switch {
		case !separates(r):
			run++
		case run >= 2:
			return true
		default:
			begins, run = true, 0
		}
		if begins && run > 0 || run >= anywhere {
			return true
		}
	}
	return false
}

// literally takes their meaning from the characters that LIKE gives one.
var literally = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// fewUnits is up to how many business units the index is asked for one by one.
// For more of them it is asked once for all, and the rows tell whose they are.
const fewUnits = 4

// lookIn makes the merge's table what the search finds in the list's business
// units, and says beside each seat how many that are.
//
// Narrowed to the viewer's business units before they are counted, what lies
// outside tells nothing of itself. They are counted in every status, deleted ones
// included: to leave those out would mean to read all that the trigrams find,
// without an end, for the few that have the status.
func (l *seatList) lookIn(m *page.Merge) {
	where := []string{l.search.condition(m, m.Alias+".search_text", l.rare)}
	if l.units != nil {
		in := fmt.Sprintf("%s.business_unit_id = ANY(%s::uuid[])", m.Alias, m.Arg(pq.Array(l.units)))
		if len(l.units) > fewUnits {
			in = "(" + in + ") IS TRUE"
		}
		where = append(where, in)
	}
	m.Table = fmt.Sprintf("(SELECT f.*, count(*) OVER () AS found FROM (SELECT %s.* FROM %s WHERE %s LIMIT %d) f) %s",
		m.Alias, m.Table, strings.Join(where, " AND "), mostFound+1, m.Alias)
}

// tooMuch refuses a search that finds more than it may: its page would be a part
// of the list, taken at random. The rows of a page have told how many were found;
// of an empty page, told is 0 and it is asked.
func (l *seatList) tooMuch(ctx context.Context, q querier, told int) error {
	if told == 0 {
		of := page.Merge{Table: "seats s", Alias: "s"}
		l.lookIn(&of)
		if err := one(ctx, q, "SELECT count(*) FROM "+of.Table, of.Args, &told); err != nil {
			return fmt.Errorf("ask how much a search finds: %w", err)
		}
	}
	if told > mostFound {
		return refusal.New(page.SearchTooBroad, "More than %d seats match this search, deleted ones included. Write more of what you look for, or name a business unit in the filter.", mostFound)
	}
	return nil
}
