//go:build e2e

package enrollpage

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// byCode is an invitation with a code, changed by the pairs.
func byCode(pairs ...any) invitation {
	return change(invitation{
		"status": "CREATED", "expiresAt": stamp(10 * 24 * time.Hour), "authenticationMethod": "ENROLLMENT_CODE", "enrollmentMethod": "BROWSER_PKCS12", "issuer": "BUILT_IN",
		"profileName": "Staff e-mail", "businessUnitName": "Harbour office", "seatType": "USER", "seatId": "ada.byrne@example.com", "name": "Ada Byrne",
		"redeems": true, "codeLength": 8, "codeAlphabet": "LETTERS_AND_DIGITS", "attemptsLeft": 5, "allowedKeys": []string{"EC_P256", "EC_P384", "RSA_2048"}, "needsCsr": true,
		"names":    map[string]any{"subject": "CN=Ada Byrne,O=Example", "dnsNames": []string{}, "emailAddresses": []string{"ada.byrne@example.com"}, "ipAddresses": []string{}, "uris": []string{}},
		"validity": "P1Y", "approvalsMissing": 0, "reason": nil, "issuance": nil, "certificate": nil,
	}, pairs)
}

// byApproval is a request, changed by the pairs.
func byApproval(pairs ...any) invitation {
	return change(byCode("status", "PENDING", "authenticationMethod", "MANUAL_APPROVAL", "profileName", "Web servers", "seatType", "SERVER", "seatId", "www.example.com", "name", "",
		"names", map[string]any{"subject": "", "dnsNames": []string{"www.example.com", "example.com"}, "emailAddresses": []string{}, "ipAddresses": []string{"192.0.2.7"}, "uris": []string{}},
		"validity", "P90D", "redeems", false, "codeLength", nil, "codeAlphabet", nil, "attemptsLeft", nil, "approvalsMissing", 2), pairs)
}

func change(i invitation, pairs []any) invitation {
	out := maps.Clone(i)
	for n := 0; n < len(pairs); n += 2 {
		out[pairs[n].(string)] = pairs[n+1]
	}
	return out
}

// axe is the text of axe-core, which is no part of the product.
func axe(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("web/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is not installed; run npm ci --prefix internal/enrollpage/web: %v", err)
	}
	return string(text)
}

// violations are what axe-core finds, as JSON.
func (p *tab) violations(t *testing.T) (found string) {
	t.Helper()
	p.do(t, "putting axe-core into the page", chromedp.Evaluate(axe(t)+"; true", nil))
	p.read(t, `axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.html + " " + n.failureSummary)])))`, &found)
	return found
}

// A look that sees nothing would find every page good.
func TestTheLookSeesWhatItIsFor(t *testing.T) {
	t.Parallel()
	f := newFake(t, map[string]invitation{"token": byCode()})
	p := openTab(t, "en")
	p.open(t, f.URL+"/enroll#token")
	p.heading(t, "Get your certificate")
	p.do(t, "spoiling the page", chromedp.Evaluate(`document.querySelector("label[for=" + document.querySelector("input.code").id + "]").remove();
		document.querySelector("button.primary").style.background = "#ddd";
		document.querySelector("button.primary").style.color = "#eee"; true`, nil))
	found := p.violations(t)
	for _, want := range []string{`"label"`, `"color-contrast"`} {
		if !strings.Contains(found, want) {
			t.Errorf("axe-core does not find %s: %s", want, found)
		}
	}
}

// isAccessible looks for what axe-core finds against WCAG 2.2 AA and good practice, for
// headings out of order, and for content that is wider than a small telephone.
func (p *tab) isAccessible(t *testing.T) {
	t.Helper()
	if found := p.violations(t); found != "[]" {
		t.Errorf("axe-core finds: %s", found)
	}
	var levels []int
	p.read(t, `[...document.querySelectorAll("h1, h2, h3, h4")].map((h) => Number(h.tagName[1]))`, &levels)
	for n, level := range levels {
		if n == 0 && level != 1 || n > 0 && (level == 1 || level > levels[n-1]+1) {
			t.Errorf("the headings' levels are %v", levels)
			break
		}
	}
	var wide string
	p.do(t, "on a small telephone", emulation.SetDeviceMetricsOverride(360, 740, 2, true))
	p.read(t, `document.documentElement.scrollWidth > 360 ? [...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > 360).map((e) => e.outerHTML.slice(0, 80)).join("\n") || "something" : ""`, &wide)
	if wide != "" {
		t.Errorf("at 360 px the page scrolls sideways because of\n%s", wide)
	}
}

// Every state, in both languages, looked at as a person and as axe-core does.
func TestEveryStateIsClearAndAccessible(t *testing.T) {
	t.Parallel()
	failed := map[string]any{"state": "FAILED", "since": stamp(-time.Hour), "reason": "the key is on a list of keys that were given away."}
	asked := map[string]any{"state": "REQUESTED", "since": stamp(0), "reason": ""}
	rows := []struct {
		name, path string
		is         invitation
		says       [2]string // a part of what the page says, in English and German
	}{
		{"code", "/enroll", byCode(), [2]string{"Harbour office invites Ada Byrne", "lädt Ada Byrne"}},
		{"code-csr", "/enroll", byCode("enrollmentMethod", "CSR", "codeAlphabet", "DIGITS"), [2]string{"Certificate request (CSR)", "Zertifikatsantrag"}},
		{"code-strange-keys", "/enroll", byCode("allowedKeys", []string{"ED25519"}), [2]string{"Browsers do not make keys", "Browser erzeugen keine Schlüssel"}},
		{"issuance-failed", "/enroll", byCode("issuance", failed), [2]string{"authority refused", "hat abgelehnt"}},
		{"issuing", "/enroll", byCode("issuance", asked), [2]string{"authority is at work", "Zertifizierungsstelle arbeitet"}},
		{"locked", "/enroll", byCode("status", "LOCKED", "attemptsLeft", 0), [2]string{"unlock it", "entsperren"}},
		{"expired", "/enroll", byCode("status", "EXPIRED", "expiresAt", stamp(-time.Hour)), [2]string{"send the invitation again", "noch einmal zu senden"}},
		{"cancelled", "/enroll", byCode("status", "REJECTED", "reason", "Ada has another certificate."), [2]string{"Ada has another certificate.", "Ada has another certificate."}},
		{"no-link", "/enroll", nil, [2]string{"This link is not valid", "Dieser Link ist nicht gültig"}},
		{"pending", "/pickup", byApproval(), [2]string{"2 approvals are still missing", "2 Genehmigungen fehlen noch"}},
		{"second-approval", "/pickup", byApproval("status", "PENDING_SECOND_APPROVAL", "approvalsMissing", 1), [2]string{"1 approval is still missing", "1 Genehmigung fehlt noch"}},
		{"in-progress", "/pickup", byApproval("status", "IN_PROGRESS"), [2]string{"taken it up", "seiner angenommen"}},
		{"approved-elsewhere", "/pickup", byApproval("status", "APPROVED", "approvalsMissing", 0), [2]string{"that link picks up", "Jener Link holt"}},
		{"external", "/pickup", byApproval("status", "APPROVED", "issuer", "EXTERNAL", "redeems", true, "approvalsMissing", 0), [2]string{"another authority", "andere Stelle"}},
		{"pickup", "/pickup", byApproval("status", "APPROVED", "redeems", true, "approvalsMissing", 0), [2]string{"has approved a certificate", "genehmigt"}},
		{"pickup-with-csr", "/pickup", byApproval("status", "APPROVED", "redeems", true, "needsCsr", false, "approvalsMissing", 0), [2]string{"has approved a certificate", "genehmigt"}},
		{"rejected", "/pickup", byApproval("status", "REJECTED", "reason", "The name is not ours."), [2]string{"The name is not ours.", "The name is not ours."}},
		{"request-expired", "/pickup", byApproval("status", "EXPIRED", "expiresAt", stamp(-time.Hour)), [2]string{"make a new request", "neuen Antrag"}},
		{"unknown-status", "/pickup", byApproval("status", "SOMETHING_NEW"), [2]string{"nothing for this link", "nichts für diesen Link"}},
	}
	invitations := map[string]invitation{}
	for _, row := range rows {
		if row.is != nil {
			invitations[row.name] = row.is
		}
	}
	f := newFake(t, invitations)
	for n, language := range []string{"en", "de"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := openTab(t, language)
			look := func(name, address, says string) {
				p.do(t, "at a desk", emulation.ClearDeviceMetricsOverride())
				p.open(t, address)
				p.until(t, name+" saying "+says, fmt.Sprintf("document.getElementById('main').textContent.includes(%s)", quoted(says)))
				p.picture(t, language+"-"+name)
				var state struct{ Lang, Address, Title string }
				p.read(t, `({lang: document.documentElement.lang, address: location.href, title: document.title})`, &state)
				if state.Lang != language || strings.Contains(state.Address, "#") || !strings.HasSuffix(state.Title, " · Gatehouse") {
					t.Errorf("%s: the document is %+v", name, state)
				}
				p.isAccessible(t)
				p.picture(t, language+"-"+name+"-360")
			}
			for _, row := range rows {
				look(row.name, f.URL+row.path+"#"+row.name, row.says[n])
			}
			look("confirm", f.URL+"/confirm#waiting", []string{"Confirm my request", "Meinen Antrag bestätigen"}[n])
			look("request", f.URL+"/request/"+openProfile.String(), []string{"Name of the server", "Name des Servers"}[n])
			look("request-csr", f.URL+"/request/"+csrProfile.String(), []string{"Certificate request", "Zertifikatsantrag"}[n])
			look("request-closed", f.URL+"/request/"+closedProfile.String(), []string{"No requests are taken", "keine Anträge"}[n])
			p.isClean(t, f.URL, "404 (Not Found)")
		})
	}
}

func quoted(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}
