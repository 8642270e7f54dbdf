package door

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/viewer"
)

// logged is a log that many write to.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// streaming is a server of the test schema that streams.
type streaming struct {
	*httptest.Server
	door *Door
	log  *logged
}

// newStreaming serves the test schema to whoever has the token "good", "short" (which
// ends in a moment) or none; every request is req-1.
func newStreaming(t testing.TB, change func(*Options)) streaming {
	t.Helper()
	log := &logged{}
	authenticate := func(ctx context.Context, authorization string) (context.Context, error) {
		v := viewer.Viewer{Kind: viewer.User, Issuer: "test", Subject: strings.TrimPrefix(authorization, "Bearer ")}
		switch v.Subject {
		case "":
			return ctx, nil
		case "short":
			v.Until = time.Now().Add(100 * time.Millisecond)
		case "good", "other":
		case "busy":
			return nil, &Refusal{Code: RateLimited, Message: "Your network address calls too often.", RetryAfter: 7}
		default:
			return nil, &Refusal{Code: "UNAUTHENTICATED", Message: "The token is not valid."}
		}
		return viewer.With(ctx, v), nil
	}
	o := Options{
		Schema: newSchema(t), Limits: DefaultLimits(), Log: slog.New(slog.NewTextHandler(log, nil)),
		Present: func(_ context.Context, err error) *gqlerror.Error { return gqlerror.WrapIfUnwrapped(err) },
		Streams: &Streams{
			Authenticate: authenticate, Origin: func(origin string) bool { return origin == "https://app.example.com" }, Now: time.Now,
			PerConnection: 3, PerCaller: 50, PerCallerSubscriptions: 100, PerServer: 100,
			Times: Times{Init: 5 * time.Second, Write: 5 * time.Second, Alive: 20 * time.Millisecond, Peer: 5 * time.Second, Parting: time.Second, Lingering: time.Minute},
		},
	}
	if change != nil {
		change(&o)
	}
	d, err := New(o)
	if err != nil {
		t.Fatalf("make the door: %v", err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := viewer.WithRequest(r.Context(), viewer.Request{ID: "req-1", Address: "192.0.2.1"})
		if header := r.Header.Get("Authorization"); header != "" {
			if ctx, err = authenticate(ctx, header); err != nil {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
		}
		d.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(func() {
		d.Stop()
		d.Wait(context.Background())
		server.Close()
	})
	return streaming{server, d, log}
}

// request is a body that asks for a document.
func requestOf(query string) string { return fmt.Sprintf(`{"query":%q}`, query) }

func TestStreamsNeedToKnowWhoConnects(t *testing.T) {
	t.Parallel()
	o := Options{Schema: newSchema(t), Log: slog.New(slog.DiscardHandler), Present: func(context.Context, error) *gqlerror.Error { return nil }, Streams: &Streams{PerCaller: 1, PerCallerSubscriptions: 1, PerConnection: 1, PerServer: 1}}
	if _, err := New(o); err == nil {
		t.Error("a door streams to who knows whom")
	}
}
