package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// ticking is an API whose one subscription tells the time, so to speak, until its
// caller goes.
func ticking(t *testing.T) graphql.ExecutableSchema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: "type Query{a:String} type Subscription{ticks:Int}"})
	if err != nil {
		t.Fatal(err)
	}
	return &graphql.ExecutableSchemaMock{
		SchemaFunc: func() *ast.Schema { return schema },
		ExecFunc: func(context.Context) graphql.ResponseHandler {
			n := 0
			return func(ctx context.Context) *graphql.Response {
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(20 * time.Millisecond):
				}
				n++
				return &graphql.Response{Data: fmt.Appendf(nil, `{"ticks":%d}`, n)}
			}
		},
	}
}

// streamingServer runs the whole of what serves HTTP, impatient with whoever is slow,
// and returns its address, a token, and what stops it. Its end is waited for.
func streamingServer(t *testing.T) (address, token string, stop func()) {
	t.Helper()
	c, err := settled(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := openDevKey(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v, err := key.verifier(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	a := app{config: c, verifier: v, log: slog.New(slog.DiscardHandler), clock: time.Now}
	p := product{schema: ticking(t), present: func(_ context.Context, err error) *gqlerror.Error { return gqlerror.WrapIfUnwrapped(err) }, ready: func(context.Context) error { return nil }}
	api, err := a.door(p)
	if err != nil {
		t.Fatal(err)
	}
	h, err := a.handler(p, api, t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := newServer(l.Addr().String(), h, a.log)
	server.ReadTimeout, server.WriteTimeout = 200*time.Millisecond, 200*time.Millisecond
	server.RegisterOnShutdown(api.door.Stop)
	signals, ended := make(chan os.Signal, 2), make(chan error, 1)
	stopping, release := stopOn(context.Background(), signals)
	go func() {
		ended <- running{server: server, listener: l, streams: api.door.Wait, grace: 20 * time.Second, log: a.log}.until(stopping)
	}()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			signals <- os.Interrupt
		}
	}
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		release()
	})
	token, _, err = key.mint(devGrant{Subject: "ada", TTL: time.Hour}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return l.Addr().String(), token, stop
}

// beyond is how many ticks take longer than the server's timeouts for one answer.
const beyond = 30

func TestAWebsocketThroughTheWholeServer(t *testing.T) {
	t.Parallel()
	address, token, stop := streamingServer(t)
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	ws, response, err := dialer.Dial("ws://"+address+"/graphql", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	defer ws.Close()
	says := func(text string) {
		t.Helper()
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	hears := func(want string) {
		t.Helper()
		if _, got, err := ws.ReadMessage(); err != nil || !strings.HasPrefix(string(got), want) {
			t.Fatalf("got %s, %v; want %s", got, err, want)
		}
	}
	says(`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`)
	hears(`{"type":"connection_ack"}`)
	says(`{"id":"1","type":"subscribe","payload":{"query":"subscription{ticks}"}}`)
	for n := range beyond {
		hears(fmt.Sprintf(`{"type":"next","id":"1","payload":{"data":{"ticks":%d}`, n+1))
	}
	stop()
	for {
		if _, _, err = ws.ReadMessage(); err != nil {
			break
		}
	}
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) || !strings.Contains(err.Error(), "reconnect with your cursor") {
		t.Errorf("ended by %v", err)
	}
}

func TestEventsThroughTheWholeServer(t *testing.T) {
	t.Parallel()
	address, token, stop := streamingServer(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/graphql", strings.NewReader(`{"query":"subscription{ticks}"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines, n := bufio.NewScanner(response.Body), 0
	for n < beyond && lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data: ") {
			n++
		}
	}
	if n < beyond || response.Header.Get("X-Content-Type-Options") != "nosniff" || response.Header.Get("X-Request-Id") == "" {
		t.Fatalf("%d events, then %v; headers %v", n, lines.Err(), response.Header)
	}
	stop()
	var rest strings.Builder
	for lines.Scan() {
		rest.WriteString(lines.Text() + "\n")
	}
	if lines.Err() != nil || !strings.HasSuffix(rest.String(), "event: complete\ndata:\n\n") {
		t.Errorf("it ends with %.300s, %v", rest.String(), lines.Err())
	}
}

func TestAWebsocketOfAStranger(t *testing.T) {
	t.Parallel()
	address, _, _ := streamingServer(t)
	for origin, status := range map[string]int{"https://evil.example": 403, "http://" + address: 101} {
		dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
		ws, response, err := dialer.Dial("ws://"+address+"/graphql", http.Header{"Origin": {origin}})
		if response == nil || response.StatusCode != status {
			t.Fatalf("from %s: %v, %v", origin, response, err)
		}
		if err == nil {
			ws.Close()
		} else {
			_, _ = io.Copy(io.Discard, response.Body)
		}
		response.Body.Close()
	}
}
