package bulk_test

import (
	"context"
	"sync/atomic"
	"testing"

	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// Jobs of one page, of different sizes and things, are asked for their results together:
// each gets what it gets alone, and all of them cost what one costs.
func TestResultsOfJobsThatWereReadTogether(t *testing.T) {
	t.Parallel()
	var statements atomic.Int64
	w, j := mixed(t, func(o *store.Options) { o.OnStatement = func(context.Context, string) { statements.Add(1) } })
	both := world.Person("anna", lifecycle.Approver, lifecycle.EnrollmentManager, lifecycle.SeatManager)
	jobs := []*bulk.Job{
		j,
		w.start(anna, lifecycle.BulkApprove, append(w.requests(w.paris, 1), w.requests(w.berlin, 40)...)),
		w.start(both, lifecycle.BulkDelete, append(w.seatIDs("seat", 7), nobody(id.Seat)), with(inventory.BulkActionInput{Comment: new("Gone.")})),
	}
	for name, who := range map[string]viewer.Viewer{"all": both, "one business unit": world.In(both, "paris"), "none": world.In(both)} {
		for _, outcomes := range [][]lifecycle.JobItemOutcome{nil, {lifecycle.ItemDone}, {lifecycle.ItemPending, lifecycle.ItemRefused}} {
			for _, size := range []int{1, 5, 100} {
				for _, args := range []page.Args{{First: &size}, {Last: &size}} {
					listed, err := w.Jobs.List(w.As(who), page.Args{}, nil)
					if err != nil || len(listed.Edges) != len(jobs) {
						t.Fatal(err, listed)
					}
					for n, one := range listed.Nodes() {
						statements.Store(0)
						got := w.paged(who, one, args, outcomes)
						if n > 0 && statements.Load() != 0 {
							t.Errorf("%s, %v, %d at a time: job %d takes %d statements of its own", name, outcomes, size, n, statements.Load())
						}
						if want := w.paged(who, jobs[len(jobs)-1-n], args, outcomes); got != want {
							t.Errorf("%s, %v, %d at a time: job %d has %+v together and %+v alone", name, outcomes, size, n, got, want)
						}
					}
				}
			}
		}
	}
}

// figures are what a page of results tells.
type figures struct {
	n, total, first, last int
	before, after         bool
}

func (w *town) paged(v viewer.Viewer, j *bulk.Job, args page.Args, outcomes []lifecycle.JobItemOutcome) (f figures) {
	w.t.Helper()
	p, err := w.Jobs.Results(w.As(v), j, args, outcomes)
	if err != nil {
		w.t.Fatal(err)
	}
	if f.total, err = p.TotalCount(w.As(v)); err != nil {
		w.t.Fatal(err)
	}
	all := p.Nodes()
	if f.n = len(all); f.n > 0 {
		f.first, f.last = all[0].Position, all[f.n-1].Position
	}
	f.before, f.after = p.PageInfo.HasPreviousPage, p.PageInfo.HasNextPage
	return f
}
