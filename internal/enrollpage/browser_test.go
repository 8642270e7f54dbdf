//go:build e2e

package enrollpage

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for anything; the machine may be busy.
const patience = 60 * time.Second

// stranger is a name of this machine that browsers do not trust as one, as every name
// behind plain http.
const stranger = "stranger.example"

// tab is one tab of a browser of its own, and everything it does is watched.
type tab struct {
	ctx context.Context
	// downloads is the folder that saved files go to.
	downloads string

	lock     sync.Mutex
	requests []string
	mishaps  []string
}

// openTab starts a headless Chromium with an empty profile, for a person who reads
// these languages, the first one best.
func openTab(t *testing.T, languages string) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.WindowSize(1100, 1000),
		// As root, and in most containers, Chromium has no sandbox to use. It sees only
		// pages of this test.
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.WSURLReadTimeout(patience), // for a machine that is busy
		chromedp.Flag("accept-lang", languages),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP "+stranger+" 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	p := &tab{downloads: t.TempDir()}
	ctx, closeTab := chromedp.NewContext(allocator, chromedp.WithErrorf(p.mishap))
	t.Cleanup(closeTab)
	p.ctx = ctx
	chromedp.ListenTarget(ctx, p.see)
	if err := chromedp.Run(ctx, network.Enable(), runtime.Enable(), log.Enable(), page.Enable(),
		browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(p.downloads)); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return p
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("no Chromium is on the PATH; on Debian: apt-get install chromium")
	return ""
}

// mishap keeps a sentence about something that should not have happened.
func (p *tab) mishap(format string, args ...any) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.mishaps = append(p.mishaps, fmt.Sprintf(format, args...))
}

// see is told of everything that happens in the tab. Console errors include what a
// policy refused.
func (p *tab) see(event any) {
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.lock.Lock()
		defer p.lock.Unlock()
		p.requests = append(p.requests, e.Request.URL)
	case *runtime.EventExceptionThrown:
		p.mishap("exception: %s", e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeWarning {
			p.mishap("console.%s: %s", e.Type, e.Args[0].Value)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			p.mishap("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *page.EventJavascriptDialogOpening:
		// The question before the tab is closed while a key was not saved.
		go func() { _ = chromedp.Run(p.ctx, page.HandleJavaScriptDialog(true)) }()
	}
}

// isClean holds a tab to the page's promises: nothing was asked of another server,
// nothing failed, and no address that was asked for held a secret. Expected mishaps are
// named by a part of them.
func (p *tab) isClean(t *testing.T, base string, expected ...string) {
	t.Helper()
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, address := range p.requests {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != base {
			t.Errorf("the page asked elsewhere: %s", address)
		}
	}
	for _, mishap := range p.mishaps {
		if !contains(expected, mishap) {
			t.Errorf("the page's console is not empty: %s", mishap)
		}
	}
}

func contains(parts []string, text string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// do runs steps in the tab. What cannot be done ends the test, with a picture.
func (p *tab) do(t *testing.T, what string, steps ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, steps...); err != nil {
		p.picture(t, "failed")
		t.Fatalf("%s: %v", what, err)
	}
}

// read evaluates an expression in the page, awaiting a promise.
func (p *tab) read(t *testing.T, expression string, into any) {
	t.Helper()
	p.do(t, "evaluating "+expression[:min(len(expression), 100)], chromedp.Evaluate(expression, into, func(e *runtime.EvaluateParams) *runtime.EvaluateParams {
		return e.WithAwaitPromise(true)
	}))
}

// until waits for an expression to be true in the page.
func (p *tab) until(t *testing.T, what, expression string) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		var is bool
		p.read(t, "Boolean("+expression+")", &is)
		if is {
			return
		}
		if time.Now().After(end) {
			p.picture(t, "failed")
			t.Fatalf("waited in vain for %s; the page says:\n%s", what, p.text(t))
		}
	}
}

// text is what the page says.
func (p *tab) text(t *testing.T) (text string) {
	t.Helper()
	p.read(t, "document.getElementById('main').innerText", &text)
	return text
}

// heading waits for a screen by its heading.
func (p *tab) heading(t *testing.T, text string) {
	t.Helper()
	p.until(t, "the heading "+text, fmt.Sprintf("document.querySelector('h1')?.textContent === %q", text))
}

// says holds the page to a text.
func (p *tab) says(t *testing.T, want string) {
	t.Helper()
	if got := p.text(t); !strings.Contains(got, want) {
		t.Errorf("the page does not say %q; it says:\n%s", want, got)
	}
}

// open opens a page from an empty one, as a link in a mail does.
func (p *tab) open(t *testing.T, address string) {
	t.Helper()
	p.do(t, "opening "+address, chromedp.Navigate("about:blank"), chromedp.Navigate(address))
}

// picture writes what the tab shows, the whole page, to the folder for screenshots.
func (p *tab) picture(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv("GATEHOUSE_E2E_SCREENSHOTS")
	if folder == "" {
		return
	}
	var png []byte
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, chromedp.FullScreenshot(&png, 100)); err != nil {
		t.Errorf("taking the picture %s: %v", name, err)
		return
	}
	if err := os.WriteFile(filepath.Join(folder, "enrollpage-"+name+".png"), png, 0o644); err != nil {
		t.Errorf("keeping the picture %s: %v", name, err)
	}
}

// saved waits for a file that the page was told to save.
func (p *tab) saved(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(p.downloads, name)
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		// Chromium writes under another name until the file is whole.
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return file
		}
		if time.Now().After(end) {
			t.Fatalf("the file %s was not saved", name)
		}
	}
}
