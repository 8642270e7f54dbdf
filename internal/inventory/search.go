package inventory

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
)

// mostFound is how many seats or certificates a search may find in the business
// units that are asked for; what finds more is refused, and not cut off.
const mostFound = 5000

// anywhere is from how many characters on a text is looked for anywhere, and not
// only at a beginning: three make a trigram, which is what the index holds.
const anywhere = 3

// longestSearch is how many characters a search may have: those of a seatId.
const longestSearch = 255

// search is what a search looks for, tidied and in lower case, as the column
// search_text of seats and of certificates is.
//
// A seat is found when its seatId, its e-mail address or the words of its name
// hold each word of the search, a certificate when its serial number, thumbprint,
// names or the words of its subject do: from three characters on anywhere in them,
// below that at a beginning. "lov ada" finds Ada Lovelace, whatever the order. A
// search of several words finds what holds it whole as well, since "pc 7" means the
// pc that is called so. Wildcards are letters like all others.
type search string

// asSearch is the search that somebody typed; nil for none. Refused: nothing at
// all, which would find everything, and what no trigram stands for, which would be
// looked for in every row there is.
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

// searched is where a search looks.
type searched struct {
	// text is the column search_text, and parts that of its parts; empty where the
	// table has none.
	text, parts string
	// rare are the parts of what is looked for that hardly any row has.
	rare map[string]bool
}

// condition is the search as SQL.
func (s search) condition(m *page.Merge, in searched) string {
	var each []string
	short := false
	words := strings.Fields(string(s))
	for n, word := range words {
		if slices.Contains(words[:n], word) {
			continue
		}
		each = append(each, like(m, in, word))
		short = short || utf8.RuneCountInString(word) < anywhere
	}
	every := strings.Join(each, " AND ")
	if len(words) == 1 || !short || !indexed(string(s)) { // not short: what holds it whole then holds each word
		return every
	}
	return fmt.Sprintf("(%s OR %s)", every, like(m, in, string(s)))
}

// like is the condition that a text stands where it may. The index is asked for what
// it has trigrams of; it does not answer IS TRUE.
func like(m *page.Merge, in searched, text string) string {
	pattern := "%" + literally.Replace(text) + "%"
	if utf8.RuneCountInString(text) < anywhere {
		pattern = "%\n" + literally.Replace(text) + "%"
	}
	if !indexed(text) {
		return "(" + in.text + " LIKE " + m.Arg(pattern) + ") IS TRUE"
	}
	return matches(m, in, pattern, text)
}

// matches is the condition that what is looked through matches a pattern which holds
// the text. Where the text has rare parts an index is asked for these alone: that of
// the parts if it can be, since it does not grow with the table as the lists of
// trigrams do.
func matches(m *page.Merge, in searched, pattern, text string) string {
	whole := in.text + " LIKE " + m.Arg(pattern)
	if in.parts != "" {
		if query := partQuery(text, in.rare); query != "" {
			return fmt.Sprintf("%s @@ %s::tsquery AND (%s) IS TRUE", in.parts, m.Arg(query), whole)
		}
	}
	if few := rarely(text, in.rare); few != "" {
		return fmt.Sprintf("%s LIKE %s AND (%s) IS TRUE", in.text, m.Arg(few), whole)
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
