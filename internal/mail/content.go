package mail

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// Content is what a template can say. Every text was typed by somebody: all but
// Comment and Reason are of one line, whatever was typed, so that none can pass for
// a paragraph of the mail, and none holds a character that hides or turns others.
type Content struct {
	// Subject is the first line of the text, for the page's title; empty while that is
	// filled in.
	Subject string
	// Profile and BusinessUnit are the names of both.
	Profile, BusinessUnit string
	// SeatType is such as USER.
	SeatType string
	// SeatID and Name are the seat's; empty in CONFIRM_REQUEST, and Name where none
	// was given.
	SeatID, Name string
	// Requester is who asked or invites; empty when it was somebody without a login.
	Requester string
	// Comment is the requester's, Reason that of a rejection. They may have several
	// lines: show them as a quotation ({{quote .Comment}} in a text).
	Comment, Reason string
	// Enrollment is the id, such as enr_…; empty in CONFIRM_REQUEST.
	Enrollment string
	// Status is the enrollment's, such as PENDING, when the mail is sent.
	Status string
	// Invited: under an enrollment code. Waiting: an approval is missing. Locked: it is
	// locked now.
	Invited, Waiting, Locked bool
	// AllowedAttempts is how many wrong codes lock it.
	AllowedAttempts int
	// ExpiresAt is until when, written out in UTC.
	ExpiresAt string
	// Link is where to go; empty when there is nowhere.
	Link string
	// Code is the enrollment code where the profile has it mailed; otherwise empty.
	Code string
}

// contentOf is what a letter's templates can say.
func contentOf(l *inventory.Letter) Content {
	return Content{
		Profile: line(l.ProfileName), BusinessUnit: line(l.UnitName), SeatType: string(l.SeatType), SeatID: line(l.SeatID), Name: line(l.Name),
		Requester: line(l.Requester), Comment: lines(l.Comment), Reason: lines(l.Reason), Enrollment: enrollment(l), Status: string(l.Status),
		Invited: l.Method == lifecycle.EnrollmentCode, Waiting: slices.Contains(lifecycle.Waiting, l.Status), Locked: l.Status == lifecycle.Locked,
		AllowedAttempts: l.AllowedAttempts, ExpiresAt: written(l.ExpiresAt), Link: l.Link, Code: line(l.Code),
	}
}

func enrollment(l *inventory.Letter) string {
	if l.Enrollment.IsZero() {
		return ""
	}
	return l.Enrollment.String()
}

// written is an instant in words: with the weekday, and without the seconds, which
// are cut off, so that nobody comes too late who comes by then.
func written(t time.Time) string { return t.UTC().Format("Monday, 2 January 2006 at 15:04 UTC") }

// line is a text on one line: what breaks lines, hides or turns characters is a
// space or nothing.
func line(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return visible(r)
	}, s)), " ")
}

// lines is a text of several lines, without the rest of what line takes away.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\t", " ").Replace(s)
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return visible(r)
	}, s))
}

// visible drops what turns the direction of the characters around it, by which a
// text looks like another (Unicode TR 36), and what is no character at all.
func visible(r rune) rune {
	if unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar || r == '\ufeff' {
		return -1
	}
	return r
}

// quote is a text as a quotation of a text mail: no line of it can pass for one of
// the mail's own.
func quote(s string) string { return "> " + strings.ReplaceAll(s, "\n", "\n> ") }

// clip is a text of at most so many characters.
func clip(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}
