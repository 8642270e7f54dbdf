//go:build e2e

package e2e

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// stranger is a name that the test's browser resolves to this machine, as anybody
// can have a name of their own do. Every other name does not resolve at all.
const stranger = "stranger.example"

// tab is one tab of a browser, and everything it does is watched.
type tab struct {
	ctx     context.Context
	watched *watch
	// downloads is the folder that saved files go to.
	downloads string
}

// openBrowser starts a headless Chromium with a profile of its own, which ends with
// the test, and opens an empty tab. Its person reads English unless an option says
// otherwise.
func openBrowser(t *testing.T, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)),
		chromedp.WindowSize(1440, 900),
		// As root, and in most containers, Chromium has no sandbox to use. It sees
		// only pages of this test.
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.WSURLReadTimeout(patience), // for a machine that is busy
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP "+stranger+" 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("accept-lang", "en"),
	)
	options = append(options, more...)
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(end)
	p := &tab{watched: &watch{}, downloads: t.TempDir()}
	// An event that cannot be read is one that the watch does not see.
	ctx, closeTab := chromedp.NewContext(allocator, chromedp.WithErrorf(p.watched.mishap))
	t.Cleanup(closeTab)
	p.ctx = ctx
	if err := chromedp.Run(ctx, p.watched.begin(ctx),
		browser.SetDownloadBehavior(browser.SetDownloadBehaviorBehaviorAllow).WithDownloadPath(p.downloads)); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return p
}

// chromium finds the browser.
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

// do runs steps in the tab. What cannot be done ends the test, with a picture.
func (p *tab) do(t *testing.T, what string, steps ...chromedp.Action) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience/2)
	defer cancel()
	if err := chromedp.Run(ctx, steps...); err != nil {
		p.picture(t, "failed")
		t.Fatalf("%s: %v", what, err)
	}
}

// read evaluates an expression in the page, awaiting a promise.
func (p *tab) read(t *testing.T, expression string, into any) {
	t.Helper()
	p.do(t, "evaluating "+expression, chromedp.Evaluate(expression, into, func(e *runtime.EvaluateParams) *runtime.EvaluateParams {
		return e.WithAwaitPromise(true)
	}))
}

// until waits for an expression to be true in the page.
func (p *tab) until(t *testing.T, what, expression string) {
	t.Helper()
	p.eventually(t, what, func() (is bool) { p.read(t, "Boolean("+expression+")", &is); return is })
}

// eventually waits for something to be so. What never is ends the test, with a
// picture.
func (p *tab) eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience / 4); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			p.picture(t, "failed")
			t.Fatalf("waited in vain for %s; meanwhile: %q", what, p.watched.wrong())
		}
	}
}

// picture writes what the tab shows to the folder for screenshots.
func (p *tab) picture(t *testing.T, name string) {
	t.Helper()
	var png []byte
	p.keep(t, name, &png, chromedp.CaptureScreenshot(&png))
}

// wholePicture writes the whole page there, with what has to be scrolled to.
func (p *tab) wholePicture(t *testing.T, name string) {
	t.Helper()
	var png []byte
	p.keep(t, name, &png, chromedp.FullScreenshot(&png, 100))
}

func (p *tab) keep(t *testing.T, name string, png *[]byte, take chromedp.Action) {
	t.Helper()
	// A tab that is broken has no picture, and its test has failed by itself.
	ctx, cancel := context.WithTimeout(p.ctx, patience/4)
	defer cancel()
	if err := chromedp.Run(ctx, take); err != nil {
		t.Errorf("taking the picture %s: %v", name, err)
		return
	}
	file := filepath.Join(screenshots, name+".png")
	if err := os.WriteFile(file, *png, 0o644); err != nil {
		t.Errorf("keeping the picture %s: %v", name, err)
		return
	}
	t.Logf("see %s", file)
}

// saved waits for a file that the page was told to save, and returns its path.
func (p *tab) saved(t *testing.T, name string) string {
	t.Helper()
	file := filepath.Join(p.downloads, name)
	// Chromium writes under another name until the file is whole.
	p.eventually(t, "the file "+name, func() bool { info, err := os.Stat(file); return err == nil && info.Size() > 0 })
	return file
}
