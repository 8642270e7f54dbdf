package fault

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

var (
	// CursorTooOld: what followed the place in the stream of changes is not kept any
	// more, or never was. Read anew, and follow from now on.
	CursorTooOld = errors.New("the cursor is too old")
	// CursorAhead is a CursorTooOld of a place that was never reached here: it is of
	// another database, or of this one before it was restored.
	CursorAhead = fmt.Errorf("%w: or is not reached yet", CursorTooOld)
	// TooSlow: a subscriber did not read as fast as things change, and was cut off.
	TooSlow = errors.New("the subscriber was too slow")
)

// Ending is why a stream has ended, where who serves it can read what only its source
// knows: a channel says that there is no more, and not why.
type Ending struct {
	mu  sync.Mutex
	err error
}

type endingKey struct{}

// WithEnding returns a context for one stream, and where its end will be explained.
func WithEnding(ctx context.Context) (context.Context, *Ending) {
	e := new(Ending)
	return context.WithValue(ctx, endingKey{}, e), e
}

// End says why the context's stream ends, before it does. The first reason counts.
func End(ctx context.Context, why error) {
	if e, ok := ctx.Value(endingKey{}).(*Ending); ok {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.err == nil {
			e.err = why
		}
	}
}

// Err is why the stream has ended; nil when it was complete.
func (e *Ending) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}
