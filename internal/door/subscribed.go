package door

import (
	"context"
	"sync"
)

// What is kept of a subscription for as long as it goes on is its request: the
// document as it was parsed, and the variables, which take up to forty times the room
// of their text.
const (
	// mostKept is how long the request of one subscription may be, in bytes.
	mostKept = 64 << 10
	// mostKeptByCaller is how long those of one subject's subscriptions may be together.
	mostKeptByCaller = 4 << 20
)

// kept is what a caller's subscriptions keep here: how many there are, and the length
// of their requests.
type kept struct{ subscriptions, bytes int }

// subscribe makes room for a subscription of the context's caller, or refuses it. free
// must be called when it is over, and may be called again.
func (s *streams) subscribe(ctx context.Context, bytes int) (free func(), err error) {
	caller, _ := s.caller(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept[caller]
	switch {
	case k.subscriptions >= s.PerCallerSubscriptions:
		return nil, tooMuch("You have %d subscriptions going on; the limit is %d, on all streams together. Complete some, or follow more with one: a filter takes lists.", k.subscriptions, s.PerCallerSubscriptions)
	case k.bytes+bytes > mostKeptByCaller:
		return nil, tooMuch("The requests of your subscriptions have %d bytes, and with this one %d; the limit is %d, since they are kept for as long as the subscriptions go on. Complete some, or ask for less in each.", k.bytes, k.bytes+bytes, mostKeptByCaller)
	}
	s.kept[caller] = kept{k.subscriptions + 1, k.bytes + bytes}
	return sync.OnceFunc(func() { s.unsubscribe(caller, bytes) }), nil
}

func (s *streams) unsubscribe(caller string, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.kept[caller]
	if k = (kept{k.subscriptions - 1, k.bytes - bytes}); k.subscriptions == 0 {
		delete(s.kept, caller)
		return
	}
	s.kept[caller] = k
}
