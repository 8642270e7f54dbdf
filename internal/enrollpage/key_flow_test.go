//go:build e2e

package enrollpage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// choose clicks the radio button or button of this label.
func (p *tab) choose(t *testing.T, label string) {
	t.Helper()
	p.do(t, "choosing "+label, chromedp.Evaluate(fmt.Sprintf(`(() => {
		const found = [...document.querySelectorAll("label, button, a, summary")].find((e) => e.textContent.trim().startsWith(%q));
		if (!found) throw new Error("there is none");
		found.click();
	})()`, label), nil))
}

// Every kind of key that the page offers, through to its .p12.
func TestEveryKindOfKey(t *testing.T) {
	t.Parallel()
	for label, says := range map[string]string{"ECDSA P-384": "secp384r1", "RSA 2048 bits": "2048 bit", "RSA 3072 bits": "3072 bit", "RSA 4096 bits": "4096 bit"} {
		t.Run(label, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, map[string]invitation{"token": byCode("allowedKeys", []string{"EC_P256", "EC_P384", "RSA_2048", "RSA_3072", "RSA_4096"}, "enrollmentMethod", "CSR")})
			p := openTab(t, "en")
			p.open(t, f.URL+"/enroll#token")
			p.heading(t, "Get your certificate")
			p.choose(t, "This browser makes it")
			p.choose(t, label)
			p.write(t, "Enrollment code", f.code)
			p.write(t, "Password for the file", password)
			p.write(t, "Repeat the password", password)
			p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
			p.heading(t, "Your certificate")
			p.choose(t, "Save certificate and key")
			isWhole(t, p.saved(t, "ada.byrne@example.com.p12"), f)
			csr := filepath.Join(t.TempDir(), "request.csr")
			if err := os.WriteFile(csr, []byte(f.csrs[0]), 0o600); err != nil {
				t.Fatal(err)
			}
			if said := openssl(t, "req", "-in", csr, "-verify", "-noout", "-text"); !strings.Contains(said, "verify OK") || !strings.Contains(said, says) {
				t.Errorf("OpenSSL says of the request\n%s", said)
			}
			p.choose(t, "Key alone")
			if said := openssl(t, "pkey", "-in", p.saved(t, "ada.byrne@example.com-key.pem"), "-passin", "pass:"+password, "-noout", "-text"); !strings.Contains(said, says) {
				t.Errorf("OpenSSL says of the key\n%s", said)
			}
			p.isClean(t, f.URL)
		})
	}
}

// A certificate that takes long, a page that is loaded anew meanwhile and afterwards: the
// key is still there, and the password opens it.
func TestAKeyOutlivesALoadWhileTheAuthorityWorks(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byCode()})
	f.slow = true
	p := openTab(t, "en")
	p.open(t, f.URL+"/enroll#token")
	p.heading(t, "Get your certificate")
	p.write(t, "Enrollment code", f.code)
	p.write(t, "Password for the file", password)
	p.write(t, "Repeat the password", password)
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.heading(t, "Your certificate is being made")
	p.do(t, "loading anew", chromedp.Reload())
	p.heading(t, "Your certificate is being made")
	f.finish("token")
	p.heading(t, "Your certificate")
	p.says(t, "Your key is kept in this tab")
	p.isAccessible(t)
	p.picture(t, "flow-4-loaded-anew-360")
	p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())

	p.write(t, "Password for the file", "not the password")
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.until(t, "the wrong password's answer", `document.getElementById("main").textContent.includes("not the password that the key")`)
	p.write(t, "Password for the file", password)
	p.do(t, "sending", chromedp.KeyEvent(kb.Enter))
	p.until(t, "the file", `document.querySelector("a[download$='.p12']")`)
	p.choose(t, "Save certificate and key")
	isWhole(t, p.saved(t, "ada.byrne@example.com.p12"), f)
	p.isClean(t, f.URL)

	// Another link in the same tab has no key of this one.
	f.lock.Lock()
	f.invitations["other"] = f.invitations["token"]
	f.lock.Unlock()
	p.do(t, "another link", chromedp.Navigate(f.URL+"/enroll#other"))
	p.until(t, "the certificate alone", `document.getElementById("main").textContent.includes("The private key is where it was made")`)
}
