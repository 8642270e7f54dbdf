package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/viewer"
)

// testHTTP is the handler over an API that says which request it got, with
// everything of dev switched on unless change says otherwise.
func testHTTP(t *testing.T, change func(*httpOptions)) (http.Handler, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	o := httpOptions{
		graphql: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			request := viewer.RequestFrom(r.Context())
			_, _ = io.WriteString(w, request.ID+" "+request.Address)
		}),
		authenticate: func(next http.Handler) http.Handler { return next },
		schema:       "type Query { viewer: String }",
		ready:        func(context.Context) error { return nil },
		graphiql:     http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the page") }),
		mint: func(devGrant) (string, time.Time, error) {
			return "minted", time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), nil
		},
		pages:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "a page: "+r.URL.Path) }),
		mailbox: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "the mailbox") }),
		challenge: func(_ context.Context, token string) (string, bool, error) {
			if token == "broken" {
				return "", false, errors.New("pq: dial db.internal")
			}
			return token + ".thumbprint", token == "known", nil
		},
		crossOrigin: crossOrigin{loopback: true},
		log:         slog.New(slog.NewTextHandler(log, nil)),
		clock:       func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) },
	}
	var err error
	if o.anonymous, err = newAnonymousLimit(1000, o.clock); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&o)
	}
	return newHandler(o), log
}

// inProduction takes away what exists in dev only.
func inProduction(o *httpOptions) {
	o.mint, o.graphiql, o.mailbox, o.challenge, o.crossOrigin = nil, nil, nil, nil, crossOrigin{}
}

// call sends a request; headers are given as name, value, name, value.
func call(h http.Handler, method, address, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// onlyError reads the code and the request id of an answer's only error.
func onlyError(t *testing.T, w *httptest.ResponseRecorder) (code, requestID string) {
	t.Helper()
	var got struct {
		Errors []struct {
			Message    string `json:"message"`
			Extensions struct {
				Code      string `json:"code"`
				RequestID string `json:"requestId"`
			} `json:"extensions"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Errors) != 1 || got.Errors[0].Message == "" {
		t.Fatalf("not one error: %s", w.Body)
	}
	return got.Errors[0].Extensions.Code, got.Errors[0].Extensions.RequestID
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, method, path string
		change             func(*httpOptions)
		status             int
		body               string
	}{
		{"the API", "POST", "/graphql", nil, 200, "192.0.2.1"},
		{"the schema", "GET", "/schema.graphqls", nil, 200, "type Query"},
		{"alive", "GET", "/healthz", nil, 200, "alive"},
		{"ready", "GET", "/readyz", nil, 200, "ready"},
		{"not ready", "GET", "/readyz", func(o *httpOptions) {
			o.ready = func(context.Context) error { return errors.New("dial db.internal: refused") }
		}, 503, "not ready\n"},
		{"GraphiQL", "GET", "/", nil, 200, "the page"},
		{"GraphiQL's assets", "GET", "/graphiql/x/page.js", nil, 200, "the page"},
		{"no GraphiQL", "GET", "/", inProduction, 200, "The API is POST /graphql"},
		{"no GraphiQL's assets", "GET", "/graphiql/x/page.js", inProduction, 404, "not found"},
		{"a page of invited people", "GET", "/enroll", nil, 200, "a page: /enroll"},
		{"where a request stands", "GET", "/pickup", nil, 200, "a page: /pickup"},
		{"a file of theirs", "GET", "/enrollment/x/page.js", nil, 200, "a page: /enrollment/x/page.js"},
		{"an open request", "GET", "/request/prof_1", nil, 200, "a page: /request/prof_1"},
		{"its form", "GET", "/request/prof_1/form", nil, 200, "a page: /request/prof_1/form"},
		{"sending it", "POST", "/request/prof_1", nil, 200, "a page: /request/prof_1"},
		{"confirming it", "POST", "/confirm", nil, 200, "a page: /confirm"},
		{"an invitation is not posted to", "POST", "/enroll", nil, 405, "Not Allowed"},
		{"an authority's question", "GET", "/.well-known/acme-challenge/known", nil, 200, "known.thumbprint"},
		{"one that nobody expects", "GET", "/.well-known/acme-challenge/other", nil, 404, "not found"},
		{"one while the database is away", "GET", "/.well-known/acme-challenge/broken", nil, 503, "cannot be read now"},
		{"no such authority", "GET", "/.well-known/acme-challenge/known", inProduction, 404, "not found"},
		{"the mailbox", "GET", "http://localhost/dev/mailbox", nil, 200, "the mailbox"},
		{"its mails", "GET", "http://127.0.0.1:8080/dev/mailbox/messages", nil, 200, "the mailbox"},
		{"its files", "GET", "http://[::1]/dev/mailbox/x/page.js", nil, 200, "the mailbox"},
		{"the mailbox under a name of another's", "GET", "http://rebound.example.com/dev/mailbox/messages", nil, 403, "of this machine only"},
		{"no mailbox in production", "GET", "http://localhost/dev/mailbox", inProduction, 404, "not found"},
		{"anything else", "GET", "/.git/config", nil, 404, "not found"},
		{"a token by GET", "GET", "/dev/token", nil, 405, "Not Allowed"},
		{"a token in production", "POST", "/dev/token", inProduction, 404, "not found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h, _ := testHTTP(t, row.change)
			w := call(h, row.method, row.path, "")
			if w.Code != row.status || !strings.Contains(w.Body.String(), row.body) {
				t.Errorf("got %d %q, want %d with %q", w.Code, w.Body, row.status, row.body)
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"} {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("the policy is %q", w.Header().Get("Content-Security-Policy"))
			}
		})
	}
}

func TestTheReasonForNotBeingReadyIsLoggedOnly(t *testing.T) {
	t.Parallel()
	h, log := testHTTP(t, func(o *httpOptions) {
		o.ready = func(context.Context) error { return errors.New("dial db.internal: refused") }
	})
	w := call(h, "GET", "/readyz", "")
	if strings.Contains(w.Body.String(), "db.internal") || !strings.Contains(log.String(), "db.internal") {
		t.Errorf("answered %q, logged %q", w.Body, log)
	}
}

func TestOnlyTheAPIAsksForALogin(t *testing.T) {
	t.Parallel()
	h, _ := testHTTP(t, func(o *httpOptions) {
		o.authenticate = func(http.Handler) http.Handler { return http.HandlerFunc(unauthenticated) }
	})
	for _, row := range []struct {
		method, path string
		want         int
	}{{"POST", "/graphql", 401}, {"GET", "/schema.graphqls", 200}, {"GET", "/healthz", 200}, {"GET", "/readyz", 200}, {"GET", "/", 200}} {
		if w := call(h, row.method, row.path, ""); w.Code != row.want {
			t.Errorf("%s answers %d, want %d", row.path, w.Code, row.want)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, given string
		kept        bool
	}{
		{"one that fits", "Order-42_a.b", true},
		{"as long as may be", strings.Repeat("a", 64), true},
		{"none", "", false},
		{"too long", strings.Repeat("a", 65), false},
		{"with a blank", "a b", false},
		{"with markup", "<b>", false},
		{"beyond ASCII", "é", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h, log := testHTTP(t, nil)
			w := call(h, "POST", "/graphql", "", "X-Request-Id", row.given)
			id := w.Header().Get("X-Request-Id")
			if (id == row.given) != row.kept || id == "" {
				t.Errorf("the id is %q", id)
			}
			if w.Body.String() != id+" 192.0.2.1" {
				t.Errorf("the context holds %q, want the id %q and the address", w.Body, id)
			}
			if !strings.Contains(log.String(), "requestId="+id) {
				t.Errorf("the log lacks the id %q: %s", id, log)
			}
		})
	}
}

func TestTheAccessLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	h, log := testHTTP(t, nil)
	for _, path := range []string{"/graphql?access_token=secret4711", "/secret4711", "/enroll?token=secret4711", "/request/secret4711", "/.well-known/acme-challenge/secret4711"} {
		call(h, "POST", path, `{"query":"secret4711"}`, "Authorization", "Bearer secret4711")
	}
	if strings.Contains(log.String(), "secret4711") {
		t.Errorf("the log holds the secret: %s", log)
	}
	if !strings.Contains(log.String(), "route=/graphql status=200") {
		t.Errorf("the log does not say what was asked: %s", log)
	}
}

func TestAPanickingHandlerIsAnswered(t *testing.T) {
	t.Parallel()
	h, log := testHTTP(t, func(o *httpOptions) {
		o.graphql = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("pq: secret4711") })
	})
	w := call(h, "POST", "/graphql", "", "X-Request-Id", "req-1")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "4711") {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	if code, id := onlyError(t, w); code != "INTERNAL" || id != "req-1" {
		t.Errorf("code %s and request id %s", code, id)
	}
	if !strings.Contains(log.String(), "secret4711") || !strings.Contains(log.String(), "status=500") {
		t.Errorf("the log lacks the panic: %s", log)
	}
}
