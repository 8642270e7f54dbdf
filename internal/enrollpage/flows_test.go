//go:build e2e

package enrollpage

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gatehouse/internal/inventory"
)

// Who made the key elsewhere pastes a request; a private key is never sent.
func TestARequestIsPasted(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byApproval("status", "APPROVED", "redeems", true, "enrollmentMethod", "CSR", "approvalsMissing", 0)})
	folder := t.TempDir()
	openssl(t, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", folder+"/key.pem", "-subj", "/CN=www.example.com", "-out", folder+"/request.csr")
	p := openTab(t, "de-AT, en")
	p.open(t, f.URL+"/pickup#token")
	p.heading(t, "Ihr Zertifikat abholen")
	for _, row := range []struct{ file, says string }{{"key.pem", "Das ist ein privater Schlüssel."}, {"request.csr", "Es ist da."}} {
		text, err := os.ReadFile(filepath.Join(folder, row.file))
		if err != nil {
			t.Fatal(err)
		}
		p.do(t, "pasting", chromedp.SetValue("textarea", string(text), chromedp.ByQuery),
			chromedp.Evaluate(`document.querySelector("textarea").dispatchEvent(new Event("input"))`, nil))
		p.choose(t, "Zertifikat abholen")
		p.until(t, row.says, fmt.Sprintf(`document.getElementById("main").textContent.includes(%q)`, row.says))
	}
	if len(f.inputs) != 1 || strings.Contains(fmt.Sprint(f.inputs), "PRIVATE KEY") || f.inputs[0]["code"] != nil {
		t.Errorf("sent was %v", f.inputs)
	}
	p.choose(t, "Kette")
	p.saved(t, "www.example.com-chain.pem")
	p.choose(t, "Zertifikat mit Kette")
	p.saved(t, "www.example.com.p7b")
	p.isClean(t, f.URL)
}

// The last wrong code locks, and the page says so.
func TestTheLastWrongCodeLocks(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byCode("attemptsLeft", 1)})
	p := openTab(t, "en")
	p.open(t, f.URL+"/enroll#token")
	p.heading(t, "Get your certificate")
	p.write(t, "Enrollment code", "AAAAAAAA")
	p.write(t, "Password for the file", password)
	p.write(t, "Repeat the password", password)
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.heading(t, "This invitation is locked")
	p.isClean(t, f.URL)
}

// Behind plain http a browser has no cryptography: the page says so, and takes a request.
func TestWithoutHttpsTheBrowserMakesNoKey(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byCode()})
	p := openTab(t, "en")
	base := strings.Replace(f.URL, "127.0.0.1", stranger, 1)
	p.open(t, base+"/enroll#token")
	p.heading(t, "Get your certificate")
	p.says(t, "This page was opened without https")
	p.isAccessible(t)
	p.picture(t, "flow-5-plain-http-360")
	folder := t.TempDir()
	openssl(t, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", folder+"/key.pem", "-subj", "/", "-out", folder+"/request.csr")
	text, err := os.ReadFile(folder + "/request.csr")
	if err != nil {
		t.Fatal(err)
	}
	p.write(t, "Enrollment code", f.code)
	p.do(t, "pasting", chromedp.SetValue("textarea", string(text), chromedp.ByQuery),
		chromedp.Evaluate(`document.querySelector("textarea").dispatchEvent(new Event("input"))`, nil))
	p.choose(t, "Get the certificate")
	p.heading(t, "Your certificate")
	p.isClean(t, base, "Cross-Origin-Opener-Policy")
}

// What the server does not answer is told, and nothing is done twice.
func TestFailuresOnTheWay(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byCode()})
	p := openTab(t, "en")
	f.fail = func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "17")
		reply(w, http.StatusTooManyRequests, map[string]any{"errors": []any{map[string]any{"message": "too many", "extensions": map[string]any{"code": "RATE_LIMITED"}}}})
	}
	p.open(t, f.URL+"/enroll#token")
	p.heading(t, "That did not work")
	p.says(t, "Wait 17 seconds")
	p.isAccessible(t)
	f.fail = func(w http.ResponseWriter) {
		reply(w, http.StatusOK, map[string]any{"data": nil, "errors": []any{map[string]any{"message": "internal", "extensions": map[string]any{"code": "INTERNAL", "requestId": "req-4711"}}}})
	}
	p.choose(t, "Try again")
	p.until(t, "the request's id", `document.getElementById("main").textContent.includes("req-4711")`)
	p.choose(t, "Try again")
	p.heading(t, "Get your certificate")
	p.write(t, "Enrollment code", f.code)
	p.write(t, "Password for the file", password)
	p.write(t, "Repeat the password", password)
	// The connection breaks once, before an answer.
	f.fail = func(http.ResponseWriter) { panic(http.ErrAbortHandler) }
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.heading(t, "Your certificate")
	p.isClean(t, f.URL, "429", "ERR_")
}

// The request page: what is wrong stands at its field, and the mail is announced.
func TestARequestIsMadeAndConfirmed(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"waiting": byApproval()})
	p := openTab(t, "en")
	p.open(t, f.URL+"/request/"+openProfile.String())
	p.heading(t, "Request a certificate")
	p.choose(t, "Send the request")
	p.until(t, "the focus on the first wrong field", `document.activeElement.getAttribute("aria-invalid") === "true"`)
	p.says(t, "Say what the certificate is for.")
	p.isAccessible(t)
	p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())
	p.write(t, "Name of the server", "www.example.com")
	p.write(t, "Your e-mail address", "ada@example.com")
	p.write(t, "DNS names", "www.example.com example.com")
	p.write(t, "IP addresses", "192.0.2.x")
	p.choose(t, "Send the request")
	p.until(t, "the wrong address at its field", `document.activeElement.labels?.[0]?.textContent.startsWith("IP addresses") && document.activeElement.getAttribute("aria-invalid")`)
	p.says(t, "“192.0.2.x” does not have the right form")
	p.picture(t, "flow-6-wrong-name")
	p.write(t, "IP addresses", "192.0.2.7")
	p.choose(t, "Send the request")
	p.heading(t, "One more step")
	p.says(t, "ada@example.com")
	p.isAccessible(t)
	p.picture(t, "flow-7-sent-360")
	last := f.requests[len(f.requests)-1]
	var names []inventory.RequestedName
	for _, name := range last.Names {
		names = append(names, *name)
	}
	want := []inventory.RequestedName{{Kind: "DNS", Value: "www.example.com"}, {Kind: "DNS", Value: "example.com"}, {Kind: "IP", Value: "192.0.2.7"}}
	if last.SeatID != "www.example.com" || *last.Email != "ada@example.com" || last.Csr != nil || !slices.Equal(names, want) {
		t.Errorf("sent was %+v with the names %v", last, names)
	}

	p.open(t, f.URL+"/confirm#gone")
	p.heading(t, "Confirm your request")
	p.until(t, "the answer", `document.getElementById("main").textContent.includes("This link is not valid, or its time is over.")`)
	p.open(t, f.URL+"/confirm#waiting")
	p.heading(t, "Confirm your request")
	// Whoever confirms sees what: somebody else may have asked in their name.
	for _, fact := range []string{"Harbour office", "Web servers", "<b>Web shop</b>", "www.example.com", "CN=www.example.com", "For the <i>new</i> server", strings.Repeat("0af3", 16)} {
		p.says(t, fact)
	}
	p.isAccessible(t)
	p.picture(t, "flow-8-confirm-360")
	p.choose(t, "Confirm my request")
	p.heading(t, "Your request is waiting")
	p.isClean(t, f.URL, "422", "404")
}

// A change of language keeps what was typed.
func TestTheLanguageIsChangedInBetween(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byCode()})
	p := openTab(t, "fr, en")
	p.open(t, f.URL+"/enroll#token")
	p.heading(t, "Get your certificate")
	p.write(t, "Enrollment code", "K7QM")
	p.choose(t, "Deutsch")
	p.heading(t, "Ihr Zertifikat abholen")
	var typed string
	p.read(t, `document.querySelector("input.code").value`, &typed)
	if typed != "K7QM" {
		t.Errorf("the code is now %q", typed)
	}
	p.do(t, "loading anew", chromedp.Reload())
	p.heading(t, "Ihr Zertifikat abholen")
	p.do(t, "in the dark", emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	p.isAccessible(t)
	p.picture(t, "flow-8-dark-360")
	p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())
	p.picture(t, "flow-8-dark")
	p.isClean(t, f.URL)
}

func TestWithoutScriptsThePageSaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	f := newFake(t, nil)
	p := openTab(t, "en")
	p.do(t, "switching scripts off", emulation.SetScriptExecutionDisabled(true))
	p.open(t, f.URL+"/enroll#token")
	var text string
	p.do(t, "reading the page", chromedp.Text("main", &text, chromedp.ByQuery))
	for _, want := range []string{"This page needs JavaScript", "Diese Seite braucht JavaScript"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q:\n%s", want, text)
		}
	}
	p.isClean(t, f.URL)
}
