//go:build e2e

package e2e

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// watch keeps what a tab does that it should not: requests to other hosts than
// those of its test, errors on its console, and violations of a policy. It keeps
// the tokens that were sent, too, to be looked for where none should be.
type watch struct {
	lock     sync.Mutex
	requests []string // their addresses; Chromium tells what is behind a # apart
	headers  []string // of the requests, without the tokens
	bodies   []string // of the requests that had one
	tokens   []string
	mishaps  []string
}

// reportViolations runs in every page before its own scripts do.
const reportViolations = `addEventListener("securitypolicyviolation", (e) =>
	console.error("policy violated: " + e.effectiveDirective + " by " + (e.blockedURI || e.sourceFile)));`

// begin is what a tab does first, so that nothing of it is missed.
func (w *watch) begin(ctx context.Context) chromedp.Tasks {
	chromedp.ListenTarget(ctx, w.see)
	return chromedp.Tasks{
		network.Enable(), runtime.Enable(), log.Enable(),
		chromedp.ActionFunc(func(ctx context.Context) error {
			_, err := page.AddScriptToEvaluateOnNewDocument(reportViolations).Do(ctx)
			return err
		}),
	}
}

// mishap keeps a sentence about something that should not have happened.
func (w *watch) mishap(format string, args ...any) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.mishaps = append(w.mishaps, fmt.Sprintf(format, args...))
}

// see is told of everything that happens in the tab.
func (w *watch) see(event any) {
	w.lock.Lock()
	defer w.lock.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.URL)
		for name, value := range e.Request.Headers {
			if name != "Authorization" {
				w.headers = append(w.headers, fmt.Sprint(name, ": ", value))
			}
		}
		for _, part := range e.Request.PostDataEntries {
			body, err := base64.StdEncoding.DecodeString(part.Bytes)
			if err != nil {
				w.mishaps = append(w.mishaps, "a body that cannot be read: "+err.Error())
			}
			w.bodies = append(w.bodies, string(body))
		}
		if sent, ok := e.Request.Headers["Authorization"].(string); ok {
			if token := strings.TrimPrefix(sent, "Bearer "); !slices.Contains(w.tokens, token) {
				w.tokens = append(w.tokens, token)
			}
		}
	case *network.EventWebSocketCreated:
		w.requests = append(w.requests, e.URL)
	case *runtime.EventExceptionThrown:
		w.mishaps = append(w.mishaps, "exception: "+e.ExceptionDetails.Error())
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.APITypeError || e.Type == runtime.APITypeAssert || e.Type == runtime.APITypeWarning {
			w.mishaps = append(w.mishaps, fmt.Sprintf("console.%s: %s", e.Type, words(e.Args)))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.LevelError || e.Entry.Level == log.LevelWarning {
			w.mishaps = append(w.mishaps, fmt.Sprintf("%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	}
}

// words is what a page wrote to its console.
func words(args []*runtime.RemoteObject) string {
	var out []string
	for _, a := range args {
		if a.Value != nil {
			out = append(out, string(a.Value))
		} else {
			out = append(out, a.Description)
		}
	}
	return strings.Join(out, " ")
}

// elsewhere are the requests that did not go to the server at base.
func (w *watch) elsewhere(base string) []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	var out []string
	for _, address := range w.requests {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "data" && u.Scheme != "blob" && u.Scheme+"://"+u.Host != base {
			out = append(out, address)
		}
	}
	return out
}

// wrong are the errors and warnings so far.
func (w *watch) wrong() []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	return slices.Clone(w.mishaps)
}

// isQuiet holds the tab to having asked nothing of another host, and to an empty
// console.
func (p *tab) isQuiet(t *testing.T, base string) {
	t.Helper()
	if got := p.watched.elsewhere(base); len(got) > 0 {
		t.Errorf("the page asked elsewhere: %q", got)
	}
	if got := p.watched.wrong(); len(got) > 0 {
		t.Errorf("the page's console is not empty:\n%s", strings.Join(got, "\n"))
	}
}

// sentTokens are the tokens that the page sent.
func (w *watch) sentTokens() []string {
	w.lock.Lock()
	defer w.lock.Unlock()
	return slices.Clone(w.tokens)
}

// A watch that sees nothing would find every page good.
func TestTheWatchSeesWhatItIsFor(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src *")
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, `<link rel="icon" href="data:,"><script>"forbidden"</script><script src="/bad.js"></script>`)
		case "/bad.js":
			w.Header().Set("Content-Type", "text/javascript")
			fmt.Fprint(w, `fetch("http://elsewhere.example/?a=request").catch(() => console.error("a cry"));
				setTimeout(() => { throw new Error("a slip") });`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	p := openBrowser(t)
	p.do(t, "opening the bad page", chromedp.Navigate(server.URL))
	for _, want := range []string{"a cry", "a slip", "policy violated: script-src-elem by inline"} {
		p.eventually(t, want, func() bool { return strings.Contains(strings.Join(p.watched.wrong(), "\n"), want) })
	}
	if got := p.watched.elsewhere(server.URL); !slices.Equal(got, []string{"http://elsewhere.example/?a=request"}) {
		t.Errorf("requests to other hosts: %q", got)
	}
}
