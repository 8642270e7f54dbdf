//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// letter is a mail as a person reads it on the mailbox's page.
type letter struct {
	text string
	link string // the first one in it
}

// readMail opens the mailbox of dev in a tab, waits for the newest mail to an
// address whose subject begins so, and reads it as text. It is left on the screen.
func (p *tab) readMail(t *testing.T, base, to, subject string) letter {
	t.Helper()
	p.do(t, "opening the mailbox", chromedp.Navigate(base+"/dev/mailbox"), chromedp.WaitReady("#state"))
	found := fmt.Sprintf(`[...document.querySelectorAll("#mails button")].find((b) =>
		b.querySelector(".to").textContent === %q && b.querySelector(".subject").textContent.startsWith(%q))`, to, subject)
	p.until(t, "the mail to "+to+": "+subject, found)
	// The list is drawn anew whenever a mail arrives.
	p.do(t, "opening the mail", chromedp.Evaluate(found+".click()", nil), chromedp.Click("#as-text", chromedp.ByQuery))
	p.until(t, "the mail", fmt.Sprintf(`!document.querySelector("#text").hidden && document.querySelector("#to").textContent === %q`, to))
	var l struct{ Text, Link string }
	p.read(t, `({text: document.querySelector("#text").textContent, link: document.querySelector("#text a")?.href ?? ""})`, &l)
	if !strings.HasPrefix(l.Link, base) {
		t.Errorf("the mail's link leads elsewhere: %q in\n%s", l.Link, l.Text)
	}
	return letter{l.Text, l.Link}
}

// showMail turns the open mail to HTML, takes a picture, and holds it to having the
// same link there.
func (p *tab) showMail(t *testing.T, l letter, picture string) {
	t.Helper()
	p.do(t, "as HTML", chromedp.Click("#as-html", chromedp.ByQuery), chromedp.WaitVisible("#html", chromedp.ByQuery))
	var html string
	p.read(t, `document.querySelector("#html").srcdoc`, &html)
	if !strings.Contains(html, `href="`+l.link+`"`) {
		t.Errorf("as HTML the mail has not the link of its text")
	}
	p.picture(t, picture)
}
