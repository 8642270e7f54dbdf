package inventory

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
)

// mostItems is how many items one call takes; more is a job.
const mostItems = 1000

// several checks the number of a call's items.
func several(ids []id.ID) *refusal.Refusal {
	switch n := len(ids); {
	case n == 0:
		return refusal.New(refusal.Invalid, "Name at least one id.").At("ids")
	case n > mostItems:
		return refusal.New(refusal.TooMany, "One call takes up to %d ids; %d were given. Send them in several calls.", mostItems, n).At("ids")
	}
	return nil
}

// tidy trims a text and gives it its composed form (NFC), so that what looks the
// same is the same.
func tidy(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// text checks a text that a person wrote: its length in characters after
// trimming, and that it holds no control characters but line breaks and tabs.
func text(field string, given *string, least, most int) (string, *refusal.Refusal) {
	s := ""
	if given != nil {
		s = tidy(*given)
	}
	n := utf8.RuneCountInString(s)
	switch {
	case n < least && least == 1:
		return "", refusal.New(refusal.Invalid, "The %s must not be empty.", field).At(field)
	case n > most:
		return "", refusal.New(refusal.Invalid, "The %s has %d characters; at most %d are kept.", field, n, most).At(field)
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }) || !utf8.ValidString(s):
		return "", refusal.New(refusal.Invalid, "The %s has control characters; write plain text.", field).At(field)
	}
	return s, nil
}

// line checks a text of one line: a name, an id, a phone number.
func line(field string, given *string, least, most int) (string, *refusal.Refusal) {
	s, no := text(field, given, least, most)
	if no == nil && strings.ContainsAny(s, "\n\r\t") {
		return "", refusal.New(refusal.Invalid, "The %s has line breaks or tabs; write it in one line.", field).At(field)
	}
	return s, no
}

// email checks an e-mail address (RFC 5321 section 4.5.3.1.3: 254 characters);
// empty is allowed.
func email(field string, given *string) (string, *refusal.Refusal) {
	s, no := line(field, given, 0, 254)
	if no != nil || s == "" {
		return s, no
	}
	if parsed, err := mail.ParseAddress(s); err != nil || parsed.Address != s {
		return "", refusal.New(refusal.Invalid, "%.80q is not an e-mail address; write it like name@example.com.", s).At(field)
	}
	return s, nil
}
