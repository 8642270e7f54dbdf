//go:build e2e

package e2e

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/sealed"
	"gatehouse/internal/testdb"
)

// provider stands for an identity provider that signs with a shared secret.
var provider = struct{ secret, issuer, audience string }{
	"a secret of the tests that is longer than 32 bytes", "https://login.example.com", "gatehouse",
}

// startServe runs serve on a free port, over a migrated and empty database of its
// own, with the least settings that it takes and those given.
func startServe(t *testing.T, settings ...string) *process {
	t.Helper()
	keys, err := sealed.New()
	if err != nil {
		t.Fatal(err)
	}
	keyset, err := keys.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, "serve", append([]string{
		"GATEHOUSE_ADDR=127.0.0.1:0",
		"DATABASE_URL=" + testdb.New(t).AppURL,
		"GATEHOUSE_KEYSET=" + string(keyset),
		"GATEHOUSE_JWT_SECRET=" + provider.secret,
		"GATEHOUSE_JWT_ISSUER=" + provider.issuer,
		"GATEHOUSE_JWT_AUDIENCE=" + provider.audience,
	}, settings...)...)
}

// provided is a person whom the identity provider knows, with a role, for all
// business units.
func provided(t *testing.T, url, subject, name, role string) caller {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": provider.issuer, "aud": provider.audience, "exp": time.Now().Add(time.Hour).Unix(),
		"sub": subject, "name": name, "roles": []string{role}, "business_units": "*",
	}).SignedString([]byte(provider.secret))
	if err != nil {
		t.Fatal(err)
	}
	return caller{url, token}
}

// In production GraphiQL takes a pasted token, and nobody hands any out.
func TestGraphiQLInServe(t *testing.T) {
	t.Parallel()
	serve := startServe(t, "GATEHOUSE_GRAPHIQL=true")
	grace := provided(t, serve.url, "grace", "Grace Obi", "AUDITOR")
	if status, answer := post(t, serve.url+"/dev/token", "", map[string]any{"subject": "grace"}); status != http.StatusNotFound {
		t.Errorf("serve answers a request for a development token with %d: %s", status, answer)
	}

	p := openBrowser(t)
	p.do(t, "opening "+serve.url, chromedp.Navigate(serve.url+"/"), chromedp.WaitVisible(".graphiql-execute-button"),
		chromedp.SendKeys("#token", grace.token+kb.Enter, chromedp.ByQuery))
	p.until(t, "the sign-in", `document.querySelector("#who").dataset.state === "in" && document.querySelector("#who").textContent.includes("Grace Obi")`)
	var field string
	p.read(t, `document.querySelector("#token").value`, &field)
	if field != "" {
		t.Error("the token is still in its field after it was taken")
	}
	p.openTab(t, "Dashboard")
	var seen dashboard
	p.run(t, &seen)
	p.picture(t, "8-serve-with-a-pasted-token")
	if !slices.Equal(seen.Viewer.Roles, []string{"AUDITOR"}) {
		t.Errorf("the roles are %v", seen.Viewer.Roles)
	}
	p.isClean(t, serve.url)

	// A reload forgets the token and keeps what was written.
	p.do(t, "reloading", chromedp.Reload(), chromedp.WaitVisible(".graphiql-execute-button"))
	var state string
	if p.read(t, `document.querySelector("#who").dataset.state`, &state); state != "out" {
		t.Errorf("after a reload the page is signed %s", state)
	}
}

func TestServeHasNoGraphiQLUnlessSwitchedOn(t *testing.T) {
	t.Parallel()
	serve := startServe(t)
	if status, page := get(t, serve.url+"/"); status != http.StatusOK || strings.Contains(page, "<") || !strings.Contains(page, "POST /graphql") {
		t.Errorf("/ answers %d and does not say in plain words where the API is:\n%s", status, page)
	}
	if status, _ := get(t, serve.url+"/graphiql/"); status != http.StatusNotFound {
		t.Errorf("/graphiql/ answers %d", status)
	}
}
