// Package batch keeps a page's nested fields from becoming one query per
// element.
//
// Objects that were read together know each other through a Group. When one of
// them is asked for something that was not read with it, the question is
// answered for all of them by one fetch, and the others find the answer there.
// There is no waiting window: the group is known from the start. What a fetch
// brings forms a group of its own, so that the number of statements follows the
// depth of a query, never the number of its objects.
package batch

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"
)

// Group is a set of objects that were read together, by their database ids; one
// that was read alone is a group of one.
type Group struct {
	ids   []uuid.UUID
	mu    sync.Mutex
	calls map[any]*call
}

// call is one fetch for the whole group.
type call struct {
	done  chan struct{}
	value any
	err   error
}

// NewGroup makes the group of objects with these ids.
func NewGroup(ids []uuid.UUID) *Group { return &Group{ids: ids, calls: map[any]*call{}} }

// Load answers a question that every member of the group may be asked. The key
// names the question together with its arguments and must be comparable; fetch
// is called with all ids, once per key, by whoever asks first. A fetch that ends
// because its caller has gone is not kept: the next one asks again.
func Load[V any](ctx context.Context, g *Group, key any, fetch func(ctx context.Context, ids []uuid.UUID) (V, error)) (V, error) {
	for {
		g.mu.Lock()
		c, asked := g.calls[key]
		if !asked {
			c = &call{done: make(chan struct{})}
			g.calls[key] = c
		}
		g.mu.Unlock()
		if !asked {
			return answer(ctx, g, key, c, fetch)
		}
		select {
		case <-c.done:
			if c.err != nil {
				g.mu.Lock()
				kept := g.calls[key] == c
				g.mu.Unlock()
				if !kept && ctx.Err() == nil {
					continue
				}
			}
			v, _ := c.value.(V)
			return v, c.err
		case <-ctx.Done():
			var none V
			return none, context.Cause(ctx)
		}
	}
}

// errPanicked is what those get who wait for a fetch that panics; the panic itself
// goes to whoever began it.
var errPanicked = errors.New("batch: a fetch for several objects panicked")

// answer runs the fetch of a call and lets those go on who wait for it, whatever
// becomes of it.
func answer[V any](ctx context.Context, g *Group, key any, c *call, fetch func(ctx context.Context, ids []uuid.UUID) (V, error)) (v V, err error) {
	err = errPanicked
	defer func() {
		if err != nil && ctx.Err() != nil {
			g.mu.Lock()
			delete(g.calls, key)
			g.mu.Unlock()
		}
		c.value, c.err = v, err
		close(c.done)
	}()
	v, err = fetch(ctx, g.ids)
	return v, err
}
