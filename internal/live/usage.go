package live

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// SeatUsageEvent is the figures, after something changed.
type SeatUsageEvent struct {
	Cursor Cursor
	// Usage is what they were read as for this message; nil when the business unit
	// does not exist for the viewer.
	Usage *licence.SeatUsage
}

// usage is a subscription to figures. It has no queue to fill: what changes while a
// message waits to be read, or within the pace, is told by the next one.
type usage struct {
	feed     *Feed
	eyes     *sight
	unit     *id.ID
	seatType *lifecycle.SeatType
	out      chan *SeatUsageEvent
	end      func(why error)

	position int64
	over     bool
	// dirty: something has happened that may have changed the figures. resting: the
	// last message, or look, was a moment ago.
	dirty, resting bool
	// sent, and last what was sent last.
	sent bool
	last *licence.SeatUsage
}

// SeatUsage follows the figures until the context ends: of one business unit and seat
// type, or of all that the viewer may see. Without a cursor the first message comes at
// once; a later one comes when the figures are others than those of the last, at most
// one per pace. It is refused with FORBIDDEN without VIEW_BUSINESS_UNITS.
func (f *Feed) SeatUsage(ctx context.Context, unit *id.ID, seatType *lifecycle.SeatType, after *Cursor) (<-chan *SeatUsageEvent, error) {
	eyes, err := f.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	if no := eyes.viewer.Lacks("the usage of licences", lifecycle.ViewBusinessUnits); no != nil {
		return nil, no
	}
	s := &usage{feed: f, eyes: eyes, unit: unit, seatType: seatType, out: make(chan *SeatUsageEvent, 1), end: func(why error) { fault.End(ctx, why) }}
	s.resting = after == nil // until the first message is there
	if err := f.follow(ctx, s, after); err != nil {
		return nil, err
	}
	if after != nil {
		return s.out, nil
	}
	now, err := f.figures.Usage(ctx, unit, seatType)
	if err != nil {
		f.leave(s, nil)
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.send(Cursor(s.position), now)
	return s.out, nil
}

func (s *usage) of() kind       { return ofUsage }
func (s *usage) sight() *sight  { return s.eyes }
func (s *usage) told() int64    { return s.position }
func (s *usage) begin(at int64) { s.position = at }

// tell remembers that the figures may have changed.
func (s *usage) tell(e *store.Event) bool {
	s.position = e.Position
	if s.unit != nil && (s.unit.Kind != id.BusinessUnit || s.unit.UUID != e.BusinessUnit) || !s.eyes.scope.Has(e.BusinessUnit) {
		return true
	}
	s.dirty = true
	if !s.resting {
		s.feed.usage.ring()
	}
	return true
}

// take needs one event that matters and no more.
func (s *usage) take(_ context.Context, e *store.Event) bool {
	s.tell(e)
	return s.dirty
}

func (s *usage) cut(why error) {
	if s.over {
		return
	}
	s.over = true
	if why != nil {
		s.end(why)
	}
	close(s.out)
}

// send puts a message in the queue of one, unless the reader knows these figures, and
// leaves the reader in peace for the pace. While one waits to be read it stays dirty.
func (s *usage) send(at Cursor, now *licence.SeatUsage) {
	if s.over {
		return
	}
	s.rest()
	if s.sent && same(s.last, now) {
		return
	}
	select {
	case s.out <- &SeatUsageEvent{Cursor: at, Usage: now}:
		s.sent, s.last = true, now
	default:
		s.dirty = true
	}
}

// rest begins the pace.
func (s *usage) rest() {
	s.resting = true
	time.AfterFunc(s.feed.pace, func() {
		s.feed.mu.Lock()
		defer s.feed.mu.Unlock()
		s.resting = false
		if s.dirty && !s.over {
			s.feed.usage.ring()
		}
	})
}

// tellUsage reads the figures for those to whom they may have to be told, once for
// all who see the same, until the context ends.
func (f *Feed) tellUsage(ctx context.Context, log *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.usage:
		}
		at, due := f.dueUsage()
		for _, alike := range due {
			now, err := f.figures.Usage(viewer.With(ctx, alike[0].eyes.viewer), alike[0].unit, alike[0].seatType)
			if err != nil && ctx.Err() == nil {
				log.ErrorContext(ctx, "figures could not be read for subscribers; it is tried again", "error", err.Error())
			}
			f.mu.Lock()
			for _, s := range alike {
				if err != nil {
					s.dirty = true
					s.rest()
					continue
				}
				s.send(max(at, Cursor(s.position)), now)
			}
			f.mu.Unlock()
		}
	}
}

// dueUsage is the dirty subscriptions that do not rest, by what they see, and the
// number up to which all were told.
func (f *Feed) dueUsage() (at Cursor, due map[string][]*usage) {
	due = map[string][]*usage{}
	f.mu.Lock()
	defer f.mu.Unlock()
	for s := range f.followers[ofUsage] {
		if u, ok := s.(*usage); ok && u.dirty && !u.resting {
			u.dirty, u.resting = false, true
			key := u.eyes.units()
			if u.unit != nil {
				key += " " + u.unit.String()
			}
			if u.seatType != nil {
				key += " " + string(*u.seatType)
			}
			due[key] = append(due[key], u)
		}
	}
	return Cursor(f.position), due
}

// same reports whether two readings show the same figures.
func same(a, b *licence.SeatUsage) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Figures == b.Figures && slices.EqualFunc(a.ByType, b.ByType, func(x, y *licence.SeatUsageOfType) bool { return *x == *y })
}
