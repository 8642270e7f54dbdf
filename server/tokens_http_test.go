package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"gatehouse/internal/door"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	key, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	grant := devGrant{Subject: "ada", Roles: []lifecycle.Role{lifecycle.Admin}, BusinessUnits: []string{"*"}, TTL: time.Hour}
	good, _, err := key.mint(grant, noon())
	if err != nil {
		t.Fatal(err)
	}
	expired, _, err := key.mint(grant, noon().Add(-2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	forged, _, err := stranger.mint(grant, noon())
	if err != nil {
		t.Fatal(err)
	}
	v, err := key.verifier(noon)
	if err != nil {
		t.Fatal(err)
	}

	for _, row := range []struct {
		name    string
		headers []string
		status  int
		subject string // of the viewer that the next handler sees; empty is nobody
		logged  string
	}{
		{"no header is nobody", nil, http.StatusOK, "", ""},
		{"a good token", []string{"Bearer " + good}, http.StatusOK, "ada", ""},
		{"the scheme in another case", []string{"bearer  " + good}, http.StatusOK, "ada", ""},
		{"an expired token", []string{"Bearer " + expired}, http.StatusUnauthorized, "", "expired"},
		{"a forged token", []string{"Bearer " + forged}, http.StatusUnauthorized, "", "signature"},
		{"another scheme", []string{"Basic YWRhOmh1bnRlcjI="}, http.StatusUnauthorized, "", "not of the form"},
		{"an empty header", []string{""}, http.StatusUnauthorized, "", "not of the form"},
		{"a scheme without a token", []string{"Bearer "}, http.StatusUnauthorized, "", "not of the form"},
		{"a token without a scheme", []string{good}, http.StatusUnauthorized, "", "not of the form"},
		{"two headers", []string{"Bearer " + good, "Bearer " + good}, http.StatusUnauthorized, "", "more than one"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			reached, subject := false, ""
			handler := callers{v, unhurried(t), newLogger(&log, "info", false)}.authenticate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				who, _ := viewer.From(r.Context())
				reached, subject = true, who.Subject
			}))
			r := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			r = r.WithContext(viewer.WithRequest(r.Context(), viewer.Request{ID: "req-7"}))
			for _, h := range row.headers {
				r.Header.Add("Authorization", h)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != row.status || subject != row.subject || reached != (row.status == http.StatusOK) {
				t.Fatalf("status %d, viewer %q, reached %t", w.Code, subject, reached)
			}
			if row.status != http.StatusOK {
				checkUnauthenticated(t, w)
			}
			if !strings.Contains(log.String(), row.logged) || (row.logged == "") != (log.Len() == 0) {
				t.Errorf("the log does not say %q: %s", row.logged, log.String())
			}
			for _, h := range row.headers {
				if len(h) > 7 && strings.Contains(log.String(), h[7:]) {
					t.Errorf("the log holds the token: %s", log.String())
				}
			}
		})
	}
}

// checkUnauthenticated holds the answer to what every caller gets, whatever was
// wrong: one that differs would tell a forger how far he came.
func checkUnauthenticated(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if got := w.Header().Get("WWW-Authenticate"); got != `Bearer error="invalid_token"` {
		t.Errorf("WWW-Authenticate is %q", got)
	}
	var answer struct {
		Data   any
		Errors []struct {
			Message    string
			Extensions map[string]string
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Errors) != 1 {
		t.Fatalf("not one GraphQL error (%v): %s", err, w.Body)
	}
	problem := answer.Errors[0]
	if problem.Message != "The token is not valid. Sign in again and send a new one." || problem.Extensions["code"] != "UNAUTHENTICATED" || problem.Extensions["requestId"] != "req-7" {
		t.Errorf("got %+v", problem)
	}
}

// Who tries tokens is counted like who shows none; who shows a good one is not, from
// whatever address.
func TestTokensThatAreNoGoodAreCountedByAddress(t *testing.T) {
	t.Parallel()
	key := newRSA(t, 2048)
	v := newTestVerifier(t, tokenSettings{PEM: []string{writeFile(t, "key.pem", publicPEM(t, key.Public()))}})
	limit, err := newAnonymousLimit(3, noon)
	if err != nil {
		t.Fatal(err)
	}
	who := callers{v, limit, newLogger(io.Discard, "error", false)}
	h, _ := testHTTP(t, func(o *httpOptions) { o.authenticate, o.anonymous = who.authenticate, limit })
	good := "Bearer " + sign(t, jwt.SigningMethodRS256, key, goodClaims(nil), nil)
	for n, row := range []struct {
		address, token string
		status         int
	}{
		{"203.0.113.9:1", "Bearer bad", 401}, {"203.0.113.9:1", "Basic x", 401}, {"203.0.113.9:1", "Bearer bad", 401},
		{"203.0.113.9:1", "Bearer bad", 429}, {"203.0.113.9:1", good, 200}, {"203.0.113.8:1", "Bearer bad", 401},
	} {
		w := from(h, row.address, "POST", "/graphql", "Authorization", row.token)
		if w.Code != row.status || (row.status == 429) != (w.Header().Get("Retry-After") == "20") {
			t.Errorf("call %d: %d, Retry-After %q; want %d", n, w.Code, w.Header().Get("Retry-After"), row.status)
		}
	}
	ctx := viewer.WithRequest(t.Context(), viewer.Request{Address: "203.0.113.9"})
	for said, code := range map[string]string{"": "RATE_LIMITED", "Bearer bad": "RATE_LIMITED", good: ""} {
		_, err := who.connected(ctx, said)
		var no *door.Refusal
		if code == "" && err != nil || code != "" && (!errors.As(err, &no) || no.Code != code) {
			t.Errorf("a websocket that says %.10q: %v", said, err)
		}
	}
}

// unhurried is a limit that no test reaches.
func unhurried(t *testing.T) *anonymousLimit {
	t.Helper()
	l, err := newAnonymousLimit(1000, noon)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
