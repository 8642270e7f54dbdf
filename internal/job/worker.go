package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options say what a worker does and how. What is zero is as usual.
type Options struct {
	// Handlers do the jobs of each kind. Jobs of other kinds are left to servers
	// that know them.
	Handlers map[string]Handler
	// Every is the periodic work.
	Every []Periodic
	// URL is where calls from other servers are listened for: the database. Empty:
	// the poll alone finds their work (behind a pooler that gives no sessions).
	URL string
	// Hands is how many jobs it does at once; usually 4.
	Hands int
	// Poll is how often it looks for work without being woken; usually 5 s.
	Poll time.Duration
	// Lease is how long a job is its own without a sign of life; usually 30 s. It
	// gives one three times as often.
	Lease time.Duration
	// Grace is how long running jobs may go on when it is told to stop; usually 10 s.
	Grace time.Duration
	// Chance spreads the pauses between tries; usually a random number in [0, 1).
	Chance func() float64
	// Log is told what went wrong; usually nobody is.
	Log *slog.Logger
}

// callInterval is how often a server calls others for help at most.
const callInterval = time.Second

// Worker does jobs.
type Worker struct {
	queue    *Queue
	options  Options
	periodic map[string]Periodic // by kind
	kinds    []string
	log      *slog.Logger

	mu        sync.Mutex
	running   map[try]running
	scheduled bool
}

// try is one try of a job. (A job whose lease ran out may be at work twice here.)
type try struct {
	job     uuid.UUID
	attempt int
}

// running is a job at work in this process.
type running struct {
	job Job
	// stop ends its context, saying why.
	stop context.CancelCauseFunc
}

// New makes a worker for a queue. It refuses two works of one name.
func New(q *Queue, o Options) (*Worker, error) {
	w := &Worker{queue: q, options: o, periodic: map[string]Periodic{}, running: map[try]running{}}
	for kind := range o.Handlers {
		if strings.HasPrefix(kind, periodicKinds) {
			return nil, fmt.Errorf("job: a handler cannot be of kind %q: what begins with %q is periodic work", kind, periodicKinds)
		}
		w.kinds = append(w.kinds, kind)
	}
	for _, p := range o.Every {
		if _, there := w.periodic[p.kind()]; there || p.name == "" || p.interval <= 0 {
			return nil, fmt.Errorf("job: periodic work needs a name of its own and an interval, and %q every %s has not", p.name, p.interval)
		}
		w.periodic[p.kind()] = p
		w.kinds = append(w.kinds, p.kind())
	}
	slices.Sort(w.kinds)
	w.options.Hands = cmp.Or(o.Hands, 4)
	w.options.Poll = cmp.Or(o.Poll, 5*time.Second)
	w.options.Lease = cmp.Or(o.Lease, 30*time.Second)
	w.options.Grace = cmp.Or(o.Grace, 10*time.Second)
	if w.options.Chance == nil {
		w.options.Chance = rand.Float64
	}
	if w.log = o.Log; w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	return w, nil
}

// Run does what is due until the context ends: what this server enqueues at once,
// what others call for when their hands are full, and the rest at the next poll.
// Then it takes nothing new, lets running jobs end for as long as Grace, stops
// those that have not, and gives their leases back. A database that does not answer
// is asked again at the next poll.
func (w *Worker) Run(ctx context.Context) {
	working, halt := context.WithCancel(context.WithoutCancel(ctx))
	var beside sync.WaitGroup
	defer beside.Wait()
	defer halt()
	called := make(chan struct{}, 1)
	if w.options.URL != "" {
		beside.Go(func() {
			listen(working, w.options.URL, func() {
				select {
				case called <- struct{}{}:
				default:
				}
			}, w.log)
		})
	}
	beside.Go(func() { w.giveSigns(working) })

	freed := make(chan struct{}, w.options.Hands)
	var jobs sync.WaitGroup
	turn := time.NewTimer(0)
	defer turn.Stop()
	for free := w.options.Hands; ctx.Err() == nil; {
		claimed := w.take(ctx, free)
		for _, j := range claimed {
			jobs.Go(func() { w.do(working, j); freed <- struct{}{} })
		}
		if free -= len(claimed); free > 0 { // it has taken all there was
			free += w.rest(ctx, called, freed)
			continue
		}
		free += w.full(ctx, freed, turn)
	}
	w.drain(&jobs)
}

// rest waits until there may be work again, and returns how many hands became free
// meanwhile.
func (w *Worker) rest(ctx context.Context, called, freed <-chan struct{}) (n int) {
	// Up to a fifth more or less, so that servers that began together do not look
	// together.
	poll := time.NewTimer(time.Duration(float64(w.options.Poll) * (0.8 + 0.4*w.options.Chance())))
	defer poll.Stop()
	for {
		select {
		case <-freed:
			n++
		case <-w.queue.bell:
			return n
		case <-called:
			return n
		case <-poll.C:
			return n
		case <-ctx.Done():
			return n
		}
	}
}

// full waits, with no hand free, until one is, and returns how many are. Meanwhile
// there may be work that it cannot take: it calls other servers for help, at once
// and again when more is enqueued here, but only when it is its turn, which comes
// once per callInterval.
func (w *Worker) full(ctx context.Context, freed <-chan struct{}, turn *time.Timer) int {
	for wanted := true; ; {
		var call <-chan time.Time
		if wanted {
			call = turn.C
		}
		select {
		case <-call:
			w.callForHelp(ctx)
			wanted = false
			turn.Reset(callInterval)
		case <-w.queue.bell:
			wanted = true
		case <-freed:
			return 1
		case <-ctx.Done():
			return 0
		}
	}
}

// RunDue does everything that is due now, and what that enqueues, and returns how
// many tries that took: for tests, and for commands that do not stay. It must not
// run beside Run.
func (w *Worker) RunDue(ctx context.Context) (int, error) {
	working, halt := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { w.giveSigns(working) })
	defer beside.Wait()
	defer halt()
	for total := 0; ; {
		claimed, err := w.claim(ctx, w.options.Hands)
		if err != nil || len(claimed) == 0 {
			return total, err
		}
		var jobs sync.WaitGroup
		for _, j := range claimed {
			jobs.Go(func() { w.do(working, j) })
		}
		jobs.Wait()
		total += len(claimed)
	}
}

// take claims jobs for free hands. When the database does not answer there are none
// to be had.
func (w *Worker) take(ctx context.Context, free int) []Job {
	if free == 0 {
		return nil
	}
	jobs, err := w.claim(ctx, free)
	if err != nil {
		w.log.ErrorContext(ctx, "no jobs could be claimed; the next poll tries again", "error", err.Error())
	}
	return jobs
}

// claim claims jobs, after periodic work was scheduled once. It does not stop half
// way when the context ends: a claim that nobody heard of would lie until its lease
// runs out.
func (w *Worker) claim(ctx context.Context, n int) ([]Job, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookkeeping)
	defer cancel()
	if !w.scheduled {
		if err := w.queue.schedule(ctx, w.options.Every); err != nil {
			return nil, err
		}
		w.scheduled = true
	}
	return w.queue.claim(ctx, w.kinds, n, w.options.Lease)
}

func (w *Worker) callForHelp(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, bookkeeping)
	defer cancel()
	if err := w.queue.store.CallForHelp(ctx); err != nil && !errors.Is(err, context.Canceled) {
		w.log.WarnContext(ctx, "other servers could not be called to the job table", "error", err.Error())
	}
}
