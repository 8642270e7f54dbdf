package bulk_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// mixed is a job of ten batches, six of which are done: in berlin and in paris by
// turns, two of which were rejected before.
func mixed(t *testing.T, options ...func(*store.Options)) (*town, *bulk.Job) {
	t.Helper()
	w := newTown(t, 3, options...)
	here, there := w.requests(w.berlin, 15), w.requests(w.paris, 14)
	w.Reject(ben, "No.", here[4], there[4])
	var ids []id.ID
	for n := range there {
		ids = append(ids, here[n], there[n])
	}
	ids = append(ids, here[14], nobody(id.Enrollment))
	j := w.start(anna, lifecycle.BulkApprove, ids)
	w.work(func(done int) {
		if done == 6 {
			if p, err := w.Jobs.Cancel(w.As(anna), bulk.CancelJobInput{ID: j.ID}); err != nil || len(p.UserErrors) > 0 {
				t.Error(err, p.UserErrors)
			}
		}
	})
	return w, w.job(anna, j.ID)
}

// Every way to page through the results meets each that it should once, in order.
func TestPagesOfResults(t *testing.T) {
	t.Parallel()
	w, j := mixed(t)
	narrow := world.In(anna, "paris")
	for _, c := range []struct {
		name     string
		who      viewer.Viewer
		outcomes []lifecycle.JobItemOutcome
		n        int
	}{
		{"all", anna, nil, 30},
		{"done", anna, []lifecycle.JobItemOutcome{lifecycle.ItemDone}, 16},
		{"refused", anna, []lifecycle.JobItemOutcome{lifecycle.ItemRefused}, 2},
		{"pending", anna, []lifecycle.JobItemOutcome{lifecycle.ItemPending}, 12},
		{"refused or pending", anna, []lifecycle.JobItemOutcome{lifecycle.ItemRefused, lifecycle.ItemPending}, 14},
		{"none", anna, []lifecycle.JobItemOutcome{}, 0},
		{"all that one business unit sees", narrow, nil, 14},
		{"refused in one business unit", narrow, []lifecycle.JobItemOutcome{lifecycle.ItemRefused}, 1},
		{"what nobody's units see", world.In(anna), nil, 0},
	} {
		for _, backward := range []bool{false, true} {
			for _, size := range []int{4, 7, 100} {
				var got []int
				args := page.Args{First: &size}
				if backward {
					args = page.Args{Last: &size}
				}
				for {
					p, err := w.Jobs.Results(w.As(c.who), j, args, c.outcomes)
					if err != nil {
						t.Fatal(err)
					}
					if n, err := p.TotalCount(w.As(c.who)); err != nil || n != c.n {
						t.Fatalf("%s: it counts %d, %v", c.name, n, err)
					}
					var here []int
					for _, r := range p.Nodes() {
						here = append(here, r.Position)
					}
					if backward {
						got = append(here, got...)
						args.Before = p.PageInfo.StartCursor
						if !p.PageInfo.HasPreviousPage {
							break
						}
						continue
					}
					got = append(got, here...)
					args.After = p.PageInfo.EndCursor
					if !p.PageInfo.HasNextPage {
						break
					}
				}
				if len(got) != c.n || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != c.n {
					t.Errorf("%s, %d at a time, backward %v: %v", c.name, size, backward, got)
				}
			}
		}
	}
	other, err := w.Jobs.Results(w.As(anna), j, page.Args{}, []lifecycle.JobItemOutcome{lifecycle.ItemDone})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Jobs.Results(w.As(anna), j, page.Args{After: other.PageInfo.EndCursor}, nil); refusal.Find(err) == nil {
		t.Errorf("a cursor of other results was taken: %v", err)
	}
}

// What is not shown in pages is not exported either, and others' jobs are not there.
func TestResultsForAnExport(t *testing.T) {
	t.Parallel()
	w, j := mixed(t)
	for _, c := range []struct {
		name string
		who  viewer.Viewer
		n    int
	}{{"its owner", anna, 30}, {"its owner in one business unit", world.In(anna, "berlin"), 15}, {"an auditor", auditor, 30}} {
		if got := w.results(c.who, j.ID); len(got) != c.n || !slices.IsSortedFunc(got, func(a, b *bulk.JobResult) int { return a.Position - b.Position }) {
			t.Errorf("%s gets %d", c.name, len(got))
		}
	}
	none := func([]*bulk.JobResult) error { t.Error("a result"); return nil }
	for _, who := range []viewer.Viewer{ben, world.In(auditor, "berlin")} {
		if no := refusal.Find(w.Jobs.EachResult(w.As(who), j.ID, none)); no == nil || no.Code != refusal.NotFound {
			t.Errorf("%s: %v", who.Subject, no)
		}
	}
	stop := errors.New("enough")
	if err := w.Jobs.EachResult(w.As(anna), j.ID, func([]*bulk.JobResult) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("what the reader says is lost: %v", err)
	}
}

func TestTheListOfJobs(t *testing.T) {
	t.Parallel()
	w, j := mixed(t)
	d := w.start(anna, lifecycle.BulkReject, w.requests(w.berlin, 1), dry, with(reason("No.")(w)))
	b := w.start(ben, lifecycle.BulkApprove, []id.ID{nobody(id.Enrollment)})
	yes, no := true, false
	for _, c := range []struct {
		name   string
		who    viewer.Viewer
		filter *bulk.JobFilter
		want   []id.ID
	}{
		{"one's own", anna, nil, []id.ID{d.ID, j.ID}},
		{"one's own by status", anna, &bulk.JobFilter{Statuses: []lifecycle.JobStatus{lifecycle.JobCancelled}}, []id.ID{j.ID}},
		{"one's own by action", anna, &bulk.JobFilter{Actions: []lifecycle.BulkAction{lifecycle.BulkReject, lifecycle.BulkDelete}}, []id.ID{d.ID}},
		{"no status", anna, &bulk.JobFilter{Statuses: []lifecycle.JobStatus{}}, nil},
		{"all", auditor, nil, []id.ID{b.ID, d.ID, j.ID}},
		{"of all, one's own", auditor, &bulk.JobFilter{Mine: &yes}, nil},
		{"of all, others'", auditor, &bulk.JobFilter{Mine: &no, Actions: []lifecycle.BulkAction{lifecycle.BulkApprove}}, []id.ID{b.ID, j.ID}},
	} {
		got := []id.ID{}
		one := 1
		for args := (page.Args{First: &one}); ; {
			p, err := w.Jobs.List(w.As(c.who), args, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := p.TotalCount(w.As(c.who)); err != nil || n != len(c.want) {
				t.Errorf("%s: it counts %d, %v", c.name, n, err)
			}
			for _, j := range p.Nodes() {
				got = append(got, j.ID)
			}
			if args.After = p.PageInfo.EndCursor; !p.PageInfo.HasNextPage {
				break
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// A batch costs the same number of statements however many items it has.
func TestTheStatementsOfABatchDoNotGrow(t *testing.T) {
	t.Parallel()
	var statements atomic.Int64
	w := newTown(t, 500, func(o *store.Options) { o.OnStatement = func(context.Context, string) { statements.Add(1) } })
	for _, c := range []struct {
		name    string
		changes []func(*bulk.StartBulkActionInput)
	}{{"a dry run", []func(*bulk.StartBulkActionInput){dry}}, {"for good", nil}} {
		var cost [2]int64
		for n, items := range []int{100, 500} {
			w.start(anna, lifecycle.BulkApprove, append(w.requests(w.berlin, items-1), nobody(id.Enrollment)), c.changes...)
			statements.Store(0)
			if batches := w.work(); batches != 1 {
				t.Fatalf("%d batches", batches)
			}
			cost[n] = statements.Load()
		}
		if cost[0] != cost[1] || cost[0] > 60 {
			t.Errorf("%s: %d statements for 100 items, %d for 500", c.name, cost[0], cost[1])
		}
	}
}

// What ended long ago is forgotten with all its batches; its entries stay.
func TestJobsAreForgotten(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	old := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 5))
	w.work()
	w.Clock.Pass(store.JobLife)
	young := w.start(anna, lifecycle.BulkApprove, []id.ID{nobody(id.Enrollment)})
	for _, step := range []struct {
		name  string
		there bool
	}{{"after seven days", true}, {"and a little more", false}} {
		if _, err := w.Store.Forget(t.Context()); err != nil {
			t.Fatal(err)
		}
		if there := w.job(anna, old.ID) != nil; there != step.there {
			t.Errorf("%s it is there: %v", step.name, there)
		}
		if n := w.count(`SELECT count(*) FROM bulk_batches WHERE bulk_job_id = $1`, old.ID.UUID); n > 0 != step.there {
			t.Errorf("%s there are %d batches", step.name, n)
		}
		w.Clock.Pass(1e9)
	}
	if w.job(anna, young.ID) == nil || w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1`, old.ID.UUID) != 2 {
		t.Error("too much is gone")
	}
}
