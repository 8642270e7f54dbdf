package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"gatehouse/internal/inventory"
	"gatehouse/internal/issuer"
)

// published is the handler over an authority with the key ab12, whose third list is
// of noon, with room for so many requests. OCSP answers with the request, or is
// broken.
func published(t *testing.T, perMinute int) (h http.Handler, log *bytes.Buffer) {
	t.Helper()
	return testHTTP(t, func(o *httpOptions) {
		limit, err := newAnonymousLimit(perMinute, noon)
		if err != nil {
			t.Fatal(err)
		}
		o.askers = limit
		o.publication = &publication{
			list: func(_ context.Context, keyID string) (*inventory.RevocationList, error) {
				switch keyID {
				case "ab12":
					return &inventory.RevocationList{Number: 3, ThisUpdate: noon(), NextUpdate: noon().Add(time.Hour), DER: []byte("the list")}, nil
				case "dead":
					return nil, errors.New("pq: dial db.internal")
				}
				return nil, nil
			},
			certificate: func(_ context.Context, keyID string) ([]byte, error) {
				switch keyID {
				case "ab12":
					return []byte("the certificate"), nil
				case "dead":
					return nil, errors.New("pq: dial db.internal")
				}
				return nil, nil
			},
			answer: func(_ context.Context, request []byte) (issuer.OCSPAnswer, error) {
				switch {
				case request == nil:
					return issuer.OCSPAnswer{DER: ocsp.MalformedRequestErrorResponse}, nil
				case string(request) == "broken":
					return issuer.OCSPAnswer{DER: ocsp.TryLaterErrorResponse}, errors.New("pq: dial db.internal")
				}
				return issuer.OCSPAnswer{DER: append([]byte("of "), request...), ThisUpdate: noon(), NextUpdate: noon().Add(time.Hour)}, nil
			},
			log: o.log, clock: noon,
		}
	})
}

// fetch sends a request with a body and headers.
func fetch(h http.Handler, method, target string, body []byte, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, bytes.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestListsAndCertificatesAreServed(t *testing.T) {
	t.Parallel()
	h, log := published(t, 1000)
	modified := noon().Format(http.TimeFormat)
	for _, row := range []struct {
		name, method, path string
		headers            []string
		status             int
		kind, body         string
		cached             string
	}{
		{"a list", "GET", "/crl/ab12.crl", nil, 200, "application/pkix-crl", "the list", "max-age=15"},
		{"its head", "HEAD", "/crl/ab12.crl", nil, 200, "application/pkix-crl", "", "max-age=15"},
		{"one that the caller has", "GET", "/crl/ab12.crl", []string{"If-None-Match", `"3"`}, 304, "", "", "max-age=15"},
		{"one that the caller had", "GET", "/crl/ab12.crl", []string{"If-None-Match", `"2"`, "If-Modified-Since", modified}, 200, "application/pkix-crl", "the list", "max-age=15"},
		{"one that has not changed since", "GET", "/crl/ab12.crl", []string{"If-Modified-Since", modified}, 304, "", "", "max-age=15"},
		{"one of another authority", "GET", "/crl/ff.crl", nil, 404, "text/plain; charset=utf-8", "There is no list", "no-store"},
		{"one under another name", "GET", "/crl/ab12", nil, 404, "text/plain; charset=utf-8", "There is no list", "no-store"},
		{"one of no key", "GET", "/crl/AB%00.crl", nil, 404, "text/plain; charset=utf-8", "There is no list", "no-store"},
		{"one of an endless key", "GET", "/crl/" + strings.Repeat("a", 5000) + ".crl", nil, 404, "text/plain; charset=utf-8", "There is no list", "no-store"},
		{"one that cannot be read", "GET", "/crl/dead.crl", nil, 503, "text/plain; charset=utf-8", "try again", "no-store"},
		{"no list is changed", "POST", "/crl/ab12.crl", nil, 405, "text/plain; charset=utf-8", "", ""},
		{"a certificate", "GET", "/ca/ab12.cer", nil, 200, "application/pkix-cert", "the certificate", "max-age=3600"},
		{"another authority's", "GET", "/ca/ff.cer", nil, 404, "text/plain; charset=utf-8", "There is no such", "no-store"},
		{"one that cannot be read now", "GET", "/ca/dead.cer", nil, 503, "text/plain; charset=utf-8", "try again", "no-store"},
	} {
		got := fetch(h, row.method, row.path, nil, row.headers...)
		if got.Code != row.status || row.kind != "" && got.Header().Get("Content-Type") != row.kind {
			t.Errorf("%s: %d, %s", row.name, got.Code, got.Header().Get("Content-Type"))
		}
		if body := got.Body.String(); !strings.Contains(body, row.body) || row.body == "" && row.status < 400 && body != "" || strings.Contains(body, "pq:") {
			t.Errorf("%s: %q", row.name, body)
		}
		if cached := got.Header().Get("Cache-Control"); !strings.Contains(cached, row.cached) {
			t.Errorf("%s: it is cached as %q", row.name, cached)
		}
	}
	if got := fetch(h, "GET", "/crl/ab12.crl", nil); got.Header().Get("Last-Modified") != modified || got.Header().Get("Etag") != `"3"` {
		t.Errorf("the list is of %s, %s", got.Header().Get("Last-Modified"), got.Header().Get("Etag"))
	}
	if !strings.Contains(log.String(), "db.internal") {
		t.Error("the log does not tell why nothing could be read")
	}
}

func TestOCSPByHTTP(t *testing.T) {
	t.Parallel()
	h, log := published(t, 1000)
	// Its base64 has //, a plus and padding: fb ff ff fe 3e.
	awkward := []byte("\xfb\xff\xff\xfe\x3e")
	text := base64.StdEncoding.EncodeToString(awkward)
	if !strings.Contains(text, "//") || !strings.Contains(text, "+") || !strings.Contains(text, "=") {
		t.Fatalf("%s is an easy one", text)
	}
	malformed, later := string(ocsp.MalformedRequestErrorResponse), string(ocsp.TryLaterErrorResponse)
	for _, row := range []struct {
		name, method, path string
		body               []byte
		want, cached       string
	}{
		{"by POST", "POST", "/ocsp", awkward, "of " + string(awkward), "max-age=60"},
		{"by POST, as long as may be", "POST", "/ocsp", bytes.Repeat([]byte("a"), maxOCSPRequest), "of aaa", "max-age=60"},
		{"by POST, longer", "POST", "/ocsp", bytes.Repeat([]byte("a"), maxOCSPRequest+1), malformed, "no-store"},
		{"by GET", "GET", "/ocsp/" + text, nil, "of " + string(awkward), "max-age=60"},
		{"by GET, escaped", "GET", "/ocsp/" + strings.NewReplacer("/", "%2F", "+", "%2B", "=", "%3D").Replace(text), nil, "of " + string(awkward), "max-age=60"},
		{"by GET, with a space for the plus", "GET", "/ocsp/" + strings.ReplaceAll(text, "+", "%20"), nil, "of " + string(awkward), "max-age=60"},
		{"by GET, without its padding", "GET", "/ocsp/" + strings.TrimRight(text, "="), nil, "of " + string(awkward), "max-age=60"},
		{"by GET, no base64", "GET", "/ocsp/no-request!", nil, malformed, "no-store"},
		{"by GET, too long", "GET", "/ocsp/" + strings.Repeat("AAAA", maxOCSPRequest), nil, malformed, "no-store"},
		{"that cannot be answered", "POST", "/ocsp", []byte("broken"), later, "no-store"},
	} {
		got := fetch(h, row.method, row.path, row.body, "Content-Type", "application/ocsp-request")
		if got.Code != http.StatusOK || got.Header().Get("Content-Type") != "application/ocsp-response" || !strings.HasPrefix(got.Body.String(), row.want) {
			t.Errorf("%s: %d, %s, %x", row.name, got.Code, got.Header().Get("Content-Type"), got.Body)
		}
		if cached := got.Header().Get("Cache-Control"); !strings.Contains(cached, row.cached) {
			t.Errorf("%s: it is cached as %q", row.name, cached)
		}
	}
	got := fetch(h, "GET", "/ocsp/"+text, nil)
	if modified, expires := got.Header().Get("Last-Modified"), got.Header().Get("Expires"); modified != noon().Format(http.TimeFormat) || expires != noon().Add(time.Minute).Format(http.TimeFormat) {
		t.Errorf("the answer is of %s, and expires %s", modified, expires)
	}
	for method, path := range map[string]string{"PUT": "/ocsp", "DELETE": "/ocsp/" + text, "POST": "/ocsp/" + text} {
		if got := fetch(h, method, path, nil); got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") == "" {
			t.Errorf("%s %s: %d", method, path, got.Code)
		}
	}
	if !strings.Contains(log.String(), "db.internal") {
		t.Error("the log does not tell what is broken")
	}
}

// TestWhatIsPublishedHasALimitOfItsOwn: neither do those who ask for it use up the
// calls without a login, nor the other way round.
func TestWhatIsPublishedHasALimitOfItsOwn(t *testing.T) {
	t.Parallel()
	h, _ := published(t, 3)
	paths := []string{"/crl/ab12.crl", "/ca/ab12.cer", "/ocsp/YQ=="}
	for n := range 5 {
		got := from(h, "203.0.113.9:1", "GET", paths[n%3])
		if n < 3 && got.Code != 200 || n >= 3 && (got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") == "") {
			t.Errorf("request %d: %d", n+1, got.Code)
		}
	}
	if got := from(h, "203.0.113.9:1", "POST", "/graphql"); got.Code != 200 {
		t.Errorf("a call without a login: %d", got.Code)
	}
	if got := from(h, "203.0.113.10:1", "GET", paths[0]); got.Code != 200 {
		t.Errorf("from another address: %d", got.Code)
	}
}

func TestWhereWhatIsPublishedIsReached(t *testing.T) {
	t.Parallel()
	ca := keptCA(t)
	key := []string{"GATEHOUSE_CA_KEY_FILE=" + ca + "/issuing.key", "GATEHOUSE_CA_CHAIN=" + ca + "/chain.pem"}
	for _, row := range []struct {
		name    string
		environ []string
		want    string
		wrong   bool
	}{
		{"nowhere", nil, "", false},
		{"where people reach the server", []string{"GATEHOUSE_PUBLIC_URL=https://pki.example.com"}, "https://pki.example.com", false},
		{"at an address of its own", []string{"GATEHOUSE_PUBLIC_URL=https://pki.example.com", "GATEHOUSE_REVOCATION_URL=http://crl.example.com/pki"}, "http://crl.example.com/pki", false},
		{"no address", []string{"GATEHOUSE_REVOCATION_URL=crl.example.com"}, "", true},
		{"by another protocol", []string{"GATEHOUSE_REVOCATION_URL=ldap://crl.example.com"}, "", true},
		{"with a password", []string{"GATEHOUSE_REVOCATION_URL=http://a:b@crl.example.com"}, "", true},
		{"with a query", []string{"GATEHOUSE_REVOCATION_URL=http://crl.example.com/?a"}, "", true},
		{"with what a certificate cannot hold", []string{"GATEHOUSE_REVOCATION_URL=http://crl.exämple.com"}, "", true},
	} {
		c, err := settled(t, append(row.environ, key...))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.revocationURL(); (err != nil) != row.wrong || err != nil && !strings.Contains(fmt.Sprint(err), "GATEHOUSE_REVOCATION_URL") {
			t.Errorf("%s: %v", row.name, err)
		}
		if row.wrong {
			continue
		}
		a, err := c.authorities(noon())
		if err != nil {
			t.Fatal(err)
		}
		if a.private.SaysWhere() != (row.want != "") || c.publishedAt() != row.want {
			t.Errorf("%s: it is at %q", row.name, c.publishedAt())
		}
	}
}
