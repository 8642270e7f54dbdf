package job

import (
	"errors"
	"sync"
	"time"
)

// errStopping is why a job is stopped at shutdown, errTakenOver why one is that
// another server has claimed.
var (
	errStopping  = errors.New("job: the server stops")
	errTakenOver = errors.New("job: its lease ran out and another server has taken it over")
)

// drain lets running jobs end, stops those that have not after Grace, and gives
// back the leases of those that do not even then.
func (w *Worker) drain(jobs *sync.WaitGroup) {
	ended := make(chan struct{})
	go func() { jobs.Wait(); close(ended) }()
	if within(ended, w.options.Grace) {
		return
	}
	for _, r := range w.atWork() {
		r.stop(errStopping)
	}
	if within(ended, bookkeeping) {
		return
	}
	for _, r := range w.atWork() {
		w.log.Warn("a job did not stop and is left to other servers", "job", r.job.ID.String(), "kind", r.job.Kind)
		w.write(r.job, ending{status: queued, runAt: w.queue.now(), lastError: told(errStopping)})
	}
}

// within reports whether something ended in time.
func within(ended <-chan struct{}, patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}
