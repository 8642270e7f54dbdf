package page

import (
	"context"
	"sync"
)

// Connection is one page of a list, as the schema's …Connection types show it.
type Connection[T any] struct {
	Edges    []Edge[T]
	PageInfo Info

	count func(context.Context) (int, error)
	once  sync.Once
	n     int
	err   error
}

// Edge is an element and its place in the list.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// NewConnection makes the page of rows, with a count that runs when it is asked
// for, and once at most. A nil count counts nothing.
func NewConnection[T any](w Window, rows []T, key func(T) Key, count func(context.Context) (int, error)) *Connection[T] {
	rows, info := Cut(w, rows, key)
	c := &Connection[T]{Edges: make([]Edge[T], len(rows)), PageInfo: info, count: count}
	for i, r := range rows {
		c.Edges[i] = Edge[T]{Cursor: w.Cursor(key(r)), Node: r}
	}
	return c
}

// Empty is the page of a list that has nothing in it for the viewer.
func Empty[T any]() *Connection[T] { return &Connection[T]{Edges: []Edge[T]{}} }

// Nodes are the elements without their places.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, len(c.Edges))
	for i, e := range c.Edges {
		nodes[i] = e.Node
	}
	return nodes
}

// TotalCount is how many elements the list has, up to MaxCount.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) {
	n, err := c.counted(ctx)
	return min(n, MaxCount), err
}

// TotalCountCapped reports whether there are more than MaxCount.
func (c *Connection[T]) TotalCountCapped(ctx context.Context) (bool, error) {
	n, err := c.counted(ctx)
	return n > MaxCount, err
}

func (c *Connection[T]) counted(ctx context.Context) (int, error) {
	c.once.Do(func() {
		if c.count != nil {
			c.n, c.err = c.count(ctx)
		}
	})
	return c.n, c.err
}
