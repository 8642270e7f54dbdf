package door

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/gorilla/websocket"

	"gatehouse/internal/viewer"
)

// message is one message of the protocol, either way.
type message struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// encode writes a message of ours as JSON. The payload is JSON already, and is passed
// on as it is.
func (m message) encode() []byte {
	text := append(make([]byte, 0, len(m.Payload)+len(m.ID)+64), `{"type":"`+m.Type+`"`...)
	if m.ID != "" {
		id, _ := json.Marshal(m.ID) // a string can be written
		text = append(append(text, `,"id":`...), id...)
	}
	if len(m.Payload) > 0 {
		text = append(append(text, `,"payload":`...), m.Payload...)
	}
	return append(text, '}')
}

// envelope is how much longer a message may be than the request in it.
const envelope = 4 << 10

// read reads messages until the connection ends. It judges their order and form;
// what they ask for goes through prepare like any request.
func (s *socket) read(ctx context.Context) {
	s.ws.SetReadLimit(s.door.limits.BodyBytes + envelope)
	s.silentFor(s.door.streams.Times.Init)
	initialised, asked := false, 0
	withdraw := func() {}
	defer func() { withdraw() }()
	for {
		kind, body, err := s.ws.ReadMessage()
		if err != nil {
			if timeout := net.Error(nil); !initialised && errors.As(err, &timeout) && timeout.Timeout() {
				_ = s.stranger(ctx) // counted; it is closed anyway
				s.end(nil, closeInitTimeout, "Connection initialisation timeout")
			}
			return
		}
		if s.ending.Load() {
			continue // until the other end closes too
		}
		var m message
		if kind != websocket.TextMessage || json.Unmarshal(body, &m) != nil {
			s.end(nil, closeBadRequest, "Invalid message: it is no JSON object of the protocol")
			continue
		}
		switch {
		case m.Type == "connection_init" && initialised:
			s.end(nil, closeTooManyInits, "Too many initialisation requests")
		case m.Type == "connection_init":
			who, ok := s.initialiseAside(ctx, m.Payload)
			if !ok {
				continue
			}
			ctx, initialised = who, true //nolint:fatcontext // once per connection
			withdraw = s.door.streams.untilExpiry(ctx, func() { s.end(errExpired, closeUnauthorized, "Unauthorized: the token has expired") })
			s.ws.SetPongHandler(func(string) error { s.silentFor(s.door.streams.Times.Peer); return nil })
			s.silentFor(s.door.streams.Times.Peer)
			s.send(ctx, message{Type: "connection_ack"})
		case m.Type == "ping":
			s.send(ctx, message{Type: "pong"})
		case m.Type == "pong":
		case m.Type == "subscribe" && !initialised:
			s.end(nil, closeUnauthorized, "Unauthorized: send connection_init and wait for connection_ack first")
		case m.Type == "subscribe":
			asked++
			s.subscribe(ctx, m, asked)
		case m.Type == "complete" && m.ID != "":
			s.stop(m.ID)
		default:
			s.end(nil, closeBadRequest, "Invalid message: no such type, or no id")
		}
		if initialised {
			s.silentFor(s.door.streams.Times.Peer)
		}
	}
}

// initialiseAside is initialise on a stack of its own: verifying a token needs a large
// one, and that of the reading goroutine stays as large as it ever was, for hours.
func (s *socket) initialiseAside(ctx context.Context, payload json.RawMessage) (who context.Context, ok bool) {
	done := make(chan struct{})
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				s.door.survived(ctx, cause)
				s.end(nil, websocket.CloseInternalServerErr, "Internal server error")
			}
			close(done)
		}()
		who, ok = s.initialise(ctx, payload) //nolint:fatcontext // it is waited for
	}()
	<-done
	return who, ok
}

// initialise finds out who is asking: whose token stands in the payload, or stood in
// the request's header. Nobody may come in too, for what needs no login, and is
// counted by address.
func (s *socket) initialise(ctx context.Context, payload json.RawMessage) (context.Context, bool) {
	said := map[string]any{}
	if len(payload) > 0 && json.Unmarshal(payload, &said) != nil {
		s.end(nil, closeBadRequest, "Invalid message: the payload of connection_init is an object")
		return nil, false
	}
	authorization := ""
	for name, value := range said {
		if strings.EqualFold(name, "Authorization") {
			if authorization, _ = value.(string); authorization == "" {
				authorization = "none" // said, and no token: not nobody
			}
		}
	}
	who, err := ctx, error(nil)
	if _, known := viewer.From(ctx); authorization != "" || !known {
		who, err = s.door.streams.Authenticate(ctx, authorization)
	}
	if err == nil {
		err = s.door.streams.belongs(who, s.place)
	}
	if err == nil {
		return who, true
	}
	var refused *Refusal
	switch {
	case !errors.As(err, &refused):
		s.end(nil, websocket.CloseInternalServerErr, "Internal server error")
	case refused.Code == noToken:
		s.end(nil, closeForbidden, "Forbidden: "+refused.Message)
	default:
		s.end(nil, websocket.CloseTryAgainLater, refused.Message)
	}
	return nil, false
}

// stranger counts a call of who shows no token, and refuses it when there were too
// many; nil for who has shown one.
func (s *socket) stranger(ctx context.Context) error {
	if _, known := viewer.From(ctx); known {
		return nil
	}
	_, err := s.door.streams.Authenticate(ctx, "")
	return err
}

// subscribe begins an operation, each with a request id of its own.
func (s *socket) subscribe(ctx context.Context, m message, number int) {
	req, err := decode(m.Payload)
	if m.ID == "" || err != nil {
		s.end(nil, closeBadRequest, "Invalid message: a subscribe has an id, and a payload with a query")
		return
	}
	r := viewer.RequestFrom(ctx)
	r.ID = fmt.Sprintf("%s-%d", r.ID, number)
	ctx, cancel := context.WithCancel(viewer.WithRequest(ctx, r))
	g := &going{cancel: cancel}
	s.mu.Lock()
	_, duplicate := s.operations[m.ID]
	full := len(s.operations) >= s.door.streams.PerConnection
	if !duplicate && !full {
		s.operations[m.ID] = g
	}
	s.mu.Unlock()
	switch {
	case duplicate:
		cancel()
		s.end(nil, closeDuplicate, "Subscriber for "+m.ID+" already exists")
	case full:
		s.refuse(ctx, m.ID, tooMuch("You have %d operations going on, on this websocket; the limit is %d. Complete some, or open another.", s.door.streams.PerConnection, s.door.streams.PerConnection))
		cancel()
	default:
		go s.operate(ctx, m.ID, g, req)
	}
}
