package job

import (
	"context"
	"time"
)

// begin counts a job among those at work here.
func (w *Worker) begin(r running) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.running[try{r.job.ID.UUID, r.job.Attempt}] = r
}

// over ends that.
func (w *Worker) over(j Job) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.running, try{j.ID.UUID, j.Attempt})
}

// atWork are the jobs at work here.
func (w *Worker) atWork() []running {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]running, 0, len(w.running))
	for _, r := range w.running {
		all = append(all, r)
	}
	return all
}

// giveSigns prolongs the leases of the jobs at work here, three times per lease,
// until the context ends.
func (w *Worker) giveSigns(ctx context.Context) {
	ticker := time.NewTicker(w.options.Lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			w.giveSign(ctx)
		}
	}
}

// giveSign prolongs the leases once, and stops jobs that another server has taken
// over. When the database does not answer the jobs go on: as long as nobody else
// gets an answer either, nobody takes them over, and else their end is not written.
func (w *Worker) giveSign(ctx context.Context) {
	all := w.atWork()
	if len(all) == 0 {
		return
	}
	jobs := make([]Job, len(all))
	for i, r := range all {
		jobs[i] = r.job
	}
	ctx, cancel := context.WithTimeout(ctx, bookkeeping)
	defer cancel()
	held, err := w.queue.prolong(ctx, jobs, w.options.Lease)
	if err != nil {
		w.log.WarnContext(ctx, "the leases of running jobs could not be prolonged", "error", err.Error())
		return
	}
	for _, r := range all {
		if !held[try{r.job.ID.UUID, r.job.Attempt}] {
			r.stop(errTakenOver)
		}
	}
}
