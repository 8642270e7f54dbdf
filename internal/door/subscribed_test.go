package door

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
)

// following is how many subscriptions the server counts, of all callers.
func (s streaming) following() (n int) {
	s.door.streams.mu.Lock()
	defer s.door.streams.mu.Unlock()
	for _, k := range s.door.streams.kept {
		n += k.subscriptions
	}
	return n
}

// nobodyFollows waits until the server counts no subscription, and keeps nothing.
func (s streaming) nobodyFollows(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for s.following() > 0 {
		select {
		case <-ctx.Done():
			t.Fatalf("%d subscriptions are still counted", s.following())
		case <-time.After(time.Millisecond):
		}
	}
	s.door.streams.mu.Lock()
	defer s.door.streams.mu.Unlock()
	if left := s.door.streams.kept; len(left) > 0 {
		t.Errorf("of subscriptions that are over it keeps %v", left)
	}
}

// The limit is a subject's, however many streams the subscriptions are spread over.
func TestSubscriptionsAreLimitedOverAllStreams(t *testing.T) {
	t.Parallel()
	const no = `"message":"You have 3 subscriptions going on; the limit is 3, on all streams together. Complete some, or follow more with one: a filter takes lists.","extensions":{"code":"LIMIT_EXCEEDED"`
	s := newStreaming(t, func(o *Options) { o.Streams.PerCallerSubscriptions = 3 })
	first, second := s.initialised(t, "good"), s.initialised(t, "good")
	first.subscribes("1", "subscription{waits}")
	second.subscribes("1", "subscription{waits}")
	s.open(t, "subscription{waits}", "Authorization", "Bearer good")
	for s.following() < 3 {
		time.Sleep(time.Millisecond)
	}
	second.subscribes("2", "subscription{waits}")
	if _, got, err := second.ReadMessage(); err != nil || !strings.Contains(string(got), `{"type":"error","id":"2","payload":[{`+no) {
		t.Errorf("one too many on a websocket: %s, %v", got, err)
	}
	if _, got := s.events(t, "subscription{waits}", "Authorization", "Bearer good"); !strings.Contains(got, no) || !strings.HasSuffix(got, completeEvent) {
		t.Errorf("one too many as events: %s", got)
	}
	second.subscribes("3", "{__typename}") // is none
	second.hears(`{"type":"next","id":"3","payload":{"data":{"__typename":"Query"}` + free + `}`)
	second.hears(`{"type":"complete","id":"3"}`)
	other := s.initialised(t, "other")
	other.subscribes("1", "subscription{breaks}")
	other.hears(`{"type":"next","id":"1","payload":{"data":{"breaks":"1"}` + freeMessage + `}`)
	first.says(`{"id":"1","type":"complete"}`)
	for s.following() > 2 {
		time.Sleep(time.Millisecond)
	}
	second.subscribes("2", "subscription{breaks}")
	second.hears(`{"type":"next","id":"2","payload":{"data":{"breaks":"1"}` + freeMessage + `}`)
}

// However a subscription ends, it is counted no more.
func TestASubscriptionThatIsOverIsNotCounted(t *testing.T) {
	t.Parallel()
	authorized := []string{"Authorization", "Bearer good"}
	for name, way := range map[string]func(s streaming, t *testing.T){
		"completed by the caller": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{waits}")
			s.oneFollows(t)
			c.says(`{"id":"1","type":"complete"}`)
		},
		"at its end": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{changed}")
			for range 4 {
				if _, _, err := c.ReadMessage(); err != nil {
					t.Fatal(err)
				}
			}
		},
		"for a reason": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{breaks}")
			for range 2 {
				if _, _, err := c.ReadMessage(); err != nil {
					t.Fatal(err)
				}
			}
		},
		"before it begins": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{forbidden}")
			if _, _, err := c.ReadMessage(); err != nil {
				t.Fatal(err)
			}
		},
		"with a panic": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{panics}")
			if _, _, err := c.ReadMessage(); err != nil {
				t.Fatal(err)
			}
		},
		"with its connection": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{waits}")
			s.oneFollows(t)
			c.Close()
		},
		"with a message that is none": func(s streaming, t *testing.T) {
			c := s.initialised(t, "good")
			c.subscribes("1", "subscription{waits}")
			s.oneFollows(t)
			c.says("hello")
		},
		"with its token": func(s streaming, t *testing.T) {
			c := s.initialised(t, "short")
			c.subscribes("1", "subscription{waits}")
			c.hearsClose(closeUnauthorized, "expired")
		},
		"of a slow reader": func(s streaming, t *testing.T) {
			s.initialised(t, "good").subscribes("1", "subscription{floods}")
			s.oneFollows(t)
		},
		"with the server": func(s streaming, t *testing.T) {
			s.initialised(t, "good").subscribes("1", "subscription{waits}")
			s.oneFollows(t)
			s.door.Stop()
		},
		"as events, at its end":       func(s streaming, t *testing.T) { s.events(t, "subscription{changed}", authorized...) },
		"as events, before it begins": func(s streaming, t *testing.T) { s.events(t, "subscription{forbidden}", authorized...) },
		"as events, of a slow reader": func(s streaming, t *testing.T) { s.open(t, "subscription{floods}", authorized...) },
		"as events, with its token":   func(s streaming, t *testing.T) { s.events(t, "subscription{waits}", "Authorization", "Bearer short") },
		"as events, with its connection": func(s streaming, t *testing.T) {
			response := s.open(t, "subscription{waits}", authorized...)
			s.oneFollows(t)
			response.Body.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStreaming(t, func(o *Options) { o.Streams.Times.Write = 300 * time.Millisecond })
			way(s, t)
			s.nobodyFollows(t)
		})
	}
}

func (s streaming) oneFollows(t *testing.T) {
	t.Helper()
	for s.following() == 0 {
		if t.Context().Err() != nil {
			t.Fatal("it is not counted")
		}
		time.Sleep(time.Millisecond)
	}
}

// What is kept of a subscription is bounded, of one and of all of a subject.
func TestWhatSubscriptionsKeepIsBounded(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.PerConnection = 1000 })
	c := s.initialised(t, "good")
	blanks := func(n int) string { return "subscription{waits" + strings.Repeat(" ", n) + "}" }
	c.subscribes("large", blanks(mostKept))
	if _, got, err := c.ReadMessage(); err != nil || !strings.Contains(string(got), "A subscription's request may have up to 65536 bytes") || !strings.Contains(string(got), `"code":"LIMIT_EXCEEDED"`) {
		t.Fatalf("a large one: %.300s, %v", got, err)
	}
	c.subscribes("query", "{__typename"+strings.Repeat(" ", mostKept)+"}") // is not kept
	c.hears(`{"type":"next","id":"query","payload":{"data":{"__typename":"Query"}` + free + `}`)
	c.hears(`{"type":"complete","id":"query"}`)
	const overhead = len(`{"query":"subscription{waits}"}`)
	many := mostKeptByCaller / mostKept
	s.door.streams.mu.Lock()
	s.door.streams.PerCallerSubscriptions = many + 1
	s.door.streams.mu.Unlock()
	for n := range many {
		c.subscribes(fmt.Sprint(n), blanks(mostKept-overhead))
	}
	for s.following() < many {
		time.Sleep(time.Millisecond)
	}
	c.subscribes("last", "subscription{changed}")
	if _, got, err := c.ReadMessage(); err != nil || !strings.Contains(string(got), "The requests of your subscriptions have 4194304 bytes, and with this one 4194337; the limit is 4194304") || !strings.Contains(string(got), `"code":"LIMIT_EXCEEDED"`) {
		t.Fatalf("one that is too much: %.300s, %v", got, err)
	}
	c.says(`{"id":"0","type":"complete"}`)
	for s.following() == many {
		time.Sleep(time.Millisecond)
	}
	c.subscribes("last", "subscription{breaks}")
	c.hears(`{"type":"next","id":"last","payload":{"data":{"breaks":"1"}` + freeMessage + `}`)
}
