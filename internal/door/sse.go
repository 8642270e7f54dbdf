package door

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/viewer"
)

// serveEvents answers a request by a stream of server-sent events, in the "distinct
// connections mode" of the graphql-sse protocol: an event next for each answer, and
// complete after the last. Of a query or mutation there is one next; so too of a
// request that was turned away, since a page reads no body of a failed stream.
//
// The stream ends with the token, with the server, and with a reader who takes
// nothing; each is said in a last next, as far as it can still be sent.
func (d *Door) serveEvents(w http.ResponseWriter, r *http.Request, op *operation, refused error) {
	if d.streams == nil {
		d.write(r.Context(), w, mediaJSON, http.StatusNotAcceptable, turnedAway(r.Context(), malformed("This server streams nothing; accept %s.", mediaJSON)))
		return
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	place, err := d.streams.enter(ctx, func() { cancel(errStopped) })
	if err != nil {
		d.full(ctx, w, err)
		return
	}
	defer d.streams.leave(place)
	if refused == nil && op.subscription() {
		var free func()
		if free, refused = d.streams.subscribe(ctx, op.bytes); refused == nil {
			defer free()
		}
	}
	withdraw := d.streams.untilExpiry(ctx, func() { cancel(errExpired) })
	defer withdraw()
	s := newEvents(d, w, cancel)
	defer s.close()
	switch {
	case refused != nil:
		s.next(ctx, turnedAway(ctx, refused))
	case !op.subscription():
		s.next(ctx, d.once(ctx, op))
	default:
		next := d.execute(ctx, op)
		for a, ok := next(); ok; a, ok = next() {
			s.next(ctx, a)
		}
		if reason := (*Refusal)(nil); errors.As(context.Cause(ctx), &reason) {
			s.next(ctx, turnedAway(ctx, reason))
		}
	}
	s.write("event: complete\ndata:\n\n")
}

// full answers who is not let in for now.
func (d *Door) full(ctx context.Context, w http.ResponseWriter, err error) {
	status := http.StatusTooManyRequests
	if refused := (*Refusal)(nil); errors.As(err, &refused) {
		if refused.Code == Unavailable {
			status = http.StatusServiceUnavailable
		}
		if refused.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(refused.RetryAfter))
		}
	}
	d.write(ctx, w, mediaJSON, status, turnedAway(ctx, err))
}

// eventStream is an answer in events. It is written to by the request and, while that
// is quiet, by a timer.
type eventStream struct {
	door *Door
	out  *http.ResponseController
	end  context.CancelCauseFunc

	mu     sync.Mutex
	w      http.ResponseWriter
	alive  *time.Timer
	failed bool
}

// newEvents begins a stream. The server's own deadlines, which are for one answer,
// no longer hold: each write has its own, and reading, which tells when the caller
// goes, has none.
func newEvents(d *Door, w http.ResponseWriter, end context.CancelCauseFunc) *eventStream {
	header := w.Header()
	header.Set("Content-Type", mediaEvents+"; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would keep events back
	header.Add("Vary", "Accept")
	s := &eventStream{door: d, out: http.NewResponseController(w), w: w, end: end}
	_ = s.out.SetReadDeadline(time.Time{}) // a recorder of a test has none
	s.alive = time.AfterFunc(d.streams.Times.Alive, s.keepAlive)
	s.write(":\n\n")
	return s
}

// next sends one answer.
func (s *eventStream) next(ctx context.Context, a answer) {
	body, err := a.encode()
	if err != nil {
		s.door.log.ErrorContext(ctx, "an answer could not be written as JSON", "requestId", viewer.RequestFrom(ctx).ID, "error", err)
		body, _ = answer{Errors: gqlerror.List{identified(ctx, Coded(Internal, InternalMessage(ctx)))}}.encode()
	}
	s.write("event: next\ndata: " + string(body) + "\n\n")
}

// keepAlive sends a comment, which readers skip.
func (s *eventStream) keepAlive() { s.write(":\n\n") }

// write sends text at once. A reader who takes nothing for too long, or has gone,
// ends the stream.
func (s *eventStream) write(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed {
		return
	}
	_ = s.out.SetWriteDeadline(fromNow(s.door.streams.Times.Write)) // a recorder of a test has none
	_, err := s.w.Write([]byte(text))
	if err == nil {
		err = s.out.Flush()
	}
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		s.failed = true
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.door.log.Info("a slow reader of events was cut off")
		}
		s.end(errSlow)
		return
	}
	s.alive.Reset(s.door.streams.Times.Alive)
}

// close ends the keeping alive: after it, nothing is written.
func (s *eventStream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = true
	s.alive.Stop()
}
