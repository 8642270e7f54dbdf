package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// limited is the handler with room for so many calls a minute, and how often the
// API and the pages were reached.
func limited(t *testing.T, perMinute int, clock func() time.Time, change func(*httpOptions)) (h http.Handler, reached *atomic.Int64) {
	t.Helper()
	reached = &atomic.Int64{}
	limit, err := newAnonymousLimit(perMinute, clock)
	if err != nil {
		t.Fatal(err)
	}
	count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	h, _ = testHTTP(t, func(o *httpOptions) {
		o.graphql, o.pages, o.anonymous = count, count, limit
		if change != nil {
			change(o)
		}
	})
	return h, reached
}

// from sends a request from an address.
func from(h http.Handler, address, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(`{}`))
	r.RemoteAddr = address
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestABurstWithoutALoginIsRefused(t *testing.T) {
	t.Parallel()
	now := noon()
	h, reached := limited(t, 5, func() time.Time { return now }, nil)
	var wait sync.WaitGroup
	var refused atomic.Int64
	for range 200 {
		wait.Go(func() {
			if from(h, "203.0.113.9:1", "POST", "/graphql").Code == http.StatusTooManyRequests {
				refused.Add(1)
			}
		})
	}
	wait.Wait()
	if reached.Load() != 5 || refused.Load() != 195 {
		t.Fatalf("%d calls reached the API and %d were refused, want 5 and 195", reached.Load(), refused.Load())
	}

	w := from(h, "203.0.113.9:2", "POST", "/graphql", "X-Request-Id", "req-1", "Origin", "http://localhost:3000")
	if code, id := onlyError(t, w); code != "RATE_LIMITED" || id != "req-1" {
		t.Errorf("code %s and request id %s", code, id)
	}
	if got := w.Header().Get("Retry-After"); got != "12" {
		t.Errorf("Retry-After is %q, want a fifth of a minute", got)
	}
	if !strings.Contains(w.Body.String(), `"retryAfter":12`) {
		t.Errorf("extensions.retryAfter is not 12: %s", w.Body)
	}
	if !strings.Contains(w.Body.String(), "5 calls a minute") || !strings.Contains(w.Body.String(), "in 12 seconds") {
		t.Errorf("it does not say the limit and when again: %s", w.Body)
	}
	if !strings.Contains(w.Header().Get("Access-Control-Expose-Headers"), "Retry-After") {
		t.Error("a page of another origin cannot read when to come again")
	}

	now = now.Add(11 * time.Second)
	if w := from(h, "203.0.113.9:3", "POST", "/graphql"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" {
		t.Errorf("a second too early: %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	now = now.Add(time.Second)
	if w := from(h, "203.0.113.9:4", "POST", "/graphql"); w.Code != http.StatusOK {
		t.Errorf("after Retry-After: %d", w.Code)
	}
	if w := from(h, "203.0.113.9:5", "POST", "/graphql"); w.Code != http.StatusTooManyRequests {
		t.Errorf("and one more: %d", w.Code)
	}
}

func TestWhomTheLimitCounts(t *testing.T) {
	t.Parallel()
	const attacker = "203.0.113.9:1"
	behind := func(o *httpOptions) { o.proxies, _ = readProxies([]string{"10.0.0.1"}) }
	for _, row := range []struct {
		name    string
		change  func(*httpOptions)
		address string // who has used the limit up
		forward string
		caller  string // who calls then
		says    []string
		want    int
	}{
		{"the same address", nil, attacker, "", "203.0.113.9:2", nil, 429},
		{"another", nil, attacker, "", "203.0.113.10:1", nil, 200},
		{"the same with a token", nil, attacker, "", attacker, []string{"Authorization", "Bearer x"}, 200},
		{"the same with a forged header", nil, attacker, "", attacker, []string{"X-Forwarded-For", "198.51.100.1"}, 429},
		{"the same with a forged header, where proxies are trusted", behind, attacker, "", attacker, []string{"X-Forwarded-For", "198.51.100.1"}, 429},
		{"another behind our proxy", behind, "10.0.0.1:1", "198.51.100.1", "10.0.0.1:2", []string{"X-Forwarded-For", "198.51.100.2"}, 200},
		{"the same behind our proxy", behind, "10.0.0.1:1", "198.51.100.1", "10.0.0.1:2", []string{"X-Forwarded-For", "198.51.100.1"}, 429},
		{"the same behind our proxy with a forged address before", behind, "10.0.0.1:1", "198.51.100.1", "10.0.0.1:2", []string{"X-Forwarded-For", "1.1.1.1, 198.51.100.1"}, 429},
		{"a neighbour in the same /64", nil, "[2001:db8::1]:1", "", "[2001:db8::2]:1", nil, 429},
		{"another /64", nil, "[2001:db8::1]:1", "", "[2001:db8:0:1::1]:1", nil, 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			h, _ := limited(t, 2, noon, row.change)
			for range 3 {
				from(h, row.address, "POST", "/graphql", "X-Forwarded-For", row.forward)
			}
			if w := from(h, row.caller, "POST", "/graphql", row.says...); w.Code != row.want {
				t.Errorf("answers %d, want %d", w.Code, row.want)
			}
		})
	}
}

func TestWhatTheLimitStandsBefore(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		method, path string
		limited      bool
	}{
		{"POST", "/graphql", true},
		{"POST", "/request/prof_1", true},
		{"POST", "/confirm", true},
		{"POST", "/confirm/asked", true},
		{"GET", "/request/prof_1/form", true},
		{"GET", "/request/prof_1", false},
		{"GET", "/enroll", false},
		{"GET", "/pickup", false},
		{"GET", "/confirm", false},
		{"GET", "/enrollment/x/page.js", false},
		{"GET", "/healthz", false},
		{"GET", "/readyz", false},
	} {
		t.Run(row.method+" "+row.path, func(t *testing.T) {
			t.Parallel()
			h, _ := limited(t, 1, noon, nil)
			from(h, "203.0.113.9:1", "POST", "/graphql")
			w := from(h, "203.0.113.9:1", row.method, row.path)
			if (w.Code == http.StatusTooManyRequests) != row.limited {
				t.Errorf("answers %d", w.Code)
			}
			if !row.limited || row.path == "/graphql" {
				return
			}
			var told struct{ Code, Message string }
			if err := json.Unmarshal(w.Body.Bytes(), &told); err != nil || told.Code != "RATE_LIMITED" || !strings.Contains(told.Message, "try again in 60 seconds") {
				t.Errorf("the page is told %s", w.Body)
			}
		})
	}
}

// TestTheLimitsMemory shows that addresses without number take memory with a bound.
func TestTheLimitsMemory(t *testing.T) {
	t.Parallel()
	limit, err := newAnonymousLimit(1, noon)
	if err != nil {
		t.Fatal(err)
	}
	for n := range anonymousAddresses + 1000 {
		if limit.wait(fmt.Sprintf("2001:db8:%x:%x::1", n>>16, n&0xffff)) != 0 {
			t.Fatalf("address %d is limited by others", n)
		}
	}
	if limit.callers.Len() != anonymousAddresses {
		t.Errorf("it remembers %d addresses, want %d", limit.callers.Len(), anonymousAddresses)
	}
}
