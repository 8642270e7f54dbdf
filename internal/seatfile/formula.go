package seatfile

import (
	"strings"
	"unicode"
)

// What a spreadsheet takes for the beginning of a formula, or skips in front of
// one. The wide forms are taken for the plain ones by some.
const formulaBegins = "=+-@\t\r\n＝＋－＠"

// Guarded puts an apostrophe in front of what a spreadsheet would take for a
// formula: a seat_id comes from whoever made the seat, and the file is opened by
// an administrator. A value that looks guarded already gets one more, so that
// unguarded gives back exactly what was there.
func Guarded(s string) string {
	if isFormula(s) {
		return "'" + s
	}
	return s
}

// unguarded takes off the apostrophe that Guarded put there.
func unguarded(s string) string {
	if strings.HasPrefix(s, "'") && isFormula(s) {
		return s[1:]
	}
	return s
}

// isFormula reports whether what stands behind any apostrophes begins like a
// formula, or does behind what is not seen: some spreadsheets leave out the space
// in front of a cell before they look at it.
func isFormula(s string) bool {
	r := strings.TrimLeft(s, "'")
	return strings.IndexAny(r, formulaBegins) == 0 || strings.IndexAny(strings.TrimLeftFunc(r, unseen), formulaBegins) == 0
}

// unseen reports whether a character in front of a cell shows nothing: space of
// any width, control characters, and marks such as the zero-width space.
func unseen(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}
