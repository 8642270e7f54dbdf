package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhichOriginsAreLetIn(t *testing.T) {
	t.Parallel()
	production := crossOrigin{origins: []string{"https://app.example.com"}}
	for _, row := range []struct {
		name, origin string
		rule         crossOrigin
		want         bool
	}{
		{"the one named", "https://app.example.com", production, true},
		{"another scheme", "http://app.example.com", production, false},
		{"another port", "https://app.example.com:8443", production, false},
		{"a longer name", "https://app.example.com.evil.example", production, false},
		{"a part of it", "https://example.com", production, false},
		{"null", "null", production, false},
		{"loopback in production", "http://localhost:5173", production, false},
		{"anything by default", "https://app.example.com", crossOrigin{}, false},
		{"no origin by default", "", crossOrigin{}, false},
		{"localhost in dev", "http://localhost:5173", crossOrigin{loopback: true}, true},
		{"IPv4 in dev", "http://127.0.0.1:3000", crossOrigin{loopback: true}, true},
		{"all of IPv4's loopback in dev", "http://127.8.8.8:3000", crossOrigin{loopback: true}, true},
		{"IPv6 in dev", "https://[::1]:3000", crossOrigin{loopback: true}, true},
		{"a name that begins so in dev", "http://localhost.evil.example", crossOrigin{loopback: true}, false},
		{"an address that begins so in dev", "http://127.0.0.1.evil.example", crossOrigin{loopback: true}, false},
		{"a user that looks so in dev", "http://localhost@evil.example", crossOrigin{loopback: true}, false},
		{"the wildcard address in dev", "http://0.0.0.0:3000", crossOrigin{loopback: true}, false},
		{"null in dev", "null", crossOrigin{loopback: true}, false},
		{"a file in dev", "file://localhost", crossOrigin{loopback: true}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := row.rule.allows(row.origin); got != row.want {
				t.Errorf("let in: %v, want %v", got, row.want)
			}
		})
	}
}

// A page on another port asks first, then asks, over a real connection.
func TestAPageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, origin string
		letIn        bool
	}{
		{"one that is let in", "http://localhost:5173", true},
		{"one that is not", "https://evil.example", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h, _ := testHTTP(t, nil)
			server := httptest.NewServer(h)
			t.Cleanup(server.Close)

			preflight := do(t, http.MethodOptions, server.URL+"/graphql", "Origin", row.origin,
				"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
			request := do(t, http.MethodPost, server.URL+"/graphql", "Origin", row.origin, "Content-Type", "application/json")

			wantStatus, wantOrigin := http.StatusForbidden, ""
			if row.letIn {
				wantStatus, wantOrigin = http.StatusNoContent, row.origin
			}
			if preflight.StatusCode != wantStatus {
				t.Errorf("the preflight answers %d, want %d", preflight.StatusCode, wantStatus)
			}
			for _, got := range []*http.Response{preflight, request} {
				if origin := got.Header.Get("Access-Control-Allow-Origin"); origin != wantOrigin {
					t.Errorf("%s lets in %q, want %q", got.Request.Method, origin, wantOrigin)
				}
				if !strings.Contains(strings.Join(got.Header.Values("Vary"), ","), "Origin") {
					t.Errorf("%s may be kept for another origin: Vary is %q", got.Request.Method, got.Header.Values("Vary"))
				}
				if got.Header.Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("%s lets cookies in", got.Request.Method)
				}
			}
			allowed := preflight.Header.Get("Access-Control-Allow-Headers")
			for _, name := range []string{"Authorization", "Content-Type", "X-Request-Id"} {
				if strings.Contains(allowed, name) != row.letIn {
					t.Errorf("allowed headers are %q", allowed)
				}
			}
			if exposed := request.Header.Get("Access-Control-Expose-Headers") == "X-Request-Id, Retry-After, Content-Disposition"; exposed != row.letIn {
				t.Errorf("the request id is readable: %v", exposed)
			}
		})
	}
}

// do sends a request; headers are given as name, value, name, value.
func do(t *testing.T, method, address string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return response
}
