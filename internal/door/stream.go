package door

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gatehouse/internal/viewer"
)

// Streams say how answers are given that go on: over server-sent events (sse.go),
// each a request of its own, and over websockets (ws.go), where one connection
// carries many.
type Streams struct {
	// Authenticate reads an Authorization header that came in connection_init, where
	// browsers put it, who can set none on a websocket. It returns the context in
	// which its bearer asks, or a *Refusal. Of "", nobody's call is counted.
	Authenticate func(ctx context.Context, authorization string) (context.Context, error)
	// Origin reports whether pages of another origin may connect.
	Origin func(origin string) bool
	// Now is the clock that tokens are judged by.
	Now func() time.Time
	// PerConnection is how many operations one websocket may have going on.
	PerConnection int
	// PerCaller is how many streams one subject may have open at this server, a
	// websocket with all its subscriptions being one.
	PerCaller int
	// PerCallerSubscriptions is how many subscriptions one subject may have going on at
	// this server, on all of its streams.
	PerCallerSubscriptions int
	// PerServer is how many streams this server takes.
	PerServer int
	// Times are how long the door waits for its callers; the zero value means the usual.
	Times Times
}

// Times are how long the door waits for whom it streams to.
type Times struct {
	// Init is how long a websocket may be without a connection_init.
	Init time.Duration
	// Write is how long a reader may take nothing before the stream is cut off.
	Write time.Duration
	// Alive is how often a quiet stream is written to, so that neither end, nor what
	// lies between, takes it for dead.
	Alive time.Duration
	// Peer is how long a websocket may be silent, pongs included, before it is dead.
	Peer time.Duration
	// Parting is how long the other end may take to close after it was told, and
	// Lingering how long a slow one may, who has yet to read that it was: closed before,
	// the system would drop what still waits for it as soon as it answers a ping.
	Parting, Lingering time.Duration
}

// usual are the times where none are given. Proxies cut what is quiet for a minute,
// and some for half of one.
var usual = Times{Init: 10 * time.Second, Write: 10 * time.Second, Alive: 12 * time.Second, Peer: 50 * time.Second, Parting: 2 * time.Second, Lingering: 30 * time.Second}

// perStranger is how many streams may be open from one address by who has not shown
// a token: those that are about to, and those that ask what needs none.
const perStranger = 200

// What callers are told when a stream ends that nobody asked to end.
const (
	stopping = "the server is stopping; reconnect with your cursor"
	tooSlow  = "TOO_SLOW"
	noToken  = "UNAUTHENTICATED"
)

var (
	errExpired = &Refusal{Code: noToken, Message: "Your token has expired, and the stream with it. Sign in again, and resume with the last cursor (after)."}
	errSlow    = &Refusal{Code: tooSlow, Message: "What was sent has not been read for too long, so the stream is cut off. Resume with the last cursor (after)."}
	errStopped = &Refusal{Code: Unavailable, Message: "The server is stopping. Connect again; another one, or the next, goes on from your last cursor (after)."}
)

// streams are those that are open at this server.
type streams struct {
	Streams

	mu       sync.Mutex
	stopping bool
	open     map[*place]struct{}
	callers  map[string]int
	kept     map[string]kept // subscriptions by caller
	all      sync.WaitGroup
}

// place is one open stream: whose it is, and how it is ended because the server
// stops.
type place struct {
	caller string
	end    func()
}

func newStreams(o *Streams) (*streams, error) {
	if o == nil {
		return nil, nil
	}
	if o.Authenticate == nil || o.Origin == nil || o.Now == nil || o.PerConnection < 1 || o.PerCaller < 1 || o.PerCallerSubscriptions < 1 || o.PerServer < 1 {
		return nil, errors.New("streams need to know who connects and from where, a clock, and limits of at least 1")
	}
	s := &streams{Streams: *o, open: map[*place]struct{}{}, callers: map[string]int{}, kept: map[string]kept{}}
	if s.Times == (Times{}) {
		s.Times = usual
	}
	return s, nil
}

// caller is by whom a context's streams are counted, and how many they may have.
func (s *streams) caller(ctx context.Context) (string, int) {
	if v, ok := viewer.From(ctx); ok {
		return "subject\x00" + v.Issuer + "\x00" + v.Subject, s.PerCaller
	}
	return "address\x00" + Network(viewer.RequestFrom(ctx).Address), perStranger
}

// enter makes room for a stream of the context's caller, or refuses it. end is
// called, aside, when the server stops; leave must follow.
func (s *streams) enter(ctx context.Context, end func()) (*place, error) {
	caller, most := s.caller(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.stopping:
		return nil, errStopped
	case len(s.open) >= s.PerServer:
		return nil, &Refusal{Code: Unavailable, Message: fmt.Sprintf("This server has %d streams open, and takes no more. Try again in a moment.", s.PerServer), RetryAfter: 5}
	case s.callers[caller] >= most:
		return nil, crowded(most)
	}
	p := &place{caller: caller, end: end}
	s.open[p] = struct{}{}
	s.callers[caller]++
	s.all.Add(1)
	return p, nil
}

// belongs counts a stream to who has signed in on it, or refuses that.
func (s *streams) belongs(ctx context.Context, p *place) error {
	caller, most := s.caller(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if caller == p.caller {
		return nil
	}
	if s.callers[caller] >= most {
		return crowded(most)
	}
	s.less(p.caller)
	p.caller = caller
	s.callers[caller]++
	return nil
}

func crowded(most int) *Refusal {
	return &Refusal{Code: LimitExceeded, Message: fmt.Sprintf("You have %d streams open; the limit is %d. Close some, or put several subscriptions on one websocket.", most, most)}
}

// leave gives the room of a stream back.
func (s *streams) leave(p *place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, p)
	s.less(p.caller)
	s.all.Done()
}

func (s *streams) less(caller string) {
	if s.callers[caller]--; s.callers[caller] <= 0 {
		delete(s.callers, caller)
	}
}

// untilExpiry calls fn when the token of the context's viewer ends. What it returns
// takes that back.
func (s *streams) untilExpiry(ctx context.Context, fn func()) (stop func()) {
	v, ok := viewer.From(ctx)
	if !ok || v.Until.IsZero() {
		return func() {}
	}
	timer := time.AfterFunc(v.Until.Sub(s.Now()), fn)
	return func() { timer.Stop() }
}

// Stop ends every stream with a word about why, and lets no other begin. It does not
// wait; Wait does.
func (d *Door) Stop() {
	if d.streams == nil {
		return
	}
	d.streams.mu.Lock()
	defer d.streams.mu.Unlock()
	d.streams.stopping = true
	for p := range d.streams.open {
		go p.end()
	}
}

// Wait returns when no stream is open any more, or when the context ends: websockets
// are none of net/http's, which waits for requests only. It is called after Stop.
func (d *Door) Wait(ctx context.Context) {
	if d.streams == nil {
		return
	}
	ended := make(chan struct{})
	go func() { d.streams.all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// fromNow is an instant of the machine's clock.
func fromNow(d time.Duration) time.Time {
	return time.Now().Add(d) //nolint:forbidigo // the kernel compares it with the machine's clock, whatever clock the product is given
}
