package door

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// events asks for a stream and returns it with its comments left out.
func (s streaming) events(t *testing.T, query string, headers ...string) (*http.Response, string) {
	t.Helper()
	response := s.open(t, query, headers...)
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("the stream was cut off: %v", err)
	}
	return response, comment.ReplaceAllString(string(body), "")
}

func (s streaming) open(t *testing.T, query string, headers ...string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(requestOf(query)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", mediaEvents)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

var comment = regexp.MustCompile(`(?m)^:\n\n`)

const completeEvent = "event: complete\ndata:\n\n"

func nextEvent(payload string) string { return "event: next\ndata: " + payload + "\n\n" }

// free is what an answer tells that costs nothing, and freeMessage what a message of a
// subscription does.
const (
	free        = `,"extensions":{"cost":{"limit":10000,"requested":0}}}`
	freeMessage = `,"extensions":{"cost":{"limit":100,"requested":0}}}`
)

func TestAStreamOfEvents(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	for name, row := range map[string]struct{ query, want string }{
		"a subscription": {"subscription{changed}", nextEvent(`{"data":{"changed":"1"}`+freeMessage) + nextEvent(`{"data":{"changed":"2"}`+freeMessage) + nextEvent(`{"data":{"changed":"3"}`+freeMessage) + completeEvent},
		"a query":        {`{echo(text:"hi")}`, nextEvent(`{"data":{"echo":"hi"}`+free) + completeEvent},
		"a mutation":     {`mutation{__typename}`, nextEvent(`{"data":{"__typename":"Mutation"},"extensions":{"cost":{"limit":10000,"requested":10}}}`) + completeEvent},
		"turned away": {"subscription{nothing}", nextEvent(`{"errors":[{"message":"Cannot query field \"nothing\" on type \"Subscription\".","locations":[{"line":1,"column":14}],"extensions":{"code":"BAD_USER_INPUT","requestId":"req-1"}}]}`) +
			completeEvent},
		"does not begin": {"subscription{forbidden}", nextEvent(`{"errors":[{"message":"You may not look at this.","extensions":{"code":"FORBIDDEN","requestId":"req-1"}}],"data":null`+freeMessage) + completeEvent},
		"ends for a reason": {"subscription{breaks}", nextEvent(`{"data":{"breaks":"1"}`+freeMessage) +
			nextEvent(`{"errors":[{"message":"Read faster.","extensions":{"code":"TOO_SLOW","requestId":"req-1"}}],"data":null}`) + completeEvent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, got := s.events(t, row.query)
			if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" || response.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, headers %v", response.StatusCode, response.Header)
			}
			if got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestWhoAcceptsEventsToo(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	for name, row := range map[string]struct{ query, accept, want string }{
		"a query beside JSON":        {"{__typename}", "application/json, text/event-stream", mediaJSON},
		"a subscription beside JSON": {"subscription{changed}", "application/json, text/event-stream", mediaEvents},
		"a query, events preferred":  {"{__typename}", "application/json;q=0.5, text/event-stream", mediaEvents},
		"a subscription without":     {"subscription{changed}", "*/*", mediaJSON},
		"a bad document beside JSON": {"subscription{", "application/json, text/event-stream", mediaJSON},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, body := s.events(t, row.query, "Accept", row.accept)
			if got := response.Header.Get("Content-Type"); got != row.want+"; charset=utf-8" {
				t.Errorf("answered as %s, want %s: %s", got, row.want, body)
			}
		})
	}
}

func TestAStreamEndsWithItsToken(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	_, got := s.events(t, "subscription{waits}", "Authorization", "Bearer short")
	if !strings.Contains(got, `"code":"UNAUTHENTICATED"`) || !strings.HasSuffix(got, completeEvent) {
		t.Errorf("got %s", got)
	}
}

func TestAStreamEndsWithTheServer(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	response := s.open(t, "subscription{waits}")
	s.door.Stop()
	rest, err := io.ReadAll(response.Body)
	if err != nil || !strings.Contains(string(rest), "The server is stopping.") || !strings.HasSuffix(string(rest), completeEvent) {
		t.Errorf("got %s, %v", rest, err)
	}
	s.door.Wait(t.Context())
	if again := s.open(t, "subscription{waits}"); again.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the stop a stream begins: %d", again.StatusCode)
	}
}

func TestAQuietStreamIsKeptAlive(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	response := s.open(t, "subscription{waits}")
	lines := bufio.NewScanner(response.Body)
	for range 6 { // three comments, each with an empty line
		if !lines.Scan() || (lines.Text() != ":" && lines.Text() != "") {
			t.Fatalf("got %q, %v", lines.Text(), lines.Err())
		}
	}
}

func TestStreamsAreLimited(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.PerCaller, o.Streams.PerServer = 2, 3 })
	for _, row := range []struct {
		token  string
		status int
	}{{"good", 200}, {"good", 200}, {"good", 429}, {"other", 200}, {"other", 503}} {
		if got := s.open(t, "subscription{waits}", "Authorization", "Bearer "+row.token); got.StatusCode != row.status {
			t.Errorf("a stream of %s: %d, want %d", row.token, got.StatusCode, row.status)
		}
	}
}

// A reader who takes nothing is cut off; what waits for it is bounded by the kernel's
// buffers, and nothing of it stays.
func TestASlowReaderOfEventsIsCutOff(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.Times.Write = 200 * time.Millisecond })
	_ = s.open(t, "subscription{floods}")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for s.streamsOpen() > 0 {
		select {
		case <-ctx.Done():
			t.Fatal("it still waits for its reader")
		case <-time.After(10 * time.Millisecond):
		}
	}
	if !strings.Contains(s.log.String(), "slow reader") {
		t.Errorf("nobody is told: %s", s.log)
	}
}

func (s streaming) streamsOpen() int {
	s.door.streams.mu.Lock()
	defer s.door.streams.mu.Unlock()
	return len(s.door.streams.open)
}
