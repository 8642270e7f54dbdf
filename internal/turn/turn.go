// Package turn lets those who go by one name do something one after the other: what is
// costly for the server, and what somebody could otherwise begin a thousand times at
// once. It counts in the memory of this server.
package turn

import (
	"context"
	"sync"
)

// Turns are the lines of those who wait, one for each name. The zero value is ready.
type Turns struct {
	mu    sync.Mutex
	lines map[string]*line
}

// line is of one name: a place for whose turn it is, and how many are in it or wait.
type line struct {
	turn chan struct{}
	here int
}

// Take waits until nobody else has the turn of this name; release gives it on, and must
// be called. When the context ends before, it is the error why, and nothing is to be
// given on.
func (t *Turns) Take(ctx context.Context, name string) (release func(), err error) {
	t.mu.Lock()
	if t.lines == nil {
		t.lines = map[string]*line{}
	}
	l := t.lines[name]
	if l == nil {
		l = &line{turn: make(chan struct{}, 1)}
		t.lines[name] = l
	}
	l.here++
	t.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
		return func() { <-l.turn; t.leave(name, l) }, nil
	case <-ctx.Done():
		t.leave(name, l)
		return nil, context.Cause(ctx)
	}
}

// leave forgets a line in which nobody is any more.
func (t *Turns) leave(name string, l *line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l.here--; l.here == 0 {
		delete(t.lines, name)
	}
}
