package bulk

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/batch"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

// together are jobs that were read by one statement: what one is asked for is read for
// all of them.
type together struct {
	jobs  []*Job
	group *batch.Group
}

func newTogether(jobs []*Job) *together {
	ids := make([]uuid.UUID, len(jobs))
	for n, j := range jobs {
		ids[n] = j.ID.UUID
	}
	return &together{jobs, batch.NewGroup(ids)}
}

// company are the jobs that the job is read with. One that was read alone is asked
// anew each time.
func (j *Job) company() *together {
	if j.with != nil {
		return j.with
	}
	return newTogether([]*Job{j})
}

// askResults names what the jobs are asked for: the first or last results of these
// outcomes; the count of them, without a limit.
type askResults struct {
	outcomes string
	limit    int
	backward bool
}

func askFor(outcomes []lifecycle.JobItemOutcome) askResults {
	return askResults{outcomes: fmt.Sprint(outcomes == nil, outcomes)}
}

// window reads the results of a job in a window. A place in the list is one job's own;
// without one the same window of all jobs is read.
func (js *Jobs) window(ctx context.Context, j *Job, window page.Window, outcomes []lifecycle.JobItemOutcome) ([]*JobResult, error) {
	from, to, err := ends(window, j.Size)
	if err != nil {
		return nil, err
	}
	var rows []*JobResult
	if window.From != nil || window.To != nil {
		r, err := js.readerOf(ctx, outcomes, window.Backward)
		if err != nil {
			return nil, err
		}
		err = r.walk(ctx, []*walk{{job: j, from: from, to: to, each: atMost(window.Limit, &rows)}})
		return rows, err
	}
	company, ask := j.company(), askFor(outcomes)
	ask.limit, ask.backward = window.Limit, window.Backward
	byJob, err := batch.Load(ctx, company.group, ask, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*[]*JobResult, error) {
		r, err := js.readerOf(ctx, outcomes, window.Backward)
		if err != nil {
			return nil, err
		}
		byJob := make(map[uuid.UUID]*[]*JobResult, len(company.jobs))
		walks := make([]*walk, len(company.jobs))
		for n, one := range company.jobs {
			rows := &[]*JobResult{}
			byJob[one.ID.UUID] = rows
			walks[n] = &walk{job: one, from: 1, to: one.Size, each: atMost(window.Limit, rows)}
		}
		return byJob, r.walk(ctx, walks)
	})
	if err != nil {
		return nil, err
	}
	return *byJob[j.ID.UUID], nil
}

// atMost keeps as many results as a page needs, and one more.
func atMost(limit int, rows *[]*JobResult) func([]*JobResult) bool {
	return func(some []*JobResult) bool {
		*rows = append(*rows, some[:min(len(some), limit+1-len(*rows))]...)
		return len(*rows) <= limit
	}
}

// count is how many results a job has: for who sees all business units as the job's
// own figures tell, for others by looking, until there are more than are told.
func (js *Jobs) count(ctx context.Context, j *Job, outcomes []lifecycle.JobItemOutcome) (int, error) {
	company := j.company()
	counts, err := batch.Load(ctx, company.group, askFor(outcomes), func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]int, error) {
		r, err := js.readerOf(ctx, outcomes, false)
		if err != nil {
			return nil, err
		}
		counts := make(map[uuid.UUID]int, len(company.jobs))
		if r.scope.All {
			for _, one := range company.jobs {
				counts[one.ID.UUID] = r.told(one)
			}
			return counts, nil
		}
		walks := make([]*walk, len(company.jobs))
		for n, one := range company.jobs {
			walks[n] = &walk{job: one, from: 1, to: one.Size, each: func(some []*JobResult) bool {
				counts[one.ID.UUID] += len(some)
				return counts[one.ID.UUID] <= page.MaxCount
			}}
		}
		return counts, r.walk(ctx, walks)
	})
	return counts[j.ID.UUID], err
}

// told is how many results there are by the job's own figures.
func (r *reader) told(j *Job) (n int) {
	for outcome, of := range map[lifecycle.JobItemOutcome]int{
		lifecycle.ItemPending: j.Size - j.Processed, lifecycle.ItemDone: j.Succeeded, lifecycle.ItemRefused: j.Refused,
	} {
		if r.wants(outcome) {
			n += of
		}
	}
	return n
}
