package bulk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/bulk"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
)

// Who starts and ends jobs again and again keeps no more than so many items. What a job
// has cancelled keeps counts as well: its results tell of it.
func TestTheItemsOfOnePersonAreBounded(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	w.Jobs.Keep(10)
	ids := w.requests(w.berlin, 4)
	in := func(n int) bulk.StartBulkActionInput {
		return bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: ids[:n]}, DryRun: new(true)}
	}
	for range 2 {
		j := w.start(anna, lifecycle.BulkApprove, ids, func(b *bulk.StartBulkActionInput) { b.DryRun = new(true) })
		if p, err := w.Jobs.Cancel(w.As(anna), bulk.CancelJobInput{ID: j.ID}); err != nil || len(p.UserErrors) > 0 {
			t.Fatal(err, p)
		}
		if got := tally(w.results(anna, j.ID)); got["PENDING"] != 4 {
			t.Errorf("a job that was cancelled tells of %v", got)
		}
	}
	refused := func(n, room int) {
		t.Helper()
		p := w.starts(anna, in(n))
		if len(p.UserErrors) != 1 || p.UserErrors[0].Code != refusal.TooMany || !strings.Contains(p.UserErrors[0].Message, fmt.Sprintf("there is room for %d more", room)) {
			t.Errorf("%d items more: %v", n, p.UserErrors)
		}
	}
	refused(3, 2)
	if p := w.starts(anna, in(2)); p.Job == nil {
		t.Errorf("as many as there is room for: %v", p.UserErrors)
	}
	refused(1, 0)
	if p := w.starts(manager, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: ids[:1]}, DryRun: new(true)}); len(p.UserErrors) > 0 && p.UserErrors[0].Code == refusal.TooMany {
		t.Errorf("somebody else: %v", p.UserErrors)
	}
	w.work()
	w.Clock.Pass(store.JobLife + time.Second)
	if _, err := w.Store.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := w.starts(anna, in(4)); p.Job == nil {
		t.Errorf("once the older ones are forgotten: %v", p.UserErrors)
	}
}

// So are the jobs, so that they can be counted quickly.
func TestTheJobsOfOnePersonAreBounded(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	ids := w.requests(w.berlin, 1)
	w.start(anna, lifecycle.BulkApprove, ids, func(in *bulk.StartBulkActionInput) { in.DryRun = new(true) })
	w.work()
	w.past(`INSERT INTO bulk_jobs SELECT (jsonb_populate_record(b, jsonb_build_object('id', gen_random_uuid()))).* FROM bulk_jobs b, generate_series(1, 9999)`)
	p := w.starts(anna, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: ids}, DryRun: new(true)})
	if len(p.UserErrors) != 1 || p.UserErrors[0].Code != refusal.TooMany || !strings.Contains(p.UserErrors[0].Message, "You have 10000 jobs") {
		t.Errorf("one more: %v", p.UserErrors)
	}
}
