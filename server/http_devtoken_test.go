package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
)

func TestDevToken(t *testing.T) {
	t.Parallel()
	const good = `{"subject":"ada","name":"Ada Byrne","email":"ada@example.com","roles":["APPROVER","VIEWER"],"businessUnits":["finance"]}`
	for _, row := range []struct {
		name, host, origin, contentType, body string
		status                                int
		code                                  string
	}{
		{"from a program", "127.0.0.1:8080", "", "application/json", good, 200, ""},
		{"from our page", "localhost:8080", "http://localhost:8080", "application/json", good, 200, ""},
		{"from a frontend on another port", "[::1]:8080", "http://127.0.0.1:5173", "application/json; charset=utf-8", good, 200, ""},
		{"through a stranger's name for this machine", "rebound.example:8080", "", "application/json", good, 403, "FORBIDDEN"},
		{"from a stranger's page", "127.0.0.1:8080", "https://evil.example", "application/json", good, 403, "FORBIDDEN"},
		{"from a page without an origin", "127.0.0.1:8080", "null", "application/json", good, 403, "FORBIDDEN"},
		{"by a form", "127.0.0.1:8080", "", "application/x-www-form-urlencoded", good, 415, "BAD_USER_INPUT"},
		{"without a type", "127.0.0.1:8080", "", "", good, 415, "BAD_USER_INPUT"},
		{"without a subject", "127.0.0.1:8080", "", "application/json", `{"roles":["ADMIN"]}`, 400, "BAD_USER_INPUT"},
		{"with an unknown role", "127.0.0.1:8080", "", "application/json", `{"subject":"ada","roles":["ROOT"]}`, 400, "BAD_USER_INPUT"},
		{"with an unknown member", "127.0.0.1:8080", "", "application/json", `{"subject":"ada","role":"ADMIN"}`, 400, "BAD_USER_INPUT"},
		{"with broken JSON", "127.0.0.1:8080", "", "application/json", `{`, 400, "BAD_USER_INPUT"},
		{"with too long a body", "127.0.0.1:8080", "", "application/json", `{"subject":"` + strings.Repeat("a", devTokenBytes) + `"}`, 400, "BAD_USER_INPUT"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var minted []devGrant
			h, _ := testHTTP(t, func(o *httpOptions) {
				o.mint = func(g devGrant) (string, time.Time, error) {
					minted = append(minted, g)
					return "minted", time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), nil
				}
			})
			headers := []string{"Content-Type", row.contentType}
			if row.origin != "" {
				headers = append(headers, "Origin", row.origin)
			}
			w := call(h, "POST", "http://"+row.host+"/dev/token", row.body, headers...)
			if w.Code != row.status {
				t.Fatalf("status %d, want %d: %s", w.Code, row.status, w.Body)
			}
			if row.code != "" {
				if code, _ := onlyError(t, w); code != row.code || len(minted) != 0 {
					t.Errorf("code %s, want %s; minted %v", code, row.code, minted)
				}
				return
			}
			var got map[string]any
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got["token"] != "minted" || got["expiresAt"] != "2026-11-22T10:00:00Z" || got["subject"] != "ada" {
				t.Errorf("got %s", w.Body)
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Error("the token may be stored")
			}
			if len(minted) != 1 {
				t.Fatalf("minted %d tokens", len(minted))
			}
			g := minted[0]
			if g.Subject != "ada" || g.Name != "Ada Byrne" || g.Email != "ada@example.com" || g.TTL != devTokenTTL ||
				!slices.Equal(g.Roles, []lifecycle.Role{lifecycle.Approver, lifecycle.ViewOnly}) || !slices.Equal(g.BusinessUnits, []string{"finance"}) {
				t.Errorf("minted %+v", g)
			}
		})
	}
}

func TestATokenThatCannotBeSignedIsAFault(t *testing.T) {
	t.Parallel()
	h, log := testHTTP(t, func(o *httpOptions) {
		o.mint = func(devGrant) (string, time.Time, error) { return "", time.Time{}, errors.New("the key is gone") }
	})
	w := call(h, "POST", "http://localhost/dev/token", `{"subject":"ada"}`, "Content-Type", "application/json")
	if code, _ := onlyError(t, w); w.Code != http.StatusInternalServerError || code != "INTERNAL" || strings.Contains(w.Body.String(), "key") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "the key is gone") {
		t.Errorf("the log lacks the reason: %s", log)
	}
}
