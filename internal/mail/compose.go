package mail

import (
	"net/mail"

	gomail "github.com/wneessen/go-mail"

	"gatehouse/internal/job"
)

// compose is a message as it goes to the server. Whatever the letter said, a header
// holds one line: the recipient is an address and nothing else, and the subject has
// no control character left when the library encodes it (RFC 2047). An address that
// is none is refused for good.
func (s *SMTP) compose(m *Message) (*gomail.Msg, *job.Failure) {
	to, err := mail.ParseAddress(m.To)
	if err != nil || to.Name != "" || line(to.Address) != to.Address {
		return nil, job.GiveUp(nil, "The recipient is no e-mail address.")
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(&s.from)
	out.ToMailAddress(to)
	out.Subject(clip(line(m.Subject), mostSubject))
	out.SetMessageIDWithValue(m.ID.String() + "@" + s.domain)
	out.SetDateWithValue(m.Date.UTC())
	// Nobody's holiday answer is wanted (RFC 3834 section 5, and Exchange's way).
	out.SetGenHeader("Auto-Submitted", "auto-generated")
	out.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	out.SetGenHeader("Content-Language", "en")
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	out.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	return out, nil
}
