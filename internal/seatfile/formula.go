package seatfile

import "strings"

// What a spreadsheet takes for the beginning of a formula, or skips in front of
// one. The wide forms are taken for the plain ones by some.
const formulaBegins = "=+-@\t\r\n＝＋－＠"

// guarded puts an apostrophe in front of what a spreadsheet would take for a
// formula: a seat_id comes from whoever made the seat, and the file is opened by
// an administrator. A value that looks guarded already gets one more, so that
// unguarded gives back exactly what was there.
func guarded(s string) string {
	if isFormula(s) {
		return "'" + s
	}
	return s
}

// unguarded takes off the apostrophe that guarded put there.
func unguarded(s string) string {
	if strings.HasPrefix(s, "'") && isFormula(s) {
		return s[1:]
	}
	return s
}

// isFormula reports whether what stands behind any apostrophes begins like a formula.
func isFormula(s string) bool {
	r := strings.TrimLeft(s, "'")
	return r != "" && strings.IndexAny(r, formulaBegins) == 0
}
