package client_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/client"
)

// TestWhatIsNoAnswer: each in one sentence that says what to do, and without the token.
func TestWhatIsNoAnswer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer  http.HandlerFunc
		says    []string
		code    string
		passing bool
	}{
		"a page":            {page(200, "text/html", "<html>"), []string{"is no Gatehouse (HTTP 200, text/html)", "set GATEHOUSE_URL"}, "", false},
		"nothing there":     {page(404, "text/plain", "404 page not found"), []string{"is no Gatehouse (HTTP 404, text/plain)"}, "", false},
		"another's JSON":    {page(200, "application/json", `{"ok":true}`), []string{"is no Gatehouse"}, "", false},
		"broken JSON":       {page(200, "application/json", `{"data":`), []string{"is no Gatehouse"}, "", false},
		"a redirect":        {sendOn, []string{`sends the request on to "https://elsewhere.example.org/"`, "set GATEHOUSE_URL"}, "", false},
		"a proxy":           {page(502, "text/html", "<html>"), []string{"in front of the Gatehouse", "HTTP 502"}, "", true},
		"an expired token":  {coded(401, "UNAUTHENTICATED"), []string{"does not accept the token: it has expired", "make token", "GATEHOUSE_TOKEN"}, "UNAUTHENTICATED", false},
		"no permission":     {coded(200, "FORBIDDEN"), []string{"The server's sentence"}, "FORBIDDEN", false},
		"no database":       {coded(200, "UNAVAILABLE"), []string{"The server's sentence"}, "UNAVAILABLE", true},
		"an unknown commit": {coded(200, "OUTCOME_UNKNOWN"), []string{"The server's sentence"}, "OUTCOME_UNKNOWN", true},
		"too many":          {coded(429, "RATE_LIMITED"), []string{"The server's sentence"}, "RATE_LIMITED", true},
		"a fault":           {coded(500, "INTERNAL"), []string{"The server's sentence"}, "INTERNAL", false},
		"another form":      {page(200, "application/json", `{"data":{"who":{"is":1}}}`), []string{"another form", "server's version"}, "", false},
		"cut off":           {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []string{"No Gatehouse answers at", "make run", "GATEHOUSE_URL"}, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(test.answer)
			defer server.Close()
			err := asked(t, server.URL)
			var failed *client.Failure
			if !errors.As(err, &failed) || failed.Passing != test.passing || failed.Code != test.code {
				t.Fatalf("got %#v", err)
			}
			for _, says := range test.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
			if strings.Contains(err.Error(), "a-token") || strings.HasSuffix(err.Error(), ".") {
				t.Errorf("%q", err)
			}
		})
	}
}

// asked asks once and returns the error.
func asked(t *testing.T, address string) error {
	t.Helper()
	c, err := client.New(address, "a-token", client.Patience{})
	if err != nil {
		t.Fatal(err)
	}
	var data struct{ Who string }
	return c.Ask(t.Context(), "{ who }", nil, &data)
}

func page(status int, media, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	}
}

func coded(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { told(w, status, code, "The server's sentence.") }
}

func sendOn(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "https://elsewhere.example.org/", http.StatusFound)
}

func TestNobodyThereAndNobodyTrusted(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(nil)
	gone.Close()
	untrusted := httptest.NewUnstartedServer(coded(200, "INTERNAL"))
	untrusted.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // it is told of the handshake too
	untrusted.StartTLS()
	defer untrusted.Close()
	for address, want := range map[string]struct {
		says    string
		passing bool
	}{gone.URL: {"connection refused", true}, untrusted.URL: {"is not trusted by this machine", false}} {
		err := asked(t, address)
		var failed *client.Failure
		if !errors.As(err, &failed) || failed.Passing != want.passing || !strings.Contains(err.Error(), want.says) || strings.Count(err.Error(), address) != 1 {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTheAddressIsCompleted(t *testing.T) {
	t.Parallel()
	var paths []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		answer(w, map[string]any{"who": "ada"})
	}))
	defer server.Close()
	for _, end := range []string{"", "/", "/graphql", "/graphql/", "/pki", "/pki/graphql?x=1"} {
		if err := asked(t, server.URL+end); err != nil {
			t.Errorf("%s: %v", end, err)
		}
	}
	if got := strings.Join(paths, " "); got != "/graphql /graphql /graphql /graphql /pki/graphql /pki/graphql" {
		t.Errorf("asked at %s", got)
	}
	for _, address := range []string{"", "here", "http://", "http://%zz"} {
		if _, err := client.New(address, "a-token", client.Patience{}); err == nil || !strings.Contains(err.Error(), "looks like http://127.0.0.1:8080") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestWhoGoesAwayIsNotToldOfTheServer(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := f.client().Insist(ctx, ctx, func(error, time.Duration) {}, "{ viewer { businessUnits { key } } }", nil, &struct{}{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestUnitsAreFoundByKeyAndById(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	units, err := f.client().Units(t.Context(), []string{berlin.ID, "berlin"})
	if err != nil || len(units) != 2 || units[0] != berlin || units[1] != berlin {
		t.Errorf("%v, %v", units, err)
	}
	_, err = f.client().Units(t.Context(), []string{"berln"})
	if err == nil || err.Error() != `there is no business unit "berln" for your token; the nearest that it sees are berlin, paris` {
		t.Errorf("got %v", err)
	}
}
