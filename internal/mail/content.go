package mail

import (
	"fmt"
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
	// Profile and BusinessUnit are the names of both; Profile is empty for a certificate
	// that no enrollment led to.
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
	// Enrollment is the id, such as enr_…; empty in CONFIRM_REQUEST, and for a
	// certificate that no enrollment led to.
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
	// Certificate is the one that ends at ExpiresAt; with empty fields where a mail is
	// about none.
	Certificate Ending
}

// Ending is what a template can say about a certificate that ends soon.
type Ending struct {
	// ID is such as cert_…, Serial and SHA256 are hex.
	ID, Serial, SHA256 string
	// Subject is its distinguished name, Names its alternative names, in one line.
	Subject, Names string
	// Days is how many days are left; 1: it ends within a day.
	Days int
	// Manages: who reads it manages enrollments, and need not be its holder. Renewing:
	// its successor was asked for. Renewable: it can be asked for here.
	Manages, Renewing, Renewable bool
}

// contentOf is what a letter's templates can say.
func contentOf(l *inventory.Letter) Content {
	return Content{
		Profile: line(l.ProfileName), BusinessUnit: line(l.UnitName), SeatType: string(l.SeatType), SeatID: line(l.SeatID), Name: line(l.Name),
		Requester: line(l.Requester), Comment: lines(l.Comment), Reason: lines(l.Reason), Enrollment: enrollment(l), Status: string(l.Status),
		Invited: l.Method == lifecycle.EnrollmentCode, Waiting: slices.Contains(lifecycle.Waiting, l.Status), Locked: l.Status == lifecycle.Locked,
		AllowedAttempts: l.AllowedAttempts, ExpiresAt: written(l.ExpiresAt), Link: l.Link, Code: line(l.Code), Certificate: endingOf(l.Certificate),
	}
}

// mostNames is how many of a certificate's names a mail lists.
const mostNames = 20

// endingOf is what templates can say about the certificate of a letter.
func endingOf(c inventory.Ending) Ending {
	if c.ID.IsZero() {
		return Ending{}
	}
	names := make([]string, 0, len(c.Names))
	for _, name := range c.Names {
		names = append(names, line(name))
	}
	if more := len(names) - mostNames; more > 0 {
		names = append(names[:mostNames], fmt.Sprintf("and %d more", more))
	}
	return Ending{
		ID: c.ID.String(), Serial: line(c.Serial), SHA256: line(c.SHA256), Subject: line(c.Subject), Names: strings.Join(names, ", "),
		Days: c.Days, Manages: c.Manages, Renewing: c.Renewing, Renewable: c.Renewable,
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
