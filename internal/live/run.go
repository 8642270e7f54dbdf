package live

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"gatehouse/internal/store"
)

const (
	// poll is how often the feed looks by itself: for events that a server left
	// without a number, and for numbers of which nobody was heard.
	poll = time.Second
	// rest is the least time between two rounds of numbering: under load many commits
	// share a round, which writes to the log and tells every server.
	rest = 20 * time.Millisecond
	// page is how many events are numbered by one statement, or read by one for all who
	// follow.
	page = 1000
	// pastPage is how many are read by one for who catches up, who keeps them for as long
	// as it takes to read them: there may be thousands of those.
	pastPage = 200
)

// Run numbers the events of this server's transactions and tells this server's
// subscribers of all servers' events, until the context ends. url is the database,
// where other servers are heard; empty where sessions do not last (behind a pooler),
// and then the poll finds what they have numbered. A database that does not answer is
// asked again at the next poll.
func (f *Feed) Run(ctx context.Context, url string, log *slog.Logger) {
	log = quiet(log)
	heard := make(chan int64, 1)
	var beside sync.WaitGroup
	defer beside.Wait()
	if url != "" {
		beside.Go(func() {
			store.Listen(ctx, url, store.EventsChannel, func(said string) { hear(heard, said) }, log)
		})
	}
	beside.Go(func() { f.tellUsage(ctx, log) })

	turn := time.NewTimer(0) // when the next round of numbering may be
	defer turn.Stop()
	look := time.NewTicker(poll)
	defer look.Stop()
	fine := true
	wanted := false // a round of numbering is due
	for ctx.Err() == nil {
		var mayNumber <-chan time.Time
		if wanted {
			mayNumber = turn.C
		}
		var err error
		select {
		case <-ctx.Done():
			return
		case <-f.committed:
			wanted = true
			continue
		case <-look.C:
			wanted = true
			err = f.read(ctx)
		case <-mayNumber:
			if wanted, err = f.number(ctx); err == nil {
				err = f.read(ctx)
			}
			turn.Reset(rest)
		case newest := <-heard:
			if !f.behind(newest) {
				continue
			}
			err = f.read(ctx)
		case <-f.joined:
			err = f.read(ctx)
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, context.Canceled) && fine {
			log.ErrorContext(ctx, "committed changes cannot be followed; it is tried again", "every", poll.String(), "error", err.Error())
		}
		fine = err == nil
	}
}

// hear keeps the newest number that another server has told of, and one beyond all
// others where something may have been missed.
func hear(heard chan int64, said string) {
	newest, err := strconv.ParseInt(said, 10, 64)
	if err != nil {
		newest = 1<<63 - 1
	}
	select {
	case before := <-heard:
		newest = max(newest, before)
	default:
	}
	select {
	case heard <- newest:
	default: // somebody else has put one there; the poll finds the rest
	}
}

// behind reports whether there is somebody who was not told of this number yet.
func (f *Feed) behind(newest int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hot() && newest > f.position
}

// number gives numbers to what has committed. more says that another round is due:
// another server was at it, which may have looked before the newest commit here.
func (f *Feed) number(ctx context.Context) (more bool, err error) {
	for {
		n, busy, err := f.store.Number(ctx, page)
		if err != nil || n < page {
			return busy, err
		}
	}
}

// read reads the events that the followers were not told of, once for all of them,
// and tells them.
func (f *Feed) read(ctx context.Context) error {
	for {
		f.mu.Lock()
		hot, from := f.hot(), f.position
		f.mu.Unlock()
		if !hot {
			return nil
		}
		events, err := f.store.Events(ctx, from, page)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := f.meetNewUnits(ctx, events); err != nil {
			return err
		}
		if f.dispatch(from, events) && len(events) < page {
			return nil
		}
	}
}
