package door

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"gatehouse/internal/viewer"
)

// operate runs one operation: next for each answer, then complete; or error, after
// which nothing follows, for what was turned away or ended for a reason.
func (s *socket) operate(ctx context.Context, id string, g *going, req request) {
	followed, free := false, func() {}
	defer func() {
		if !followed {
			s.over(ctx, id, g, recover())
			free()
		}
	}()
	err := s.stranger(ctx)
	var op *operation
	if err == nil {
		op, err = s.door.prepare(ctx, req, http.Header{})
	}
	if err == nil && op.subscription() {
		var taken func()
		if taken, err = s.door.streams.subscribe(ctx, op.bytes); err == nil {
			free = taken
		}
	}
	switch {
	case err != nil:
		s.refuse(ctx, id, err)
	case !op.subscription():
		s.answer(ctx, id, s.door.once(ctx, op))
		s.complete(ctx, id, g)
	default:
		// The work of beginning leaves a large stack behind; waiting, which may take
		// hours, is given a small one.
		next := s.door.execute(ctx, op)
		followed = true
		go s.follow(ctx, id, g, next, free)
	}
}

// follow sends the answers of a subscription as they come, and then frees its room.
func (s *socket) follow(ctx context.Context, id string, g *going, next func() (answer, bool), free func()) {
	defer func() { s.over(ctx, id, g, recover()); free() }()
	for a, ok := next(); ok; a, ok = next() {
		if a.Ended {
			s.fail(ctx, id, a.Errors)
			return
		}
		s.answer(ctx, id, a)
	}
	s.complete(ctx, id, g)
}

// over leaves nothing of an operation behind. cause is what it panicked with.
func (s *socket) over(ctx context.Context, id string, g *going, cause any) {
	if cause != nil {
		s.door.survived(ctx, cause)
		s.fail(ctx, id, gqlerror.List{identified(ctx, Coded(Internal, InternalMessage(ctx)))})
	}
	s.finished(id, g)
	g.cancel()
}

// answer sends one answer.
func (s *socket) answer(ctx context.Context, id string, a answer) {
	body, err := a.encode()
	if err != nil {
		s.door.log.ErrorContext(ctx, "an answer could not be written as JSON", "requestId", viewer.RequestFrom(ctx).ID, "error", err)
		s.fail(ctx, id, gqlerror.List{identified(ctx, Coded(Internal, InternalMessage(ctx)))})
		return
	}
	s.send(ctx, message{ID: id, Type: "next", Payload: body})
}

// refuse says why an operation was turned away, or is ended.
func (s *socket) refuse(ctx context.Context, id string, err error) {
	s.fail(ctx, id, turnedAway(ctx, err).Errors)
}

func (s *socket) fail(ctx context.Context, id string, list gqlerror.List) {
	body, err := json.Marshal(list)
	if err != nil {
		s.door.log.ErrorContext(ctx, "errors could not be written as JSON", "requestId", viewer.RequestFrom(ctx).ID, "error", err)
		return
	}
	s.send(ctx, message{ID: id, Type: "error", Payload: body})
}

// complete says that an operation is over, unless the caller has said so.
func (s *socket) complete(ctx context.Context, id string, g *going) {
	if s.finished(id, g) {
		s.send(ctx, message{ID: id, Type: "complete"})
	}
}

// finished frees an operation's id; false when the caller or the end of the
// connection has done so.
func (s *socket) finished(id string, g *going) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.operations[id] != g {
		return false
	}
	delete(s.operations, id)
	return true
}

// stop ends an operation that the caller wants no more of.
func (s *socket) stop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.operations[id]; g != nil {
		g.cancel()
		delete(s.operations, id)
	}
}

// stopAll ends every operation; it returns their ids.
func (s *socket) stopAll() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]string, 0, len(s.operations))
	for id, g := range s.operations {
		g.cancel()
		ids = append(ids, id)
	}
	clear(s.operations)
	return ids
}

// send writes one message, in turn. Of an operation that was ended meanwhile nothing
// more is written. Who reads too slowly is cut off.
func (s *socket) send(ctx context.Context, m message) {
	body := m.encode()
	s.writing.Lock()
	if ctx.Err() == nil {
		if err := s.ws.WriteMessage(websocket.TextMessage, body); err != nil {
			_ = s.ws.Close() // so that reading ends too
		}
	}
	s.writing.Unlock()
	s.watched()
}
