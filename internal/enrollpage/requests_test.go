package enrollpage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// memory answers the request page, and remembers what it was asked.
type memory struct {
	form   *inventory.OpenForm
	before bool
	no     *refusal.Refusal
	err    error

	shown *inventory.OpenAsked

	asked *inventory.OpenRequestInput
	token *string
}

func (m *memory) OpenForm(_ context.Context, _ id.ID) (*inventory.OpenForm, error) {
	return m.form, m.err
}

func (m *memory) RequestOpenly(_ context.Context, in inventory.OpenRequestInput) (*refusal.Refusal, error) {
	m.asked = &in
	return m.no, m.err
}

func (m *memory) OpenAsked(_ context.Context, token string) (*inventory.OpenAsked, error) {
	m.token = &token
	return m.shown, m.err
}

func (m *memory) ConfirmRequest(_ context.Context, token string) (bool, *refusal.Refusal, error) {
	m.token = &token
	return m.before, m.no, m.err
}

// posted is a request of the page.
type posted struct {
	method, path, body string
	header             map[string]string
}

// calls sends a request to the pages over a memory.
func calls(t *testing.T, m *memory, p posted) (*httptest.ResponseRecorder, string) {
	t.Helper()
	var log bytes.Buffer
	pages, err := New(Options{Requests: m, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(viewer.WithRequest(t.Context(), viewer.Request{ID: "req-7"}), p.method, "https://gatehouse.example.com"+p.path, strings.NewReader(p.body))
	if p.method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range p.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	pages.ServeHTTP(w, r)
	return w, log.String()
}

func TestTheFormOfARequestPage(t *testing.T) {
	t.Parallel()
	profile := id.New(id.Profile).String()
	open := &memory{form: &inventory.OpenForm{ProfileName: "Staff", BusinessUnitName: "Research", SeatType: lifecycle.User, EnrollmentMethod: lifecycle.BrowserPKCS12,
		AllowedKeys: []lifecycle.KeyKind{}, AllowedSans: []lifecycle.SANKind{lifecycle.SANEmail}, NamesTyped: true}}
	w, _ := calls(t, open, posted{method: "GET", path: "/request/" + profile + "/form"})
	want := `{"allowedKeys":[],"allowedSans":["EMAIL"],"businessUnitName":"Research","enrollmentMethod":"BROWSER_PKCS12","namesTyped":true,"profileName":"Staff","seatType":"USER"}`
	if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || got != want || w.Header().Get("Content-Type") != "application/json; charset=utf-8" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s %v", w.Code, got, w.Header())
	}
	for name, path := range map[string]string{"a profile that takes none": profile, "another kind of id": id.New(id.Seat).String(), "no id": "x"} {
		w, _ := calls(t, &memory{}, posted{method: "GET", path: "/request/" + path + "/form"})
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"code":"NOT_FOUND"`) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

func TestWhatThePagePostsIsAsked(t *testing.T) {
	t.Parallel()
	profile := id.New(id.Profile)
	m := &memory{}
	w, _ := calls(t, m, posted{method: "POST", path: "/request/" + profile.String(), header: map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json; charset=utf-8"},
		body: `{"seatId":"ada","name":"Ada","email":"ada@example.org","comment":"","csr":"","names":[{"kind":"EMAIL","value":"ada@example.org"}]}`})
	in := m.asked
	if w.Code != http.StatusAccepted || strings.TrimSpace(w.Body.String()) != "{}" || in == nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if in.Profile != profile || in.SeatID != "ada" || *in.Name != "Ada" || *in.Email != "ada@example.org" || in.Comment != nil || in.Csr != nil || len(in.Names) != 1 ||
		*in.Names[0] != (inventory.RequestedName{Kind: lifecycle.SANEmail, Value: "ada@example.org"}) {
		t.Errorf("asked was %+v", in)
	}
	for _, before := range []bool{false, true} {
		m := &memory{before: before}
		w, _ := calls(t, m, posted{method: "POST", path: "/confirm", body: `{"token":"abc"}`})
		if w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != fmt.Sprintf(`{"confirmedBefore":%t}`, before) || *m.token != "abc" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

// TestWhatALinkConfirmsIsShown before anybody presses the button.
func TestWhatALinkConfirmsIsShown(t *testing.T) {
	t.Parallel()
	m := &memory{shown: &inventory.OpenAsked{ProfileName: "Staff", BusinessUnitName: "Research", SeatType: lifecycle.User, SeatID: "ada", Name: "Ada", Comment: "please",
		Names: []string{"CN=ada"}, KeySHA256: "00ff", ExpiresAt: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}}
	w, _ := calls(t, m, posted{method: "POST", path: "/confirm/asked", body: `{"token":"abc"}`})
	want := `{"businessUnitName":"Research","comment":"please","confirmed":false,"expiresAt":"2026-11-23T09:00:00Z","keySha256":"00ff","name":"Ada","names":["CN=ada"],"profileName":"Staff","seatId":"ada","seatType":"USER"}`
	if got := strings.TrimSpace(w.Body.String()); w.Code != http.StatusOK || got != want || *m.token != "abc" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %s", w.Code, got)
	}
	w, _ = calls(t, &memory{}, posted{method: "POST", path: "/confirm/asked", body: `{"token":"abc"}`})
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `"code":"NOT_FOUND"`) {
		t.Errorf("of no link: %d %s", w.Code, w.Body)
	}
}

// TestWhatIsNotThePagesIsRefused before anybody is asked.
func TestWhatIsNotThePagesIsRefused(t *testing.T) {
	t.Parallel()
	paths := []string{"/request/" + id.New(id.Profile).String(), "/confirm", "/confirm/asked"}
	for _, test := range []struct {
		name   string
		body   string
		header map[string]string
		want   int
	}{
		{"another site's page", `{}`, map[string]string{"Sec-Fetch-Site": "cross-site"}, http.StatusForbidden},
		{"another site's page in an old browser", `{}`, map[string]string{"Origin": "https://evil.example.com"}, http.StatusForbidden},
		{"a form", "token=abc", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, http.StatusUnsupportedMediaType},
		{"plain text", `{}`, map[string]string{"Content-Type": "text/plain"}, http.StatusUnsupportedMediaType},
		{"no media type", `{}`, map[string]string{"Content-Type": ""}, http.StatusUnsupportedMediaType},
		{"no JSON", `hello`, nil, http.StatusBadRequest},
		{"nothing", ``, nil, http.StatusBadRequest},
		{"two objects", `{}{}`, nil, http.StatusBadRequest},
		{"a field that there is not", `{"admin":true}`, nil, http.StatusBadRequest},
		{"a list", `[]`, nil, http.StatusBadRequest},
		{"65 KiB", `{"token":"` + strings.Repeat("x", 65<<10) + `"}`, nil, http.StatusRequestEntityTooLarge},
		{"spaces behind it, without end", `{}` + strings.Repeat(" ", 65<<10), nil, http.StatusRequestEntityTooLarge},
	} {
		for _, path := range paths {
			if strings.Contains(test.body, "token") && test.want == http.StatusRequestEntityTooLarge && !strings.HasPrefix(path, "/confirm") {
				continue
			}
			m := &memory{}
			w, _ := calls(t, m, posted{method: "POST", path: path, body: test.body, header: test.header})
			if w.Code != test.want || m.asked != nil || m.token != nil || !strings.Contains(w.Body.String(), `"message":"`) {
				t.Errorf("%s to %s: %d %s", test.name, path, w.Code, w.Body)
			}
		}
	}
	for _, path := range paths {
		if w, _ := calls(t, &memory{}, posted{method: "PUT", path: path}); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("PUT %s: %d", path, w.Code)
		}
	}
	w, _ := calls(t, &memory{}, posted{method: "POST", path: "/confirm", body: `{}`, header: map[string]string{"Origin": "https://gatehouse.example.com"}})
	if w.Code != http.StatusOK {
		t.Errorf("the page's own origin: %d %s", w.Code, w.Body)
	}
}

func TestHowARefusalIsAnswered(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		no   *refusal.Refusal
		want int
		body string
	}{
		{refusal.New(refusal.Invalid, "No.").At("names", "0", "value"), http.StatusUnprocessableEntity, `{"code":"INVALID","message":"No.","field":["names","0","value"]}`},
		{refusal.New(refusal.KeyNotAllowed, "No.").At("csr"), http.StatusUnprocessableEntity, `{"code":"KEY_NOT_ALLOWED","message":"No.","field":["csr"]}`},
		{refusal.New(refusal.ActiveEnrollmentExists, "No."), http.StatusConflict, `{"code":"ACTIVE_ENROLLMENT_EXISTS","message":"No."}`},
		{refusal.New(refusal.ProfileArchived, "No.").At("profileId"), http.StatusConflict, `{"code":"PROFILE_ARCHIVED","message":"No.","field":["profileId"]}`},
		{refusal.New(refusal.NotFound, "No.").At("token"), http.StatusNotFound, `{"code":"NOT_FOUND","message":"No.","field":["token"]}`},
	} {
		w, log := calls(t, &memory{no: test.no}, posted{method: "POST", path: "/confirm", body: `{"token":"abc"}`})
		if w.Code != test.want || strings.TrimSpace(w.Body.String()) != test.body || log != "" {
			t.Errorf("%s: %d %s, logged %q", test.no.Code, w.Code, w.Body, log)
		}
	}
	w, _ := calls(t, &memory{no: refusal.New(refusal.NotFound, "No.").At("profileId")}, posted{method: "POST", path: "/request/" + id.New(id.Profile).String(), body: `{}`})
	if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "profileId") {
		t.Errorf("no such page: %d %s", w.Code, w.Body)
	}
}

func TestAFaultIsLoggedAndNotShown(t *testing.T) {
	t.Parallel()
	profile := "/request/" + id.New(id.Profile).String()
	for _, p := range []posted{{method: "GET", path: profile + "/form"}, {method: "POST", path: profile, body: `{}`}, {method: "POST", path: "/confirm", body: `{"token":"the-secret"}`}, {method: "POST", path: "/confirm/asked", body: `{"token":"the-secret"}`}} {
		for err, want := range map[error]int{
			errors.New("pq: the cause"):                               http.StatusInternalServerError,
			fmt.Errorf("the cause: %w", fault.Unavailable):            http.StatusServiceUnavailable,
			fmt.Errorf("commit: the cause: %w", fault.OutcomeUnknown): http.StatusServiceUnavailable,
		} {
			w, log := calls(t, &memory{err: err}, p)
			if w.Code != want || strings.Contains(w.Body.String(), "cause") || !strings.Contains(w.Body.String(), `"requestId":"req-7"`) {
				t.Errorf("%s %s: %d %s", p.method, p.path, w.Code, w.Body)
			}
			if !strings.Contains(log, "the cause") || !strings.Contains(log, "req-7") || strings.Contains(log, "the-secret") || strings.Contains(log, profile) {
				t.Errorf("%s %s: logged %q", p.method, p.path, log)
			}
		}
	}
}
