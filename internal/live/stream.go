package live

import (
	"context"

	"gatehouse/internal/fault"
	"gatehouse/internal/store"
)

// stream is a subscription whose messages each tell of one event.
type stream[T any] struct {
	kind  kind
	eyes  *sight
	out   chan *T
	end   func(why error)
	judge func(*store.Event) *T // nil: the event is not for this subscription
	first func(at Cursor) *T    // the message that comes at once; nil: none does

	position int64
	over     bool
}

func newStream[T any](ctx context.Context, k kind, eyes *sight, queue int, judge func(*store.Event) *T) *stream[T] {
	return &stream[T]{kind: k, eyes: eyes, out: make(chan *T, queue), end: func(why error) { fault.End(ctx, why) }, judge: judge}
}

func (s *stream[T]) of() kind      { return s.kind }
func (s *stream[T]) sight() *sight { return s.eyes }
func (s *stream[T]) told() int64   { return s.position }

// begin says where it begins, and puts the first message in the empty queue.
func (s *stream[T]) begin(at int64) {
	s.position = at
	if s.first != nil {
		s.out <- s.first(Cursor(at))
		s.first = nil
	}
}

// tell puts a message for the event in the queue, if there is a place.
func (s *stream[T]) tell(e *store.Event) bool {
	s.position = e.Position
	item := s.judge(e)
	if item == nil {
		return true
	}
	select {
	case s.out <- item:
		return true
	default:
		return false
	}
}

// take waits for a place.
func (s *stream[T]) take(ctx context.Context, e *store.Event) bool {
	s.position = e.Position
	if item := s.judge(e); item != nil {
		select {
		case s.out <- item:
		case <-ctx.Done():
		}
	}
	return false
}

// cut lets the reader have what waits, and then the end.
func (s *stream[T]) cut(why error) {
	if s.over {
		return
	}
	s.over = true
	if why != nil {
		s.end(why)
	}
	close(s.out)
}
