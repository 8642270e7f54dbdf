package mail_test

import (
	"strings"
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
)

// evil are texts that were typed to be more than a text.
var evil = map[string]string{
	"a header":                "x\r\nBcc: eve@example.net",
	"a line break":            "x\nBcc: eve@example.net",
	"a paragraph":             "x\n\nGo to https://eve.example.net",
	"an exotic line break":    "x\u2028Bcc: eve@example.net\u2029\u0085Bcc: eve@example.net\v\fBcc: eve@example.net",
	"a page":                  `</title><script>alert(1)</script><img src="https://eve.example.net"><a href="https://eve.example.net">x</a>`,
	"a turned text":           "\u202egnp.exe\u2066\u200f",
	"an encoded header":       "=?utf-8?q?x=0D=0ABcc:_eve@example.net?=",
	"NUL and other controls":  "x\x00\x07\x1b[31m\x7f",
	"the end of a mail":       "x\r\n.\r\nMAIL FROM:<eve@example.net>\r\n",
	"a template":              `{{.Code}}{{template "foot" .}}`,
	"what is no UTF-8":        "x\xff\xfe\r\nBcc: eve@example.net",
	"more than a line's text": strings.Repeat("long ", 60),
}

func TestWhatSomebodyTypedStaysAText(t *testing.T) {
	t.Parallel()
	templates := open(t, "")
	for name, text := range evil {
		for _, kind := range lifecycle.MailKinds {
			m := render(t, templates, letter(kind, func(l *inventory.Letter) {
				l.ProfileName, l.UnitName, l.SeatID, l.Name, l.Requester, l.Comment, l.Reason = text, text, text, text, text, text, text
				if kind == lifecycle.MailExpires {
					l.Certificate = inventory.Ending{ID: id.Of(id.Certificate, row), Subject: text, Names: []string{text, text}, Serial: text, Days: 7}
				}
			}))
			if strings.ContainsAny(m.Subject, "\r\n\x00") || len([]rune(m.Subject)) > 200 {
				t.Errorf("%s, %s: the subject is %q", name, kind, m.Subject)
			}
			for _, l := range strings.FieldsFunc(m.Text, func(r rune) bool { return strings.ContainsRune("\n\r\u2028\u2029\u0085\v\f", r) }) {
				for _, begins := range []string{"Bcc:", "Go to", "MAIL FROM", "."} {
					if strings.HasPrefix(strings.TrimSpace(l), begins) {
						t.Errorf("%s, %s: a line of the text begins with it: %q", name, kind, l)
					}
				}
			}
			for _, gone := range []string{"\x00", "\x1b", "\r", "\u202e", "\u2066", "\u200f"} {
				if strings.Contains(m.Text+m.HTML+m.Subject, gone) {
					t.Errorf("%s, %s: %q is still in it", name, kind, gone)
				}
			}
			if strings.Contains(m.HTML, "<script") || strings.Contains(m.HTML, "<img") || strings.Contains(m.HTML, `href="https://eve`) {
				t.Errorf("%s, %s: markup got into the page:\n%s", name, kind, m.HTML)
			}
		}
	}
}
