package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/viewer"
)

// Timeouts say how long one statement of a viewer's may take; the zero viewer is
// nobody. 0 is what every connection is opened with, and costs nothing: another time
// costs a round trip per transaction, and of a read it can only be a shorter one.
type Timeouts func(viewer.Viewer) time.Duration

// timeout is the time for the context's viewer, 0 for the connection's own.
func (s *Store) timeout(ctx context.Context) time.Duration {
	if s.timeouts == nil {
		return 0
	}
	v, _ := viewer.From(ctx)
	return s.timeouts(v)
}

// hurry gives a transaction its viewer's time. It lasts as long as the transaction, so
// that a pooler sees nothing of it.
func (s *Store) hurry(ctx context.Context, tx *sql.Tx) error {
	d := s.timeout(ctx)
	if d == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SELECT set_config('statement_timeout', $1, true)", strconv.FormatInt(d.Milliseconds(), 10)); err != nil {
		return fmt.Errorf("set the time that a statement may take: %w", err)
	}
	return nil
}

// hurried is a context in which a read has its viewer's time. The rows are read in it
// too, so it ends with the request, or when the time is over.
func (s *Store) hurried(ctx context.Context) context.Context {
	d := s.timeout(ctx)
	if d == 0 {
		return ctx
	}
	inTime, cancel := context.WithTimeoutCause(ctx, d, fault.TooLong)
	context.AfterFunc(ctx, cancel)
	return inTime
}

// late is the error of a statement under hurried, which says so when it took too long.
func late(ctx context.Context, err error) error {
	if err != nil && errors.Is(context.Cause(ctx), fault.TooLong) {
		return fmt.Errorf("%w: %w", fault.TooLong, err)
	}
	return named(unreadable(err))
}
