package inventory

import (
	"strings"
	"unicode/utf8"
)

// signs are what stands between the parts of a text in the column parts, beside line
// breaks and tabs: the blank and the signs of ASCII. The migration parts_of_texts has
// PostgreSQL split by the same. Neither asks what a letter is, on which a database's
// locale and Go might not agree: all else belongs to a part.
const signs = "\n\t !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// begunPart is a part of what is looked for that begins there: behind a sign.
type begunPart struct {
	text  string
	whole bool // a sign follows it, too; else a found part may be longer
}

// begun are the parts of a text that begin in it and are long enough to be rare.
// Whatever holds the text has them: of person-00 the part 00, or one that begins so,
// but of the first part no more than that some part ends with it.
func begun(text string) (all []begunPart) {
	for sign := strings.IndexAny(text, signs); sign >= 0; sign = strings.IndexAny(text, signs) {
		text = text[sign+1:] // signs are of one byte
		part, end := text, strings.IndexAny(text, signs)
		if end >= 0 {
			part = text[:end]
		}
		if utf8.RuneCountInString(part) >= anywhere {
			all = append(all, begunPart{part, end >= 0})
		}
	}
	return all
}

// partQuery is the text's rare parts as a tsquery over the column parts, which every
// row that holds the text answers; empty when it has none.
//
// The index finds the rows of a part, and of all parts that begin alike, without
// reading what other parts have in common with them: person-0001 took 30 ms by the
// trigrams among a million enrollments, and 0.1 ms by 0001 as the beginning of a part.
func partQuery(text string, rare map[string]bool) string {
	var asked []string
	for _, part := range begun(text) {
		if !rare[part.text] {
			continue
		}
		one := "'" + part.text + "'" // neither ' nor \ is in a part
		if !part.whole {
			one += ":*"
		}
		asked = append(asked, one)
	}
	return strings.Join(asked, " & ")
}
