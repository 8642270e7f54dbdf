package graphiql

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/door"
)

func get(t *testing.T, h http.Handler, address string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newPage(t *testing.T, o Options) (http.Handler, string, http.Header) {
	t.Helper()
	h, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := get(t, h, "/", nil)
	if w.Code != http.StatusOK {
		t.Fatalf("the page answers %d", w.Code)
	}
	return h, w.Body.String(), w.Header()
}

func TestThePageHasOneFaceInDevelopmentAndOneInProduction(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		signIn      bool
		has, hasNot string
	}{
		{"development", true, `id="sign-in"`, `id="use-token"`},
		{"production", false, `id="use-token"`, `signin.js`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, page, _ := newPage(t, Options{SignIn: row.signIn})
			if !strings.Contains(page, row.has) || strings.Contains(page, row.hasNot) {
				t.Errorf("the page must have %s and not %s:\n%s", row.has, row.hasNot, page)
			}
		})
	}
}

func TestEverythingOnThePageComesFromThisServer(t *testing.T) {
	t.Parallel()
	for _, signIn := range []bool{true, false} {
		h, page, _ := newPage(t, Options{SignIn: signIn})
		found := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1)
		if len(found) < 7 {
			t.Fatalf("only %d addresses found on the page", len(found))
		}
		for _, match := range found {
			address := match[1]
			if address == "data:," || address == "/schema.graphqls" {
				continue
			}
			if w := get(t, h, address, nil); w.Code != http.StatusOK || !strings.HasPrefix(address, Prefix) {
				t.Errorf("%s answers %d", address, w.Code)
			}
		}
	}
}

func TestThePolicyAllowsFilesOfThisServerAndNoInlineScript(t *testing.T) {
	t.Parallel()
	_, page, header := newPage(t, Options{SignIn: true})
	csp := header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy lacks %q: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("the policy is loose: %s", csp)
	}
	nonce := regexp.MustCompile(`data-style-nonce="([^"]+)"`).FindStringSubmatch(page)
	if nonce == nil || !strings.Contains(csp, "'nonce-"+nonce[1]+"'") {
		t.Errorf("the page's nonce %v is not the policy's: %s", nonce, csp)
	}
	if _, other, _ := newPage(t, Options{SignIn: true}); strings.Contains(other, nonce[1]) {
		t.Error("two pages share a nonce")
	}
}

func TestAssetsAreKeptForEverAndPackedOnRequest(t *testing.T) {
	t.Parallel()
	h, page, _ := newPage(t, Options{})
	address := regexp.MustCompile(`src="([^"]*graphiql\.min\.js)"`).FindStringSubmatch(page)[1]
	want, err := os.ReadFile("assets/graphiql.min.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name, accept string
		packed       bool
	}{
		{"as it is", "", false},
		{"packed", "br, gzip", true},
		{"packing refused", "gzip;q=0", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w := get(t, h, address, http.Header{"Accept-Encoding": {row.accept}})
			if cache := w.Header().Get("Cache-Control"); !strings.Contains(cache, "immutable") {
				t.Errorf("Cache-Control is %q", cache)
			}
			var body io.Reader = w.Body
			if (w.Header().Get("Content-Encoding") == "gzip") != row.packed {
				t.Fatalf("Content-Encoding is %q", w.Header().Get("Content-Encoding"))
			}
			if row.packed {
				if body, err = gzip.NewReader(w.Body); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came, want %d (error %v)", len(got), len(want), err)
			}
		})
	}
}

func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()
	h, _, _ := newPage(t, Options{})
	for _, address := range []string{"/graphiql/", "/graphiql/page.js", "/graphiql/assets/README.md", "/graphiql/0000000000000000/page.js", "/index.html"} {
		if w := get(t, h, address, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", address, w.Code)
		}
	}
}

// The token must not outlive the page: no script of ours may store anything.
func TestScriptsKeepTheTokenInMemory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"signin.js", "token.js", "page.js"} {
		script, err := os.ReadFile("assets/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, forbidden := range []string{"localStorage", "document.cookie", "indexedDB", ".setItem("} {
			if strings.Contains(string(script), forbidden) {
				t.Errorf("%s uses %s", name, forbidden)
			}
		}
	}
}

func TestVendoredFilesAreTheOnesThatTheReadmeNames(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("assets/README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (\S+\.(?:js|css)) \|.*\| ([0-9a-f]{64}) \|$`).FindAllStringSubmatch(string(readme), -1)
	if len(rows) != 4 {
		t.Fatalf("the README names %d vendored files, want 4", len(rows))
	}
	for _, row := range rows {
		content, err := os.ReadFile("assets/" + row[1])
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != row[2] {
			t.Errorf("%s is not the file that the README names", row[1])
		}
	}
}

// A tab that the schema does not answer would be the first thing people see.
func TestTabsFitTheSchemaAndTheLimits(t *testing.T) {
	t.Parallel()
	sdl, err := os.ReadFile("../../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(sdl)})
	if err != nil {
		t.Fatal(err)
	}
	tabs, err := readTabs()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Dashboard", "WhatWaitsForMe", "Approve", "DryRun", "Jobs", "Live", "Usage", "Views", "Seats", "Certificates", "Places", "Enroll", "Import", "Invitation", "Redeem"}
	if len(tabs) != len(want) {
		t.Fatalf("%d tabs, want %v", len(tabs), want)
	}
	for i, tab := range tabs {
		doc, err := gqlparser.LoadQueryWithRules(schema, tab.Query, nil)
		if err != nil {
			t.Errorf("%s: %v", want[i], err)
			continue
		}
		if err := door.Check(doc, door.DefaultLimits()); err != nil {
			t.Errorf("%s: %v", want[i], err)
		}
		// With a second operation the button opens a menu instead of running.
		if got := doc.Operations[0].Name; got != want[i] || len(doc.Operations) != 1 {
			t.Errorf("tab %d is %s and %d operations, want %s alone", i, got, len(doc.Operations), want[i])
		}
		for line := range strings.Lines(tab.Query) {
			// The button lies over what is longer, in a window of 1,440 pixels.
			if comment, is := strings.CutPrefix(strings.TrimSpace(line), "#"); is && len(comment) > 59 {
				t.Errorf("%s: the button hides the end of the line %q", want[i], line)
			}
		}
		variables := map[string]any{}
		if tab.Variables != "" {
			if err := json.Unmarshal([]byte(tab.Variables), &variables); err != nil {
				t.Errorf("%s: its variables are not JSON: %v", want[i], err)
			}
		}
		for name := range variables {
			if doc.Operations[0].VariableDefinitions.ForName(name) == nil {
				t.Errorf("%s: it has no variable %s", want[i], name)
			}
		}
	}
}
