package store

import (
	"context"
	"sync/atomic"
	"time"
)

type instantKey struct{}

// pinned is the instant of a context. told: somebody tells of the past, so that time
// stands still, however long the telling takes.
type pinned struct {
	at   atomic.Pointer[time.Time]
	told bool
}

// pinnedIn is the instant of a context; nil when it has none.
func pinnedIn(ctx context.Context) *pinned {
	p, _ := ctx.Value(instantKey{}).(*pinned)
	return p
}

// pin returns a context with an instant.
func pin(ctx context.Context, t time.Time, told bool) context.Context {
	p := &pinned{told: told}
	p.at.Store(instant(t))
	return context.WithValue(ctx, instantKey{}, p)
}

// At returns a context whose work all happens at one instant, such as each act of the
// past in the demo data.
func At(ctx context.Context, t time.Time) context.Context { return pin(ctx, t, true) }

// instant is a time as the database keeps it.
func instant(t time.Time) *time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

// Now is the instant of the context's request, from the clock that the store
// was given; never the database's.
func (s *Store) Now(ctx context.Context) time.Time {
	if p := pinnedIn(ctx); p != nil {
		return *p.at.Load()
	}
	return *instant(s.now())
}

// Present is what the clock says now, for what tells how long something takes that
// has an instant of its own; in a context of At it is that instant.
func (s *Store) Present(ctx context.Context) time.Time {
	if p := pinnedIn(ctx); p != nil && p.told {
		return *p.at.Load()
	}
	return *instant(s.now())
}

// Pin fixes the instant of the context at the store's clock, so that everything
// that one request reads and writes agrees about what has expired. The HTTP layer
// does so once per request.
func (s *Store) Pin(ctx context.Context) context.Context {
	p := pinnedIn(ctx)
	return pin(ctx, s.Now(ctx), p != nil && p.told)
}

// Renew moves the instant that Pin fixed, for the context and all that came from it,
// to the clock's present. It is for what goes on for hours, such as a subscription,
// before each of its messages; a context that is not pinned stays so.
func (s *Store) Renew(ctx context.Context) {
	if p := pinnedIn(ctx); p != nil {
		p.at.Store(instant(s.now()))
	}
}
