package inventory

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"gatehouse/internal/form"
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

// severalSeats checks the number of a call's new seats, or seats to enroll.
func severalSeats(n int) *refusal.Refusal {
	switch {
	case n == 0:
		return refusal.New(refusal.Invalid, "Name at least one seat.").At("seats")
	case n > mostItems:
		return refusal.New(refusal.TooMany, "One call takes 1 to %d seats; %d were given. Send them in several calls.", mostItems, n).At("seats")
	}
	return nil
}

// tidy trims a text and gives it its composed form (NFC), so that what looks the
// same is the same.
func tidy(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// text is a text that a person wrote, tidied; of up to most characters.
func text(field string, given *string, fewest, most int) (string, *refusal.Refusal) {
	s := tidied(given)
	return s, form.Text(s, fewest, most, field)
}

// line is a text of one line, tidied: a name, an id, a phone number.
func line(field string, given *string, fewest, most int) (string, *refusal.Refusal) {
	s := tidied(given)
	return s, form.Line(s, fewest, most, field)
}

// email is an e-mail address, tidied; empty when none was given.
func email(field string, given *string) (string, *refusal.Refusal) {
	s := tidied(given)
	if s == "" {
		return "", nil
	}
	return s, form.Address(s, field)
}

// searchText is what a search for seats looks through: the seatId, the address
// and each word of the name, in lower case, each behind a line break, so that a
// line break in front of a text asks for a beginning.
func searchText(seatID, name, email string) string {
	lines := append([]string{tidy(seatID), email}, strings.Fields(name)...)
	return "\n" + strings.ToLower(strings.Join(lines, "\n"))
}

// tidied is a given text, tidied; empty when none was given.
func tidied(given *string) string {
	if given == nil {
		return ""
	}
	return tidy(*given)
}
