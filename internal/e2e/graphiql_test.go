//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The three editors of GraphiQL.
const (
	queryEditor     = `document.querySelector(".graphiql-query-editor .CodeMirror").CodeMirror`
	resultEditor    = `document.querySelector(".result-window .CodeMirror").CodeMirror`
	variablesEditor = `.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror`
)

// openGraphiQL opens the page at / and waits until GraphiQL stands on it.
func openGraphiQL(t *testing.T, url string) *tab {
	t.Helper()
	p := openBrowser(t)
	p.do(t, "opening "+url, chromedp.Navigate(url+"/"), chromedp.WaitVisible(".graphiql-execute-button"))
	// GraphiQL asks for the schema, and says so until it has it.
	p.until(t, "GraphiQL to know the schema", `!document.querySelector(".graphiql-spinner")`)
	return p
}

// signIn picks a business unit and a role, as a person does with the keyboard.
func (p *tab) signIn(t *testing.T, role, unit string) {
	t.Helper()
	p.until(t, "the business unit "+unit, fmt.Sprintf(`[...document.querySelectorAll("#unit option")].some((o) => o.text === %q)`, unit))
	p.choose(t, "#unit", unit)
	p.choose(t, "#role", role)
	p.until(t, "the sign-in as "+role, fmt.Sprintf(
		`document.querySelector("#who").dataset.state === "in" && document.querySelector("#who").textContent.includes(", " + %q)`, role))
}

// choose takes an option of a list by its text, with the keyboard.
func (p *tab) choose(t *testing.T, list, text string) {
	t.Helper()
	p.do(t, "choosing "+text, chromedp.SendKeys(list, text, chromedp.ByQuery))
	var got string
	p.read(t, fmt.Sprintf(`document.querySelector(%q).selectedOptions[0].text`, list), &got)
	if got != text {
		t.Fatalf("%s is at %q after typing %q", list, got, text)
	}
}

// openTab turns to one of the ready-made operations.
func (p *tab) openTab(t *testing.T, title string) {
	t.Helper()
	p.do(t, "opening the tab "+title, chromedp.Click(fmt.Sprintf(`//button[contains(@class, "graphiql-tab-button")][normalize-space() = %q]`, title)))
	p.until(t, "the tab "+title, fmt.Sprintf(`document.querySelector(".graphiql-tab-active .graphiql-tab-button").textContent.trim() === %q`, title))
	// GraphiQL reads the operation's name a moment later, and sends it along.
	p.until(t, "the operation "+title, fmt.Sprintf(queryEditor+`.operationName === %q`, title))
}

// setVariables writes variables over those that are there.
func (p *tab) setVariables(t *testing.T, variables any) {
	t.Helper()
	text, err := json.MarshalIndent(variables, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	p.do(t, "writing variables",
		chromedp.Click(variablesEditor, chromedp.ByQuery),
		chromedp.KeyEvent("a", chromedp.KeyModifiers(input.ModifierCtrl)),
		chromedp.KeyEvent(kb.Delete),
		input.InsertText(string(text)))
	var got string
	p.read(t, fmt.Sprintf(`document.querySelector(%q).CodeMirror.getValue()`, variablesEditor), &got)
	if got != string(text) {
		t.Fatalf("the variables are\n%s\nafter writing\n%s", got, text)
	}
}

// run presses the button and reads the data of the answer. Errors end the test.
func (p *tab) run(t *testing.T, data any) {
	t.Helper()
	p.do(t, "running the operation", chromedp.Click(".graphiql-execute-button", chromedp.ByQuery))
	p.until(t, "the answer", `!document.querySelector(".graphiql-spinner") && `+resultEditor+`.getValue().trim() !== ""`)
	var text string
	p.read(t, resultEditor+`.getValue()`, &text)
	var answer struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.Errors != nil {
		p.picture(t, "failed")
		t.Fatalf("the answer is\n%s", text)
	}
	if err := json.Unmarshal(answer.Data, data); err != nil {
		t.Fatalf("reading %s: %v", answer.Data, err)
	}
}

// isClean holds the page to its promises: nothing was asked of another host, the
// console is empty, and no token that was sent has been kept anywhere.
func (p *tab) isClean(t *testing.T, base string) {
	t.Helper()
	p.isQuiet(t, base)
	tokens := p.watched.sentTokens()
	if len(tokens) == 0 {
		t.Error("no token was seen on its way, so none could be looked for")
	}
	var kept string
	p.read(t, `(async () => JSON.stringify([
		Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, location.href, history.state, window.name,
		await indexedDB.databases(), await caches.keys(), (await cookieStore.getAll()).map((c) => [c.name, c.value]),
	]))()`, &kept)
	// The open tabs are kept, so that a reload loses no work; with them it is known
	// that the look was at the right place.
	if !strings.Contains(kept, "graphiql:tabState") {
		t.Errorf("GraphiQL's tabs are not where they are kept:\n%s", kept)
	}
	for _, token := range tokens {
		if strings.Contains(kept, token) || strings.Contains(kept, token[strings.LastIndex(token, ".")+1:]) {
			t.Errorf("a token, or its signature, was kept:\n%s", kept)
		}
	}
}
