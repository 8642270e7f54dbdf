package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/cenkalti/backoff/v5"

	"gatehouse/internal/viewer"
)

// bookkeeping is how long one statement on the job table may take.
const bookkeeping = 5 * time.Second

// do runs one claimed job and writes down how it ended.
func (w *Worker) do(ctx context.Context, j Job) {
	if p, ok := w.periodic[j.Kind]; ok {
		w.doPeriodic(ctx, j, p)
		return
	}
	if no := w.hopeless(j); no != nil {
		w.log.ErrorContext(ctx, "a job failed", "job", j.ID.String(), "kind", j.Kind, "error", no.Error())
		w.write(j, ending{status: failed, lastError: no.Sentence})
		return
	}
	limit := time.Duration(0)
	if j.actor != nil {
		limit = j.CreatedAt.Add(Life).Sub(w.queue.now())
	}
	err := w.work(ctx, j, limit, w.options.Handlers[j.Kind])
	e := ending{status: done}
	switch {
	case errors.Is(err, errTakenOver):
		w.log.WarnContext(ctx, "a job was taken over by another server", "job", j.ID.String(), "kind", j.Kind)
		return
	case err != nil && !final(err) && (j.Attempt < j.tries || errors.Is(err, errStopping)):
		e = ending{status: queued, runAt: w.queue.now().Add(pause(j.Attempt, w.options.Chance())), lastError: told(err)}
		if errors.Is(err, errStopping) {
			e.runAt = w.queue.now()
		}
		w.log.WarnContext(ctx, "a job's try failed", "job", j.ID.String(), "kind", j.Kind, "attempt", j.Attempt, "again", e.runAt, "error", err.Error())
	case err != nil:
		e = ending{status: failed, lastError: told(err)}
		w.log.ErrorContext(ctx, "a job failed", "job", j.ID.String(), "kind", j.Kind, "attempt", j.Attempt, "error", err.Error())
	}
	w.write(j, e)
}

// doPeriodic runs periodic work and queues it again.
func (w *Worker) doPeriodic(ctx context.Context, j Job, p Periodic) {
	begun := w.queue.now()
	err := w.work(ctx, j, p.limit(), func(ctx context.Context, _ Job) error { return p.work(ctx) })
	e := ending{status: queued, runAt: p.next(begun, w.queue.now())}
	switch {
	case errors.Is(err, errTakenOver):
		return
	case errors.Is(err, errStopping):
		e.runAt = w.queue.now()
	case err != nil:
		w.log.ErrorContext(ctx, "periodic work failed", "work", p.name, "again", e.runAt, "error", err.Error())
	}
	if err != nil {
		e.lastError = told(err)
	}
	w.write(j, e)
}

// hopeless says why a job is not tried any more; nil when it is.
func (w *Worker) hopeless(j Job) *Failure {
	switch {
	case j.unreadable != nil:
		return GiveUp(j.unreadable, "It cannot be read who it acts for.")
	case j.Attempt > j.tries:
		return GiveUp(nil, "The server that worked on it ended during its last try.")
	case j.actor != nil && !w.queue.now().Before(j.CreatedAt.Add(Life)):
		return GiveUp(nil, "It was not done within %.0f hours, for which it had the rights of who asked for it; ask again.", Life.Hours())
	}
	return nil
}

// work runs a handler as whoever the job acts for, for as long as limit (0 means
// no limit), and makes an error of a panic. When the job was stopped from outside
// and its handler did not end well, the error is the reason.
func (w *Worker) work(ctx context.Context, j Job, limit time.Duration, handler Handler) (err error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w.begin(running{j, stop})
	defer w.over(j)
	if limit > 0 {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, limit)
		defer end()
	}
	ctx = viewer.With(ctx, j.actor.viewer())
	ctx = viewer.WithRequest(ctx, viewer.Request{ID: j.ID.String()})
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job: the handler panicked: %v\n%s", p, debug.Stack())
		}
		if cause := context.Cause(ctx); err != nil && (errors.Is(cause, errStopping) || errors.Is(cause, errTakenOver)) {
			err = fmt.Errorf("%w: %w", cause, err)
		}
	}()
	return handler(ctx, j)
}

// write writes down how a try ended, even when the server is stopping; a database
// that does not answer is asked again for a while, and then the lease runs out and
// the job is done again.
func (w *Worker) write(j Job, e ending) {
	ctx := context.Background()
	written, err := backoff.Retry(ctx, func() (bool, error) {
		ctx, cancel := context.WithTimeout(ctx, bookkeeping)
		defer cancel()
		return w.queue.end(ctx, j, e)
	}, backoff.WithMaxElapsedTime(w.options.Lease/2))
	switch {
	case err != nil:
		w.log.Error("how a job ended could not be written down; it is done again", "job", j.ID.String(), "kind", j.Kind, "error", err.Error())
	case !written:
		w.log.Warn("a job had been taken over by another server when it ended", "job", j.ID.String(), "kind", j.Kind)
	}
}
