package bulk_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/bulk"
	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// whole looks at a job whose every item was done: once each, with one entry each.
func (w *town) whole(v viewer.Viewer, j id.ID, items int) {
	w.t.Helper()
	found := w.job(v, j)
	if found.Status != lifecycle.JobDone || found.Processed != items || found.Succeeded != items || found.FinishedAt == nil {
		w.t.Errorf("the job is %s: %d of %d done", found.Status, found.Succeeded, found.Size)
	}
	for what, n := range map[string]int{
		"entries":                  w.count(`SELECT count(*) FROM audit_entries WHERE action = 'APPROVE' AND outcome = 'SUCCESS'`),
		"enrollments with entries": w.count(`SELECT count(DISTINCT resource_id) FROM audit_entries WHERE action = 'APPROVE' AND outcome = 'SUCCESS'`),
		"approvals":                w.count(`SELECT count(*) FROM approvals`),
		"approved enrollments":     w.count(`SELECT count(*) FROM enrollments WHERE status = 'APPROVED' AND approvals = 1`),
		"licences":                 w.count(`SELECT sum(created) FROM seat_allocations`),
		"results":                  tally(w.results(v, j))["DONE"],
	} {
		if n != items {
			w.t.Errorf("%d %s of %d items", n, what, items)
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'END_JOB' AND outcome = 'SUCCESS' AND actor_kind = 'SYSTEM' AND resource_id = $1`, j.UUID); n != 1 {
		w.t.Errorf("%d entries tell of its end", n)
	}
}

// What the owner's token was when the job was started decides, whatever tokens they
// have later: the business units, and what somebody else may do.
func TestAJobActsWithTheRightsOfItsToken(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	here, there := w.requests(w.berlin, 3), w.requests(w.paris, 2)
	j := w.start(world.In(anna, "berlin"), lifecycle.BulkApprove, slices.Concat(here, there, []id.ID{nobody(id.Enrollment)}))
	w.work()
	if got := tally(w.results(world.In(anna, "berlin"), j.ID)); got["DONE"] != 3 || got["NOT_FOUND"] != 3 {
		t.Errorf("of three here, two there and one nowhere: %v", got)
	}
	if n := w.count(`SELECT count(*) FROM enrollments WHERE status = 'APPROVED' AND business_unit_id = $1`, w.paris.UUID); n != 0 {
		t.Errorf("%d were approved in another business unit", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'APPROVE' AND actor_subject = 'anna' AND actor_roles = '["APPROVER"]' AND request_id = $1`, j.ID.String()); n != 6 {
		t.Errorf("%d entries name who started it and by which job", n)
	}
	if found := w.job(world.In(anna), j.ID); found.Status != lifecycle.JobDone || found.Succeeded != 3 || found.Refused != 3 || len(found.Outcomes) != 2 || *found.Outcomes[1].Code != refusal.NotFound {
		t.Errorf("the job is %+v", found)
	}
}

func TestAJobIsCancelledInTheMiddle(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	j := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 7))
	cancel := func(who viewer.Viewer) *bulk.Payload {
		p, err := w.Jobs.Cancel(w.As(who), bulk.CancelJobInput{ID: j.ID})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, who := range []viewer.Viewer{world.In(boss, "berlin"), keeper, auditor} { // not all units; not what the action needs; neither
		if code, _ := refusedBy(t, cancel(who).UserErrors); code != refusal.NotFound {
			t.Errorf("%s cancels it: %q", who.Subject, code)
		}
		if may, err := w.Jobs.Actions(w.As(who), j); err != nil || len(may) > 0 {
			t.Errorf("%s may %v, %v", who.Subject, may, err)
		}
	}
	if may, err := w.Jobs.Actions(w.As(ben), j); err != nil || len(may) != 1 { // who sees all and may approve
		t.Errorf("ben may %v, %v", may, err)
	}
	n := w.work(func(done int) {
		if done == 2 {
			if p := cancel(anna); len(p.UserErrors) > 0 || p.Job == nil || p.Job.Status != lifecycle.JobCancelled {
				t.Errorf("cancelled: %+v", p)
			}
		}
	})
	found := w.job(anna, j.ID)
	if n != 3 || found.Status != lifecycle.JobCancelled || found.Processed != 4 || found.Succeeded != 4 || found.FinishedAt == nil || found.SecondsLeft == nil || *found.SecondsLeft != 0 {
		t.Errorf("after %d tries it is %+v", n, found)
	}
	if got := tally(w.results(anna, j.ID)); got["DONE"] != 4 || got["PENDING"] != 3 {
		t.Errorf("the results are %v", got)
	}
	if code, _ := refusedBy(t, cancel(anna).UserErrors); code != refusal.InvalidState {
		t.Errorf("cancelled again: %q", code)
	}
	if got := w.told(`SELECT action || ' ' || actor_subject || ' ' || outcome FROM audit_entries WHERE resource_type = 'JOB' AND action <> 'START_BULK_ACTION' AND actor_subject = 'anna' AND at > $1`); !slices.Equal(got, []string{"CANCEL_JOB anna REFUSED", "CANCEL_JOB anna SUCCESS"}) {
		t.Errorf("the entries are %v", got)
	}
	if may, err := w.Jobs.Actions(w.As(anna), found); err != nil || len(may) != 0 {
		t.Errorf("of a cancelled one anna may %v, %v", may, err)
	}
}

// Whoever is first, the other finds the job as it was left: a batch that was done is
// counted, and nothing is done after the cancel.
func TestACancelRacesWithABatch(t *testing.T) {
	t.Parallel()
	w := newTown(t, 3)
	j := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 30))
	var wait sync.WaitGroup
	begun := make(chan struct{})
	wait.Go(func() {
		<-begun
		if p, err := w.Jobs.Cancel(w.As(anna), bulk.CancelJobInput{ID: j.ID}); err != nil || len(p.UserErrors) > 0 {
			t.Errorf("%v, %v", p, err)
		}
	})
	w.work(func(done int) {
		if done == 2 {
			close(begun)
		}
	})
	wait.Wait()
	found := w.job(anna, j.ID)
	if n := w.count(`SELECT count(*) FROM enrollments WHERE status = 'APPROVED'`); found.Status != lifecycle.JobCancelled || found.Succeeded != n || n%3 != 0 || n < 6 || tally(w.results(anna, j.ID))["DONE"] != n {
		t.Errorf("%d were approved, and the job is %+v", n, found)
	}
}

// A server dies when a batch is committed and nothing else was written down: another
// one takes the batch up again, and does nothing.
func TestABatchThatIsTakenUpAgainIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	j := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 5))
	d := w.start(ben, lifecycle.BulkApprove, w.requests(w.paris, 3), dry)
	_, err := worker(t, w.House, func(ctx context.Context, j job.Job) error {
		return errors.Join(w.Jobs.Batch(ctx, j), w.Jobs.Batch(ctx, j), w.Jobs.Batch(ctx, j))
	}).RunDue(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.whole(anna, j.ID, 5)
	if found := w.job(ben, d.ID); found.Status != lifecycle.JobDone || found.Processed != 3 {
		t.Errorf("the dry run is %+v", found)
	}
}

// Two servers share the batches of two jobs, each batch of which is handed to both.
func TestTwoServersShareAJob(t *testing.T) {
	t.Parallel()
	w := newTown(t, 3)
	s, err := store.Open(store.Options{URL: w.DB.AppURL, Now: w.Clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	other, err := house.Open(s, w.Keys, house.Options{Mails: true, PublicURL: world.PublicURL})
	if err != nil {
		t.Fatal(err)
	}
	other.Jobs.CutInto(3)
	j := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 40))
	handle := func(ctx context.Context, j job.Job) error {
		var wait sync.WaitGroup
		var first, second error
		wait.Go(func() { first = w.Jobs.Batch(ctx, j) })
		wait.Go(func() { second = other.Jobs.Batch(ctx, j) })
		wait.Wait()
		return errors.Join(first, second)
	}
	var wait sync.WaitGroup
	for _, h := range []*house.House{w.House, other} {
		wait.Go(func() {
			for range 20 {
				if _, err := worker(t, h, handle).RunDue(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	w.work()
	w.whole(anna, j.ID, 40)
}

// The batches of a huge job and of a small one that was started after it take turns.
func TestAHugeJobDoesNotStarveASmallOne(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	huge := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 40))
	small := w.start(ben, lifecycle.BulkApprove, w.requests(w.paris, 4))
	w.work(func(done int) {
		w.Clock.Pass(time.Millisecond)
		if done == 5 {
			if found := w.job(ben, small.ID); found.Status != lifecycle.JobDone {
				t.Errorf("after 5 batches the small one is %s, with %d items done", found.Status, found.Processed)
			}
			if found := w.job(anna, huge.ID); found.Processed != 6 {
				t.Errorf("after 5 batches %d items of the huge one are done", found.Processed)
			}
		}
	})
	if found := w.job(anna, huge.ID); found.Status != lifecycle.JobDone || found.Succeeded != 40 || found.ItemsPerSecond == nil {
		t.Errorf("the huge one is %+v", found)
	}
}
