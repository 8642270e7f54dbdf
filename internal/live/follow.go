package live

import (
	"context"
	"slices"

	"gatehouse/internal/fault"
	"gatehouse/internal/store"
)

// follow lets a follower begin: from now on, or behind a cursor, until the context
// ends. A cursor behind which something was forgotten is refused with
// fault.CursorTooOld, and one that is not reached yet with fault.CursorAhead: it is of
// another database, or of this one before it was restored.
//
// Without a cursor the follower is among the others when follow returns; with one it
// is there as soon as it has caught up.
func (f *Feed) follow(ctx context.Context, s follower, after *Cursor) error {
	if after == nil {
		if err := f.joinNow(ctx, s); err != nil {
			return err
		}
		context.AfterFunc(ctx, func() { f.leave(s, nil) })
		return nil
	}
	oldest, newest, err := f.store.Positions(ctx)
	if err != nil {
		return err
	}
	switch at := int64(*after); {
	case at > newest:
		return fault.CursorAhead
	case at < oldest-1:
		return fault.CursorTooOld
	}
	s.begin(int64(*after))
	go func() {
		if err := f.catchUp(ctx, s); err != nil && ctx.Err() == nil {
			f.leave(s, err)
			return
		}
		context.AfterFunc(ctx, func() { f.leave(s, nil) })
	}()
	return nil
}

// joinNow puts a follower among the others: it is told of everything that commits
// from now on, and perhaps of what has just committed.
func (f *Feed) joinNow(ctx context.Context, s follower) error {
	f.mu.Lock()
	hot := f.hot()
	f.mu.Unlock()
	newest := int64(0)
	if !hot { // otherwise the others were told of all but the last moment
		var err error
		if _, newest, err = f.store.Positions(ctx); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hot() || hot { // or was, a moment ago
		newest = max(newest, f.position)
	}
	if !f.hot() {
		f.position = newest
	}
	s.begin(newest)
	f.admit(s)
	return nil
}

// catchUp tells a follower of what lies behind its cursor, by pages from the
// database, until it knows all that the others know; then it is one of them. A slow
// reader holds up nobody but itself.
func (f *Feed) catchUp(ctx context.Context, s follower) error {
	for ctx.Err() == nil {
		events, err := f.past(ctx, s)
		if err != nil {
			return err
		}
		if err := f.sees(ctx, s.sight(), events); err != nil {
			return err
		}
		for n := range events {
			if events[n].Position != s.told()+1 { // forgotten while it was catching up
				return fault.CursorTooOld
			}
			if !slices.Contains(concerned(&events[n]), s.of()) {
				s.begin(events[n].Position)
				continue
			}
			if done := s.take(ctx, &events[n]); done {
				return f.joinNow(ctx, s)
			}
			if ctx.Err() != nil {
				return nil
			}
		}
		if len(events) < pastPage && ctx.Err() == nil && f.joinCaughtUp(s) {
			return nil
		}
	}
	return nil
}

// past reads a page for who catches up: a few at a time, so that all who come back
// after a restart leave the database to others, and one at a time for each person, so
// that those leave it to each other.
func (f *Feed) past(ctx context.Context, s follower) ([]store.Event, error) {
	who := s.sight().viewer
	release, err := f.turns.Take(ctx, who.Issuer+"\n"+who.Subject)
	if err != nil {
		return nil, nil //nolint:nilerr // the stream has ended, and nobody is told
	}
	defer release()
	select {
	case f.reading <- struct{}{}:
		defer func() { <-f.reading }()
		return f.store.Events(ctx, s.told(), pastPage)
	case <-ctx.Done():
		return nil, nil
	}
}

// joinCaughtUp puts a follower among the others, unless they know more by now.
func (f *Feed) joinCaughtUp(s follower) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case !f.hot():
		f.position = s.told()
	case f.position > s.told():
		return false
	}
	f.admit(s)
	return true
}

// admit puts a follower among the others. Something may have got its number before
// anybody followed, figures may be due already, and a business unit may have been made
// since the follower's were read.
func (f *Feed) admit(s follower) {
	f.followers[s.of()][s] = struct{}{}
	if see := s.sight(); see.lacks() {
		f.lacking[see] = 0
	}
	f.joined.ring()
	f.usage.ring()
}
