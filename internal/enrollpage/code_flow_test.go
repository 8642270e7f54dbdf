//go:build e2e

package enrollpage

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// password is what the person of these tests chooses, with letters that files of
// other programs often get wrong.
const password = "Blaue Möwe 7€"

// tabTo presses the tabulator until the focus is where an expression says, and holds
// every stop on the way to showing where it is.
func (p *tab) tabTo(t *testing.T, what, expression string) {
	t.Helper()
	for n := range 40 {
		var at struct{ There, Seen bool }
		p.read(t, fmt.Sprintf(`(() => { const e = document.activeElement; const s = getComputedStyle(e);
			return {there: Boolean(%s), seen: e === document.body || s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2}; })()`, expression), &at)
		// Where the focus was put by the page itself, nobody has come with the keyboard.
		if n > 0 && !at.Seen {
			var where string
			p.read(t, `document.activeElement.outerHTML.slice(0, 120)`, &where)
			t.Errorf("the focus cannot be seen on %s", where)
		}
		if at.There {
			return
		}
		p.do(t, "pressing the tabulator", chromedp.KeyEvent(kb.Tab))
	}
	p.picture(t, "failed")
	t.Fatalf("the tabulator never comes to %s", what)
}

// labelled is an expression for the focused element having this label.
func labelled(label string) string {
	return fmt.Sprintf(`(e.labels?.[0]?.textContent ?? e.textContent).startsWith(%q)`, label)
}

// write types into the field of this label, with the keyboard alone.
func (p *tab) write(t *testing.T, label, text string) {
	t.Helper()
	p.tabTo(t, label, labelled(label))
	p.do(t, "clearing "+label, chromedp.Evaluate(`document.activeElement.select()`, nil))
	p.do(t, "typing into "+label, chromedp.KeyEvent(text))
}

// The whole way with the keyboard alone: a slip that costs nothing, a wrong code, the
// right one, and a .p12 that OpenSSL opens.
func TestACodeBecomesAFileWithKeyAndCertificate(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token-of-ada": byCode()})
	p := openTab(t, "en")
	p.open(t, f.URL+"/enroll#token-of-ada")
	p.heading(t, "Get your certificate")

	p.tabTo(t, "the link to the content", labelled("Skip to the content"))
	p.do(t, "skipping to the content", chromedp.KeyEvent(kb.Enter))
	p.until(t, "the focus on the content", `document.activeElement.id === "main"`)
	p.write(t, "Enrollment code", "short")
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.until(t, "what is wrong with the code", `document.activeElement.getAttribute("aria-invalid") === "true"`)
	p.says(t, "The code has 8 characters; you typed 5. No attempt was used up.")
	p.says(t, "Choose a password of at least 8 characters.")
	if len(f.inputs) != 0 {
		t.Errorf("a code that is too short was sent: %v", f.inputs)
	}
	p.isAccessible(t)
	p.picture(t, "flow-1-slip")
	p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())

	p.write(t, "Enrollment code", "aaaa-aaaa")
	p.write(t, "Password for the file", password)
	p.write(t, "Repeat the password", password)
	p.tabTo(t, "the button", labelled("Get the certificate"))
	p.do(t, "sending", chromedp.KeyEvent(" "))
	p.until(t, "the wrong code's answer", `document.getElementById("main").textContent.includes("4 attempts are left")`)
	p.until(t, "the focus on the code", `document.activeElement.classList.contains("code")`)
	var described string
	p.read(t, `document.activeElement.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id).textContent).join(" | ")`, &described)
	if !strings.Contains(described, "The code is wrong.") {
		t.Errorf("a screen reader at the code hears only %q", described)
	}
	p.picture(t, "flow-2-wrong-code")

	p.write(t, "Enrollment code", "k7qm 2xwp")
	p.tabTo(t, "the button", labelled("Get the certificate"))
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.heading(t, "Your certificate")
	p.until(t, "the focus on the heading", `document.activeElement === document.querySelector("h1")`)
	p.says(t, "CN=Ada Byrne,O=Example")
	p.picture(t, "flow-3-delivered")
	p.isAccessible(t)
	p.picture(t, "flow-3-delivered-360")
	p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())

	if len(f.csrs) != 1 || len(f.inputs) != 2 {
		t.Fatalf("%d requests and %d CSRs were sent", len(f.inputs), len(f.csrs))
	}
	if first, second := f.inputs[0]["csr"], f.inputs[1]["csr"]; first != second {
		t.Error("after a wrong code another key was made, for nothing")
	}
	if got := f.inputs[1]["code"]; got != f.code {
		t.Errorf("the code was sent as %v", got)
	}
	csr := filepath.Join(t.TempDir(), "request.csr")
	if err := os.WriteFile(csr, []byte(f.csrs[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := openssl(t, "req", "-in", csr, "-verify", "-noout", "-text"); !strings.Contains(said, "verify OK") || !strings.Contains(said, "prime256v1") {
		t.Errorf("OpenSSL says of the request\n%s", said)
	}

	p.tabTo(t, "the file", labelled("Save certificate and key"))
	p.do(t, "saving the file", chromedp.KeyEvent(kb.Enter))
	file := p.saved(t, "ada.byrne@example.com.p12")
	isWhole(t, file, f)

	var where struct{ Address, Stored string }
	p.read(t, `({address: location.href, stored: JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage), document.cookie, history.state])})`, &where)
	for _, secret := range []string{f.code, password, "BEGIN PRIVATE KEY"} {
		if strings.Contains(where.Address+where.Stored, secret) {
			t.Errorf("the page keeps %q: %+v", secret, where)
		}
	}
	p.isClean(t, f.URL)
	for _, address := range p.requests {
		if strings.Contains(address, "token-of-ada") && !strings.Contains(address, "#token-of-ada") {
			t.Errorf("the token stands in an address that was asked for: %s", address)
		}
	}
}

// isWhole holds a .p12 to what it is for: OpenSSL opens it with the password and with no
// other, and finds the key of the certificate, the certificate, and the chain.
func isWhole(t *testing.T, file string, f *fake) {
	t.Helper()
	// What it holds is told on standard error, in the midst of what it is.
	info := openssl(t, "pkcs12", "-in", file, "-passin", "pass:"+password, "-info", "-noout")
	content := openssl(t, "pkcs12", "-in", file, "-passin", "pass:"+password, "-nodes")
	for _, want := range []string{"MAC: sha256", "PBES2", "AES-256-CBC", "hmacWithSHA256"} {
		if !strings.Contains(info, want) {
			t.Errorf("OpenSSL does not say %q of the file:\n%s", want, info)
		}
	}
	if strings.Count(content, "BEGIN CERTIFICATE") != 2 {
		t.Errorf("the file has not the certificate and its chain:\n%s", content)
	}
	if err := exec.CommandContext(t.Context(), "openssl", "pkcs12", "-in", file, "-passin", "pass:another", "-nodes").Run(); err == nil {
		t.Error("the file opens with another password")
	}
	var key, own *pem.Block
	for rest := []byte(content); ; {
		block, next := pem.Decode(rest)
		if block == nil {
			break
		}
		switch {
		case block.Type == "PRIVATE KEY":
			key = block
		case own == nil:
			own = block
		}
		rest = next
	}
	if key == nil || own == nil {
		t.Fatalf("the file lacks a key or a certificate:\n%s", content)
	}
	certificate, err := x509.ParseCertificate(own.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := certificate.CheckSignatureFrom(f.ca); err != nil {
		t.Errorf("the first certificate is not the issued one: %v", err)
	}
	private, err := x509.ParsePKCS8PrivateKey(key.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if signer, ok := private.(crypto.Signer); !ok || !equal(signer.Public(), certificate.PublicKey) {
		t.Error("key and certificate do not belong together")
	}
}

func equal(a, b any) bool {
	one, err1 := x509.MarshalPKIXPublicKey(a)
	other, err2 := x509.MarshalPKIXPublicKey(b)
	return err1 == nil && err2 == nil && string(one) == string(other)
}

func openssl(t *testing.T, arguments ...string) string {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), "openssl", arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v\n%s", strings.Join(arguments, " "), err, said)
	}
	return string(said)
}
