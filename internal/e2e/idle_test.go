//go:build e2e

package e2e

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// idle is how many subscribers wait for something to happen. The figure is promised of
// 5,000; of few, what the server needs once weighs more.
var idle = flag.Int("idle", 5000, "how many idle subscribers TestIdleSubscribers opens")

// mostPerSubscriber is what one may cost the server, in bytes of resident memory.
const mostPerSubscriber = 50_000

// Real subscribers, each with a websocket, a token and a subscription of its own,
// waiting at a real server; what they cost is what the system says of its process.
func TestIdleSubscribers(t *testing.T) { //nolint:paralleltest // what stands beside it would be measured, too
	serve := startServe(t)
	var people []caller
	for n := range *idle/500 + 1 { // a subject may have 1,000 streams
		people = append(people, provided(t, serve.url, fmt.Sprintf("watcher-%d", n), "Watcher", "ADMIN"))
	}
	crowd := func(n int) []*websocket.Conn {
		t.Helper()
		opened := make([]*websocket.Conn, n)
		var opening errgroup.Group
		opening.SetLimit(20)
		for i := range opened {
			opening.Go(func() (err error) {
				opened[i], err = subscriber(serve.url, people[i%len(people)].token)
				return err
			})
		}
		if err := opening.Wait(); err != nil {
			t.Fatal(err)
		}
		return opened
	}
	for _, c := range crowd(100) { // what a server needs once
		c.Close()
	}
	time.Sleep(time.Second)
	before := resident(t, serve)
	all := crowd(*idle)
	time.Sleep(2 * time.Second)
	each := (resident(t, serve) - before) / *idle
	t.Logf("%d idle subscribers: the server grew from %d kB by %d bytes each", *idle, before/1000, each)
	if each > mostPerSubscriber {
		t.Errorf("an idle subscriber costs %d bytes; promised are %d", each, mostPerSubscriber)
	}
	for _, c := range all {
		c.Close()
	}
}

// subscriber connects and subscribes; it returns when the server has said that it follows.
func subscriber(url, token string) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, ReadBufferSize: 512, WriteBufferSize: 512}
	c, response, err := dialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/graphql", http.Header{})
	if err != nil {
		return nil, err
	}
	response.Body.Close()
	for _, step := range []struct{ say, hear string }{
		{`{"type":"connection_init","payload":{"Authorization":"Bearer ` + token + `"}}`, "connection_ack"},
		{`{"id":"1","type":"subscribe","payload":{"query":"subscription($s:[EnrollmentStatus!]){enrollmentChanged(filter:{statuses:$s}){cursor change enrollment{id status seat{seatId}}}}","variables":{"s":["PENDING","APPROVED"]}}}`, ""},
		{`{"type":"ping"}`, "pong"},
	} {
		if err := c.WriteMessage(websocket.TextMessage, []byte(step.say)); err != nil {
			return nil, err
		}
		if step.hear == "" {
			continue
		}
		if _, said, err := c.ReadMessage(); err != nil || !strings.Contains(string(said), step.hear) {
			return nil, fmt.Errorf("said %s, and heard %s, %w", step.say[:20], said, err)
		}
	}
	return c, nil
}

var residentLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// resident is how much memory of a process is resident, in bytes.
func resident(t *testing.T, p *process) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("this system does not tell: ", err)
	}
	kB, err := strconv.Atoi(residentLine.FindStringSubmatch(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return kB << 10
}
