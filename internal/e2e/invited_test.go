//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What an invited person does at the pages of internal/enrollpage, with the keyboard
// alone.

// follow opens a link from an empty page, as a mail program does.
func (p *tab) follow(t *testing.T, link string) {
	t.Helper()
	p.do(t, "opening a link", chromedp.Navigate("about:blank"), chromedp.Navigate(link))
}

// heading waits for a screen by its heading.
func (p *tab) heading(t *testing.T, text string) {
	t.Helper()
	p.until(t, "the heading "+text, fmt.Sprintf(`document.querySelector("h1")?.textContent === %q`, text))
}

// says waits for the page to say something.
func (p *tab) says(t *testing.T, want string) {
	t.Helper()
	p.until(t, "the words "+want, fmt.Sprintf(`document.getElementById("main").innerText.includes(%q)`, want))
}

// tabTo presses the tabulator until the focus is on what begins with these words: a
// field with this label, a button, or a link. Each stop on the way must show where
// it is.
func (p *tab) tabTo(t *testing.T, words string) {
	t.Helper()
	for n := range 40 {
		var at struct {
			There, Seen bool
			Where       string
		}
		p.read(t, fmt.Sprintf(`(() => {
			const e = document.activeElement, style = getComputedStyle(e);
			return {
				there: (e.labels?.[0]?.textContent ?? e.textContent).startsWith(%q) && e !== document.body && e.id !== "main",
				seen: e === document.body || style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
				where: e.outerHTML.slice(0, 120),
			};
		})()`, words), &at)
		// Where the page itself put the focus, nobody has come with the keyboard.
		if n > 0 && !at.Seen {
			t.Errorf("the focus cannot be seen on %s", at.Where)
		}
		if at.There {
			return
		}
		p.do(t, "pressing the tabulator", chromedp.KeyEvent(kb.Tab))
	}
	p.picture(t, "failed")
	t.Fatalf("the tabulator never comes to %s", words)
}

// press goes to a button or a link and presses the enter key.
func (p *tab) press(t *testing.T, words string) {
	t.Helper()
	p.tabTo(t, words)
	p.do(t, "pressing "+words, chromedp.KeyEvent(kb.Enter))
}

// write goes to a field and types over what is in it.
func (p *tab) write(t *testing.T, label, text string) {
	t.Helper()
	p.tabTo(t, label)
	p.do(t, "typing into "+label, chromedp.Evaluate(`document.activeElement.select()`, nil), chromedp.KeyEvent(text))
}

// keepsNothing holds the page to having cleaned the address, so that nobody reads
// the secret over a shoulder or in a history, and to storing no secret but, until the
// tab is closed, the link that it was opened with.
func (p *tab) keepsNothing(t *testing.T, secrets ...string) {
	t.Helper()
	var where struct{ Address, Stored string }
	p.read(t, `(async () => ({address: location.href, stored: JSON.stringify([
		Object.entries(localStorage), document.cookie, window.name, await indexedDB.databases(), await caches.keys(),
		(await cookieStore.getAll()).map((c) => [c.name, c.value]), Object.entries(sessionStorage).filter(([name]) => !name.startsWith("gatehouse link")),
	])}))()`, &where)
	for _, secret := range append(secrets, password, "BEGIN PRIVATE KEY") {
		if strings.Contains(where.Address, secret) {
			t.Error("a secret stands in the address bar")
		}
		if strings.Contains(where.Stored, secret) {
			t.Error("the page keeps a secret where it outlives it, or where others find it")
		}
	}
}
