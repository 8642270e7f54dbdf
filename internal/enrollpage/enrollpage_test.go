package enrollpage

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func fetch(t *testing.T, h http.Handler, address string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newPages(t *testing.T) http.Handler {
	t.Helper()
	h, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// addresses are the pages' own, with the face that each shows.
var addresses = map[string]string{"/enroll": "enroll", "/pickup": "pickup", "/confirm": "confirm", "/request/prof_01": "request"}

func TestEachPageHasItsAddress(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	for address, face := range addresses {
		w := fetch(t, h, address, nil)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `data-page="`+face+`"`) {
			t.Errorf("%s answers %d:\n%s", address, w.Code, w.Body)
		}
	}
	for _, address := range []string{"/", "/enroll/", "/enroll/token", "/request/", "/request/a/b", "/enrollment/", "/enrollment/page.js", "/enrollment/0000000000000000/page.js", "/page.html"} {
		if w := fetch(t, h, address, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s answers %d", address, w.Code)
		}
	}
	// Without Requests nobody takes what the request page would send.
	for _, address := range []string{"/confirm", "/request/prof_01", "/enroll"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, address, strings.NewReader("{}")))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s answers %d", address, w.Code)
		}
	}
}

// A page without any of these headers would let another site do more than it should.
func TestEveryPageIsHeldToItsPolicy(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	for address := range addresses {
		header := fetch(t, h, address, nil).Header()
		policy := header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none';", "script-src 'self';", "style-src 'self';", "connect-src 'self';", "img-src 'self' data:;", "base-uri 'none';", "form-action 'none';", "frame-ancestors 'none';"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %q: %s", address, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s: the policy is loose: %s", address, policy)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8",
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", address, name, got, want)
			}
		}
	}
}

// Whatever a page names comes from this server, and no script or style stands in it.
func TestEverythingOnAPageIsAFileOfThisServer(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	page := fetch(t, h, "/enroll", nil).Body.String()
	found := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	files := 0
	for _, match := range found {
		if match[1] == "data:," || strings.HasPrefix(match[1], "#") {
			continue
		}
		files++
		if w := fetch(t, h, match[1], nil); w.Code != http.StatusOK || !strings.HasPrefix(match[1], Prefix) {
			t.Errorf("%s answers %d", match[1], w.Code)
		}
	}
	if files != 2 {
		t.Errorf("%d files found on the page, want a script and a style sheet: %q", files, found)
	}
	if inline := regexp.MustCompile(`(?i)<style|style="|\son[a-z]+="|<script[^>]*>[^<]`).FindString(page); inline != "" {
		t.Errorf("the page has %q in it, which its policy forbids", inline)
	}
}

func TestAssetsAreKeptForEverAndPackedOnRequest(t *testing.T) {
	t.Parallel()
	h := newPages(t)
	address := regexp.MustCompile(`src="([^"]*/page\.js)"`).FindStringSubmatch(fetch(t, h, "/enroll", nil).Body.String())[1]
	want, err := os.ReadFile("assets/page.js")
	if err != nil {
		t.Fatal(err)
	}
	plain := fetch(t, h, address, nil)
	if !bytes.Equal(plain.Body.Bytes(), want) || plain.Header().Get("Content-Encoding") != "" {
		t.Error("the script does not come as it is")
	}
	packed := fetch(t, h, address, http.Header{"Accept-Encoding": {"br, gzip"}})
	unpacked, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(unpacked); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes came packed, want %d (error %v)", len(got), len(want), err)
	}
	for _, w := range []*httptest.ResponseRecorder{plain, packed} {
		if cache := w.Header().Get("Cache-Control"); !strings.Contains(cache, "immutable") {
			t.Errorf("Cache-Control is %q", cache)
		}
	}
}

// The script makes no HTML or code out of text, sends nothing to other servers, and
// keeps nothing longer than the tab lives.
func TestTheScriptDoesNothingItShouldNot(t *testing.T) {
	t.Parallel()
	script, err := os.ReadFile("assets/page.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, forbidden := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage", "document.cookie", "indexedDB", "XMLHttpRequest", "sendBeacon", "https://", "http://"} {
		if bytes.Contains(script, []byte(forbidden)) {
			t.Errorf("the script has %s in it", forbidden)
		}
	}
}

// What other people wrote is given on with its licence.
func TestTheBundlesLicencesAreBesideIt(t *testing.T) {
	t.Parallel()
	licences, err := os.ReadFile("assets/LICENSES.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pkijs", "asn1js", "bytestreamjs", "@peculiar/utils", "@noble/hashes"} {
		if !bytes.Contains(licences, []byte("\n"+name+" ")) {
			t.Errorf("the licence of %s is missing", name)
		}
	}
}

// Whoever installs says where from; the list of packages names no registry.
func TestThePackageLockNamesNoRegistry(t *testing.T) {
	t.Parallel()
	lock, err := os.ReadFile("web/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(lock, []byte(`"resolved"`)) || !bytes.Contains(lock, []byte(`"integrity"`)) {
		t.Error("package-lock.json names addresses, or lacks the packages' sums; see web/.npmrc")
	}
}
