// Package form says whether a text that somebody typed has the form that the
// schema's descriptions promise: its length in characters, no control
// characters, an e-mail address that is nothing else. A check returns the
// refusal INVALID that points at its field, or nil.
package form

import (
	"net/mail"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/refusal"
)

// The limits that several inputs share, in characters.
const (
	MaxName    = 255
	MaxText    = 1000
	MaxAddress = 254 // RFC 5321 section 4.5.3.1.3: a path of 256 with its angle brackets
)

// MaxAddresses is how many addresses one list may have.
const MaxAddresses = 20

// Line checks a text of one line. Marks that turn the direction of writing are
// control characters here: with them a name reads as another than it is. Path is the field's place in the input; its
// last name is what the sentence calls it.
func Line(v string, fewest, most int, path ...string) *refusal.Refusal {
	return check(v, fewest, most, func(r rune) bool {
		return !unicode.IsControl(r) && !unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
	}, path)
}

// Text checks a text of several lines.
func Text(v string, fewest, most int, path ...string) *refusal.Refusal {
	return check(v, fewest, most, func(r rune) bool { return !unicode.IsControl(r) || strings.ContainsRune("\n\r\t", r) }, path)
}

func check(v string, fewest, most int, allowed func(rune) bool, path []string) *refusal.Refusal {
	n := utf8.RuneCountInString(v)
	switch {
	case !utf8.ValidString(v):
		return refusal.New(refusal.Invalid, "The %s is not valid UTF-8; send it as UTF-8.", called(path)).At(path...)
	case n == 0 && fewest > 0:
		return refusal.New(refusal.Invalid, "The %s is empty; it has %d to %d characters.", called(path), fewest, most).At(path...)
	case n < fewest || n > most:
		return refusal.New(refusal.Invalid, "The %s has %d characters; %d to %d are allowed.", called(path), n, fewest, most).At(path...)
	}
	for _, r := range v {
		if !allowed(r) {
			return refusal.New(refusal.Invalid, "The %s contains the control character %U; leave it out.", called(path), r).At(path...)
		}
	}
	return nil
}

// Address checks an e-mail address: the address alone, without a name, a
// comment or angle brackets.
func Address(v string, path ...string) *refusal.Refusal {
	if no := Line(v, 1, MaxAddress, path...); no != nil {
		return no
	}
	if parsed, err := mail.ParseAddress(v); err != nil || parsed.Address != v {
		return refusal.New(refusal.Invalid, "%q is not an e-mail address; write the address alone, such as ada@example.com.", v).At(path...)
	}
	return nil
}

// Addresses checks a list of them. An address that stands twice is refused: it
// would be mailed twice.
func Addresses(list []string, path ...string) *refusal.Refusal {
	if len(list) > MaxAddresses {
		return refusal.New(refusal.Invalid, "The list %s has %d addresses; %d at most are allowed.", called(path), len(list), MaxAddresses).At(path...)
	}
	seen := make(map[string]bool, len(list))
	for i, a := range list {
		at := append(append([]string{}, path...), strconv.Itoa(i))
		if no := Address(a, at...); no != nil {
			return no
		}
		key := strings.ToLower(a)
		if seen[key] {
			return refusal.New(refusal.Invalid, "The address %s stands twice in %s; name it once.", a, called(path)).At(at...)
		}
		seen[key] = true
	}
	return nil
}

// called is the last name of a path that is no index.
func called(path []string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if _, err := strconv.Atoi(path[i]); err != nil {
			return path[i]
		}
	}
	return "text"
}
