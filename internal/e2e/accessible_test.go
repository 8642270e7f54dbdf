//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// isAccessible looks at a page of internal/enrollpage in every language that it
// offers: what axe-core finds against WCAG 2.2 AA and good practice, headings out of
// order, and what is wider than a small telephone. It takes a picture of each at a
// desk and on the telephone, and leaves the page as it was.
func (p *tab) isAccessible(t *testing.T, picture string) {
	t.Helper()
	var before string
	p.read(t, `document.documentElement.lang`, &before)
	other := map[string]string{"en": "de", "de": "en"}[before]
	if other == "" {
		t.Fatalf("the page is in the language %q", before)
	}
	for _, language := range []string{other, before} {
		p.do(t, "choosing the language "+language, chromedp.Evaluate(fmt.Sprintf(`document.querySelector('[data-language=%q]').click()`, language), nil))
		p.until(t, "the language "+language, fmt.Sprintf(`document.documentElement.lang === %q`, language))
		p.wholePicture(t, picture+"-"+language)
		p.breaksNoRule(t, picture+" in "+language)
		p.do(t, "on a small telephone", emulation.SetDeviceMetricsOverride(360, 740, 2, true))
		var wide []string
		p.read(t, `document.documentElement.scrollWidth <= 360 ? [] :
			[...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > 360).map((e) => e.outerHTML.slice(0, 80))`, &wide)
		if len(wide) > 0 {
			t.Errorf("%s in %s is wider than 360 px because of %q", picture, language, wide)
		}
		p.wholePicture(t, picture+"-"+language+"-360")
		p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())
	}
}

// breaksNoRule holds a page to axe-core and to headings in order.
func (p *tab) breaksNoRule(t *testing.T, what string) {
	t.Helper()
	p.do(t, "putting axe-core into the page", chromedp.Evaluate(axe(t)+"; true", nil))
	var found []string
	p.read(t, `axe.run(document, {resultTypes: ["violations"], iframes: false}).then((r) =>
		r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.html + " " + n.failureSummary).join("; ")))`, &found)
	if len(found) > 0 {
		t.Errorf("%s: axe-core finds %q", what, found)
	}
	var levels []int
	p.read(t, `[...document.querySelectorAll("h1, h2, h3, h4")].filter((h) => h.checkVisibility()).map((h) => Number(h.tagName[1]))`, &levels)
	for n, level := range levels {
		if n == 0 && level != 1 || n > 0 && (level == 1 || level > levels[n-1]+1) {
			t.Errorf("%s: the headings' levels are %v", what, levels)
			break
		}
	}
}

// axe is the text of axe-core, which is no part of the product.
func axe(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../enrollpage/web/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not installed; run npm ci --prefix internal/enrollpage/web: %v", err)
	}
	return string(text)
}
