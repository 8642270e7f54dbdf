package graph_test

import (
	"regexp"
	"strings"
)

var (
	anyID     = regexp.MustCompile(`\b([a-z]+)_[0-9a-z]{26}\b`)
	secretive = regexp.MustCompile(`%!|pq:|(?i)\bselect .* from\b|\bnil\b|<nil>|0x[0-9a-f]{6}|goroutine`)
	beginning = regexp.MustCompile(`^["“]|^[A-Z0-9]`) // a quote: what the caller wrote
	doubled   = regexp.MustCompile(`\s{2}|\s[.,;]|\.\.$`)
)

// How many characters a sentence has that says enough and is read to its end.
const shortest, longest = 20, 400

// unidentified is a sentence as it reads in every run.
func unidentified(sentence string) string { return anyID.ReplaceAllString(sentence, "${1}_…") }

// formFaults are what a sentence lacks: it begins and ends as one, has a length
// that is read, shows nothing of the machine and no id that the caller has not
// named, and tells what to do.
func formFaults(sentence, typed, tells string) []string {
	var faults []string
	if !beginning.MatchString(sentence) {
		faults = append(faults, "does not begin with a capital letter")
	}
	if !strings.HasSuffix(sentence, ".") || doubled.MatchString(sentence) {
		faults = append(faults, "does not end with one full stop, or has spaces where none belong")
	}
	if n := len([]rune(sentence)); n < shortest || n > longest {
		faults = append(faults, "is too short or too long")
	}
	if secretive.MatchString(sentence) {
		faults = append(faults, "shows something of the machine")
	}
	for _, one := range anyID.FindAllString(sentence, -1) {
		if !strings.Contains(typed, one) {
			faults = append(faults, "names "+one+", which the caller has not named")
		}
	}
	if tells == "" || !strings.Contains(sentence, tells) {
		faults = append(faults, "does not tell "+tells)
	}
	return faults
}
