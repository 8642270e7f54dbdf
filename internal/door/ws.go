package door

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"gatehouse/internal/viewer"
)

// subprotocol is what is spoken on a websocket: the protocol of npm's graphql-ws.
// Its elder with the name graphql-ws is not.
const subprotocol = "graphql-transport-ws"

// How a websocket is closed, in the protocol's own numbers and words.
const (
	closeBadRequest   = 4400
	closeUnauthorized = 4401 // a subscribe before the connection_ack, and the end of the token
	closeForbidden    = 4403 // a token that is not valid
	closeInitTimeout  = 4408
	closeDuplicate    = 4409
	closeTooManyInits = 4429
)

// IsUpgrade reports whether a request asks for a websocket.
func IsUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && websocket.IsWebSocketUpgrade(r)
}

// sockets upgrades requests. A connection keeps a read buffer of 1 KiB; the buffers
// that it writes by are shared, and held only while something is written. That, and
// that a read is one blocked goroutine and no more, is why it is this library: an
// idle connection of others keeps 4 to 8 KiB of buffers, or a goroutine of its own
// for timeouts.
var sockets = websocket.Upgrader{
	ReadBufferSize: 1 << 10, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{},
	Subprotocols: []string{subprotocol},
	CheckOrigin:  func(*http.Request) bool { return true }, // serveSocket has looked
}

// serveSocket turns a request into a websocket and returns; the connection goes on
// beside it, without what net/http keeps for a request. It refuses pages of other
// origins: no cookie would help them in, but nothing here is theirs to try.
func (d *Door) serveSocket(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	switch {
	case d.streams == nil:
		d.write(ctx, w, mediaJSON, http.StatusNotFound, turnedAway(ctx, malformed("This server has no websocket.")))
		return
	case !d.mayConnect(r):
		d.write(ctx, w, mediaJSON, http.StatusForbidden, turnedAway(ctx, &Refusal{Code: "FORBIDDEN", Message: "Pages of this origin may not call this server. GATEHOUSE_CORS_ORIGINS names the ones that may."}))
		return
	case !slices.Contains(websocket.Subprotocols(r), subprotocol):
		d.write(ctx, w, mediaJSON, http.StatusBadRequest, turnedAway(ctx, malformed("The websocket speaks %s; name it in Sec-WebSocket-Protocol.", subprotocol)))
		return
	}
	// The request's own context ends with the request, and would keep all of it.
	kept := viewer.WithRequest(context.Background(), viewer.RequestFrom(ctx))
	if v, ok := viewer.From(ctx); ok {
		kept = viewer.With(kept, v)
	}
	s := &socket{door: d, operations: map[string]*going{}}
	opened := make(chan struct{})
	place, err := d.streams.enter(kept, func() { <-opened; s.end(errStopped, websocket.CloseGoingAway, stopping) })
	if err != nil {
		d.full(ctx, w, err)
		return
	}
	defer close(opened)
	h := &hijacked{ResponseWriter: w, patience: d.streams.Times.Write}
	ws, err := sockets.Upgrade(h, r, nil)
	if err != nil { // it has answered
		s.ending.Store(true)
		d.streams.leave(place)
		return
	}
	s.ws, s.out, s.place = ws, h.out, place
	go s.serve(kept)
}

// mayConnect holds a page to its origin: our own, or one that is let in. What is no
// page sends none.
func (d *Door) mayConnect(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || d.streams.Origin(origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// socket is one websocket. One goroutine reads it; whoever has an answer writes it.
// Nothing is queued here: who writes waits for the reader, for as long as an outlet
// waits.
type socket struct {
	door  *Door
	ws    *websocket.Conn
	out   *outlet
	place *place

	writing sync.Mutex
	ending  atomic.Bool

	mu         sync.Mutex
	operations map[string]*going
	alive      *time.Timer
}

// going is an operation that goes on under an id of the caller's.
type going struct{ cancel context.CancelFunc }

// serve reads until the connection ends, and leaves nothing of it behind.
func (s *socket) serve(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	alive := time.AfterFunc(s.door.streams.Times.Alive, s.ping)
	s.mu.Lock()
	s.alive = alive
	s.mu.Unlock()
	defer func() {
		s.door.survived(ctx, recover())
		cancel()
		s.ending.Store(true)
		alive.Stop()
		_ = s.ws.Close() // nothing is left to be said on it
		s.door.streams.leave(s.place)
	}()
	s.read(ctx)
}

// ping asks the other end for a sign of life, again and again.
func (s *socket) ping() {
	if s.ending.Load() {
		return
	}
	// One that cannot be sent is one that is not answered.
	_ = s.ws.WriteControl(websocket.PingMessage, nil, fromNow(s.door.streams.Times.Write))
	s.mu.Lock()
	s.alive.Reset(s.door.streams.Times.Alive)
	s.mu.Unlock()
	s.watched()
}

// watched ends the connection of a reader who turned out to be slow.
func (s *socket) watched() {
	if s.out.slow.Load() && !s.ending.Load() {
		s.door.log.Info("a slow reader of a websocket was cut off")
		s.end(errSlow, websocket.CloseTryAgainLater, "what was sent has not been read for too long; reconnect with your cursor")
		_ = s.ws.SetReadDeadline(fromNow(s.door.streams.Times.Lingering)) // of a connection that is gone
	}
}

// end tells every operation why it ends, and then the connection, and gives the
// other end a moment to close it. The first end counts; a second one, while it is
// waited for, ends the waiting.
func (s *socket) end(reason *Refusal, code int, text string) {
	if s.ending.Swap(true) {
		if s.ws != nil {
			_ = s.ws.SetReadDeadline(fromNow(s.door.streams.Times.Parting)) // of a connection that is gone
		}
		return
	}
	ids := s.stopAll()
	if reason != nil {
		for _, id := range ids {
			s.refuse(context.Background(), id, reason)
		}
	}
	const longest = 123 // of a control frame's 125 bytes
	text = strings.ToValidUTF8(text[:min(len(text), longest)], "")
	// Who cannot be told is gone.
	_ = s.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, text), fromNow(s.door.streams.Times.Write))
	_ = s.ws.SetReadDeadline(fromNow(s.door.streams.Times.Parting))
}

// silentFor is how long the other end may say nothing from now on.
func (s *socket) silentFor(d time.Duration) {
	_ = s.ws.SetReadDeadline(fromNow(d)) // of a connection that is gone
	if s.ending.Load() {
		_ = s.ws.SetReadDeadline(fromNow(s.door.streams.Times.Parting))
	}
}

// survived logs a panic of what runs beside net/http, which would end the process.
func (d *Door) survived(ctx context.Context, cause any) {
	if cause != nil {
		_ = d.panicked(ctx, cause) // the caller's connection ends, which says it
	}
}
