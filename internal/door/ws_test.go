package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// talk is the caller's end of a websocket.
type talk struct {
	*websocket.Conn
	t testing.TB
}

// connect opens a websocket; headers are given as name, value.
func (s streaming) connect(t testing.TB, headers ...string) *talk {
	t.Helper()
	c, response, err := s.dial(headers...)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	response.Body.Close()
	t.Cleanup(func() { c.Close() })
	return &talk{c, t}
}

func (s streaming) dial(headers ...string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol}}
	if offered := header.Get("Sec-Websocket-Protocol"); offered != "" {
		dialer.Subprotocols = []string{offered}
		header.Del("Sec-Websocket-Protocol")
	}
	return dialer.Dial("ws"+strings.TrimPrefix(s.URL, "http"), header)
}

// initialised is a websocket of whoever has the token.
func (s streaming) initialised(t testing.TB, token string) *talk {
	t.Helper()
	c := s.connect(t)
	c.says(fmt.Sprintf(`{"type":"connection_init","payload":{"Authorization":"Bearer %s"}}`, token))
	c.hears(`{"type":"connection_ack"}`)
	return c
}

func (c *talk) says(text string) {
	c.t.Helper()
	if err := c.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatalf("send %s: %v", text, err)
	}
}

func (c *talk) subscribes(id, query string) {
	c.t.Helper()
	c.says(fmt.Sprintf(`{"id":%q,"type":"subscribe","payload":{"query":%q}}`, id, query))
}

func (c *talk) hears(want string) {
	c.t.Helper()
	_, got, err := c.ReadMessage()
	if err != nil || string(got) != want {
		c.t.Fatalf("got %s, %v; want %s", got, err, want)
	}
}

// hearsClose reads until the close, and returns what came before.
func (c *talk) hearsClose(code int, text string) []string {
	c.t.Helper()
	heard := []string{}
	for {
		_, got, err := c.ReadMessage()
		if err == nil {
			heard = append(heard, string(got))
			continue
		}
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != code || !strings.Contains(closed.Text, text) {
			c.t.Fatalf("ended by %v; want %d %s", err, code, text)
		}
		return heard
	}
}

// One script per thing that may be said: > is sent, < is what must come, x is how the
// connection must be closed.
func TestConversations(t *testing.T) {
	t.Parallel()
	const (
		hello = `> {"type":"connection_init","payload":{"Authorization":"Bearer good"}}` + "\n" + `< {"type":"connection_ack"}` + "\n"
		zero  = `,"extensions":{"cost":{"limit":10000,"requested":0}}}}`
		whole = `,"extensions":{"cost":{"limit":100,"requested":0}}}}`
	)
	s := newStreaming(t, func(o *Options) { o.Limits.BodyBytes = 4096 })
	for name, script := range map[string]string{
		"a subscription": hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{changed}"}}
			< {"type":"next","id":"1","payload":{"data":{"changed":"1"}` + whole + `
			< {"type":"next","id":"1","payload":{"data":{"changed":"2"}` + whole + `
			< {"type":"next","id":"1","payload":{"data":{"changed":"3"}` + whole + `
			< {"type":"complete","id":"1"}`,
		"an id is free again afterwards": hello + `> {"id":"1","type":"subscribe","payload":{"query":"{__typename}"}}
			< {"type":"next","id":"1","payload":{"data":{"__typename":"Query"}` + zero + `
			< {"type":"complete","id":"1"}
			> {"id":"1","type":"subscribe","payload":{"query":"query A{__typename}query B($t:String){echo(text:$t)}","operationName":"B","variables":{"t":"hi"}}}
			< {"type":"next","id":"1","payload":{"data":{"echo":"hi"}` + zero + `
			< {"type":"complete","id":"1"}`,
		"an error of a query is in its answer": hello + `> {"id":"1","type":"subscribe","payload":{"query":"{forbidden}"}}
			< {"type":"next","id":"1","payload":{"errors":[{"message":"You may not look at this.","extensions":{"code":"FORBIDDEN","requestId":"req-1-1"}}],"data":{"forbidden":null}` + zero + `
			< {"type":"complete","id":"1"}`,
		"turned away": hello + `> {"id":"1","type":"subscribe","payload":{"query":"{nothing}"}}
			< {"type":"error","id":"1","payload":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"BAD_USER_INPUT","requestId":"req-1-1"}}]}`,
		"past a limit": hello + `> {"id":"1","type":"subscribe","payload":{"query":"mutation{a:redeemEnrollment b:redeemEnrollment}"}}
			< {"type":"error","id":"1","payload":[{"message":"The mutation calls redeemEnrollment 2 times; the limit is 1 in one request.","extensions":{"code":"LIMIT_EXCEEDED","requestId":"req-1-1"}}]}`,
		"a subscription that does not begin": hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{forbidden}"}}
			< {"type":"error","id":"1","payload":[{"message":"You may not look at this.","extensions":{"code":"FORBIDDEN","requestId":"req-1-1"}}]}`,
		"a subscription that ends for a reason": hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{breaks}"}}
			< {"type":"next","id":"1","payload":{"data":{"breaks":"1"}` + whole + `
			< {"type":"error","id":"1","payload":[{"message":"Read faster.","extensions":{"code":"TOO_SLOW","requestId":"req-1-1"}}]}`,
		"a subscription that panics": hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{panics}"}}
			< {"type":"error","id":"1","payload":[{"message":"Something went wrong on our side. If you report it, name request id req-1-1.","extensions":{"code":"INTERNAL","requestId":"req-1-1"}}]}
			> {"type":"ping"}
			< {"type":"pong"}`,
		"completed by the caller": hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{waits}"}}
			> {"id":"1","type":"complete"}
			> {"id":"nothing","type":"complete"}
			> {"type":"ping","payload":{}}
			< {"type":"pong"}
			> {"type":"pong"}
			> {"id":"1","type":"subscribe","payload":{"query":"subscription{breaks}"}}
			< {"type":"next","id":"1","payload":{"data":{"breaks":"1"}` + whole,
		"too many at once": hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{waits}"}}
			> {"id":"2","type":"subscribe","payload":{"query":"subscription{waits}"}}
			> {"id":"3","type":"subscribe","payload":{"query":"subscription{waits}"}}
			> {"id":"4","type":"subscribe","payload":{"query":"subscription{waits}"}}
			< {"type":"error","id":"4","payload":[{"message":"You have 3 operations going on, on this websocket; the limit is 3. Complete some, or open another.","extensions":{"code":"LIMIT_EXCEEDED","requestId":"req-1-4"}}]}`,
		"nobody, for what needs no login":  `> {"type":"connection_init"}` + "\n" + `< {"type":"connection_ack"}`,
		"a header of any case":             `> {"type":"connection_init","payload":{"authorization":"Bearer good"}}` + "\n" + `< {"type":"connection_ack"}`,
		"a ping before all else":           `> {"type":"ping"}` + "\n" + `< {"type":"pong"}`,
		"a bad token":                      `> {"type":"connection_init","payload":{"Authorization":"Bearer bad"}}` + "\n" + `x 4403 Forbidden: The token is not valid.`,
		"a token that is no text":          `> {"type":"connection_init","payload":{"Authorization":7}}` + "\n" + `x 4403 Forbidden: The token is not valid.`,
		"an address that calls too often":  `> {"type":"connection_init","payload":{"Authorization":"Bearer busy"}}` + "\n" + `x 1013 Your network address calls too often.`,
		"a payload that is no object":      `> {"type":"connection_init","payload":[]}` + "\n" + `x 4400 Invalid message`,
		"initialised twice":                hello + `> {"type":"connection_init"}` + "\n" + `x 4429 Too many initialisation requests`,
		"subscribed before":                `> {"id":"1","type":"subscribe","payload":{"query":"{__typename}"}}` + "\n" + `x 4401 Unauthorized`,
		"an id twice":                      hello + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{waits}"}}` + "\n" + `> {"id":"1","type":"subscribe","payload":{"query":"subscription{waits}"}}` + "\n" + `x 4409 Subscriber for 1 already exists`,
		"no JSON":                          `> hello` + "\n" + `x 4400 Invalid message`,
		"an unknown type":                  hello + `> {"type":"start","id":"1"}` + "\n" + `x 4400 Invalid message`,
		"a subscribe without an id":        hello + `> {"type":"subscribe","payload":{"query":"{__typename}"}}` + "\n" + `x 4400 Invalid message`,
		"a subscribe without a query":      hello + `> {"type":"subscribe","id":"1","payload":{}}` + "\n" + `x 4400 Invalid message`,
		"a subscribe without a payload":    hello + `> {"type":"subscribe","id":"1"}` + "\n" + `x 4400 Invalid message`,
		"a message beyond the body's size": hello + `> {"id":"1","type":"subscribe","payload":{"query":"` + strings.Repeat(" ", 10_000) + `"}}` + "\n" + `x 1009`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := s.connect(t)
			for line := range strings.Lines(script) {
				line = strings.TrimSpace(line)
				switch said := line[2:]; line[0] {
				case '>':
					c.says(said)
				case '<':
					c.hears(said)
				default:
					var code int
					_, _ = fmt.Sscan(said, &code)
					c.hearsClose(code, strings.TrimSpace(said[4:]))
				}
			}
		})
	}
	if strings.Contains(s.log.String(), "4711\"}") {
		t.Error("a panic was shown")
	}
}

func TestWhoMayConnect(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	for name, row := range map[string]struct {
		headers []string
		status  int
	}{
		"no page":               {nil, 101},
		"a page that is let in": {[]string{"Origin", "https://app.example.com"}, 101},
		"our own page":          {[]string{"Origin", s.URL}, 101},
		"another page":          {[]string{"Origin", "https://evil.example"}, 403},
		"a page of a file":      {[]string{"Origin", "null"}, 403},
		"another protocol":      {[]string{"Sec-Websocket-Protocol", "graphql-ws"}, 400},
		"a token in the header": {[]string{"Authorization", "Bearer good"}, 101},
		"a bad one":             {[]string{"Authorization", "Bearer bad"}, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, response, err := s.dial(row.headers...)
			if err == nil {
				defer c.Close()
			}
			if response == nil || response.StatusCode != row.status {
				t.Errorf("got %v, %v; want %d", response, err, row.status)
			}
		})
	}
}

func TestAWebsocketThatSaysNothingIsClosed(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.Times.Init = 50 * time.Millisecond })
	s.connect(t).hearsClose(closeInitTimeout, "Connection initialisation timeout")
}

func TestADeadPeerIsNoticed(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.Times.Peer = 100 * time.Millisecond })
	c := s.initialised(t, "good")
	c.SetPingHandler(func(string) error { return nil }) // it hears, and does not answer
	if _, _, err := c.ReadMessage(); err == nil {
		t.Error("it goes on")
	}
}

func TestAPeerThatAnswersPingsStays(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.Times.Peer = 200 * time.Millisecond })
	c := s.initialised(t, "good")
	pings := 0
	answer := c.PingHandler()
	c.SetPingHandler(func(data string) error {
		if pings++; pings == 30 { // three times as long as it may be silent
			c.says(`{"type":"ping"}`)
		}
		return answer(data)
	})
	c.hears(`{"type":"pong"}`)
}

func TestAWebsocketEndsWithItsToken(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	c := s.initialised(t, "short")
	c.subscribes("1", "subscription{waits}")
	c.subscribes("2", "subscription{waits}")
	heard := c.hearsClose(closeUnauthorized, "the token has expired")
	if len(heard) != 2 || !strings.Contains(heard[0], `"type":"error"`) || !strings.Contains(heard[1], "UNAUTHENTICATED") {
		t.Errorf("its subscriptions heard %v", heard)
	}
}

func TestAWebsocketEndsWithTheServer(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	c := s.initialised(t, "good")
	c.subscribes("1", "subscription{waits}")
	c.says(`{"type":"ping"}`)
	c.hears(`{"type":"pong"}`)
	s.door.Stop()
	heard := c.hearsClose(websocket.CloseGoingAway, "the server is stopping; reconnect with your cursor")
	if len(heard) != 1 || !strings.Contains(heard[0], "UNAVAILABLE") {
		t.Errorf("its subscription heard %v", heard)
	}
	s.door.Wait(t.Context())
	if _, response, err := s.dial(); err == nil || response == nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after the stop somebody connects: %v", err)
	}
}

func TestNobodyIsLeftBehind(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, nil)
	for n := range 20 {
		c := s.initialised(t, "good")
		c.subscribes("1", "subscription{waits}")
		if n%2 == 0 {
			c.Close() // without a word
		} else {
			_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(time.Second))
		}
	}
	for s.streamsOpen() > 0 {
		select {
		case <-t.Context().Done():
			t.Fatal("some are left")
		case <-time.After(5 * time.Millisecond):
		}
	}
	if n := len(s.door.streams.callers); n != 0 {
		t.Errorf("%d callers are remembered", n)
	}
}

func TestWebsocketsAreLimitedByWhoSignsIn(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) { o.Streams.PerCaller = 2 })
	s.initialised(t, "good")
	s.initialised(t, "good")
	c := s.connect(t)
	c.says(`{"type":"connection_init","payload":{"Authorization":"Bearer good"}}`)
	c.hearsClose(websocket.CloseTryAgainLater, "You have 2 streams open")
	s.initialised(t, "other")
}

// The slow one: it is cut off with a reason, and two hundred others hear
// everything meanwhile.
func TestASlowReaderDisturbsNobody(t *testing.T) {
	t.Parallel()
	s := newStreaming(t, func(o *Options) {
		o.Streams.Times.Write = 300 * time.Millisecond
		o.Streams.PerCaller, o.Streams.PerServer = 300, 300
	})
	slow := s.initialised(t, "good")
	slow.subscribes("1", "subscription{floods}") // and reads nothing of it
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	others := make([]*talk, 200)
	for n := range others {
		others[n] = s.initialised(t, "other")
	}
	for s.log.String() == "" { // while the slow one is waited for
		for _, c := range others {
			c.subscribes("1", "subscription{changed}")
		}
		for _, c := range others {
			for range 3 {
				var m message
				if _, body, err := c.ReadMessage(); err != nil || json.Unmarshal(body, &m) != nil || m.Type != "next" {
					t.Fatalf("another one heard %s, %v", body, err)
				}
			}
			c.hears(`{"type":"complete","id":"1"}`)
		}
		if ctx.Err() != nil {
			t.Fatal("the slow one is not cut off")
		}
	}
	heard := slow.hearsClose(websocket.CloseTryAgainLater, "reconnect with your cursor")
	if last := heard[len(heard)-1]; !strings.Contains(last, `"type":"error"`) || !strings.Contains(last, `"code":"TOO_SLOW"`) {
		t.Errorf("its subscription was not told why: %.300s", last)
	}
}
