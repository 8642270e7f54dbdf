package live

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/turn"
)

// Figures reads the three figures of licences, as the context's viewer may see them.
type Figures interface {
	Usage(ctx context.Context, unit *id.ID, seatType *lifecycle.SeatType) (*licence.SeatUsage, error)
}

// Options say how a feed goes about it. What is zero is as usual.
type Options struct {
	// Pace is how long a subscriber to figures is left in peace after each message;
	// usually 1 s.
	Pace time.Duration
	// Queue is how many messages wait for a subscriber; usually 256.
	Queue int
}

// readers is how many who catch up read the database at once.
const readers = 4

// Feed is this server's part of the stream.
type Feed struct {
	store   *store.Store
	scopes  *scope.Resolver
	figures Figures
	pace    time.Duration
	queue   int
	// committed is rung when this process has written events, joined when a
	// subscriber has come, and usage when figures may have to be told.
	committed, joined, usage bell
	// reading is taken by each who reads the past, and turns by each of one person's
	// subscriptions before that: of a thousand that come back, one has a hand.
	reading chan struct{}
	turns   turn.Turns

	mu sync.Mutex
	// position is the number up to which the followers were told; without followers
	// it means nothing.
	position  int64
	followers [kinds]map[follower]struct{}
	// lacking are those of the followers' sights that name a business unit which was not
	// there when it was last looked for, and up to which event it was; 0 for not since the
	// follower has come.
	lacking map[*sight]int64
}

// New makes a feed on a store. It tells nobody of anything before Run.
func New(s *store.Store, scopes *scope.Resolver, figures Figures, o Options) *Feed {
	f := &Feed{
		store: s, scopes: scopes, figures: figures, pace: cmp.Or(o.Pace, time.Second), queue: cmp.Or(o.Queue, 256),
		committed: newBell(), joined: newBell(), usage: newBell(), reading: make(chan struct{}, readers),
		lacking: map[*sight]int64{},
	}
	for k := range f.followers {
		f.followers[k] = map[follower]struct{}{}
	}
	s.OnCommit(f.committed.ring)
	return f
}

// Present moves the instant of a stream's context to now, before a message is shown.
func (f *Feed) Present(ctx context.Context) { f.store.Renew(ctx) }

// kind says what a subscription follows.
type kind int

const (
	ofEnrollments kind = iota
	ofUsage
	ofJobs
	kinds
)

// follower is one subscription. Its methods are called under the feed's lock, or by
// whoever catches up for it, before the feed knows it.
type follower interface {
	// of says what it follows.
	of() kind
	// tell judges one event, and false says that there is no place for the message.
	tell(e *store.Event) bool
	// take is tell, but waits for a place, until the context ends. It is done when
	// nothing of the past can matter to it any more.
	take(ctx context.Context, e *store.Event) (done bool)
	// told is the number of the last event that it was told of.
	told() int64
	// begin says where it begins.
	begin(at int64)
	// cut ends it, once. A follower that has left is not told of anything any more.
	cut(why error)
	// sight is what its viewer may see.
	sight() *sight
}

// concerned says which subscriptions an event may be for.
func concerned(e *store.Event) []kind {
	switch e.Resource {
	case audit.Enrollment:
		return enrollmentEvents
	case audit.Seat, audit.Certificate, audit.Allocation, audit.License, audit.BusinessUnit:
		return usageEvents
	case audit.Job:
		return jobEvents
	}
	return nil
}

var (
	enrollmentEvents = []kind{ofEnrollments, ofUsage}
	usageEvents      = []kind{ofUsage}
	jobEvents        = []kind{ofJobs}
)

// hot reports whether anybody follows.
func (f *Feed) hot() bool {
	for _, of := range f.followers {
		if len(of) > 0 {
			return true
		}
	}
	return false
}

// leave takes a follower out; without a reason its stream is simply over.
func (f *Feed) leave(s follower, why error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(s, why)
}

// drop is leave, under the lock.
func (f *Feed) drop(s follower, why error) {
	delete(f.followers[s.of()], s)
	delete(f.lacking, s.sight())
	s.cut(why)
}

// cutAll ends every stream.
func (f *Feed) cutAll(why error) {
	for _, of := range f.followers {
		for s := range of {
			f.drop(s, why)
		}
	}
}

// dispatch tells the followers of the events behind from, in their order. It does
// nothing when they have been told meanwhile, or others have come; nor, and that is
// false, while it is to be found out which new business units some of them see.
func (f *Feed) dispatch(from int64, events []store.Event) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.position != from {
		return true
	}
	if events[0].Position != from+1 {
		f.cutAll(fault.CursorTooOld)
		return true
	}
	if len(f.unmet(events)) > 0 {
		return false
	}
	for n := range events {
		e := &events[n]
		for _, k := range concerned(e) {
			for s := range f.followers[k] {
				if e.Position > s.told() && !s.tell(e) {
					f.drop(s, fault.TooSlow)
				}
			}
		}
	}
	f.position = events[len(events)-1].Position
	return true
}

// bell wakes one who waits; ringing it twice wakes once.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// quiet is a log that nobody reads, where none was given.
func quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
