package bulk_test

import (
	"testing"

	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
)

// TestADryRunTellsWhatWouldHappen compares a dry run with what is done afterwards, of a
// business unit whose licences end in the middle of the third batch: those that the
// earlier batches would have taken are not there for the later ones. Nothing but the
// job itself is written down.
func TestADryRunTellsWhatWouldHappen(t *testing.T) {
	t.Parallel()
	w := newTown(t, 4)
	ids := append(w.requests(w.berlin, 14), w.requests(w.paris, 3)...)
	ids = append(ids, nobody(id.Enrollment))
	w.Allocate(w.berlin, lifecycle.User, 10)
	before := w.state()
	trial := w.start(anna, lifecycle.BulkApprove, ids, dry)
	if n := w.work(); n != 5 {
		t.Errorf("%d batches", n)
	}
	if after := w.state(); after != before {
		t.Errorf("it has changed something:\n%s\n%s", before, after)
	}
	found := w.job(anna, trial.ID)
	if !found.DryRun || found.Status != lifecycle.JobDone || found.Succeeded != 13 || found.Refused != 5 {
		t.Errorf("the dry run is %+v", found)
	}
	told := w.results(anna, trial.ID)
	if got := tally(told); got["DONE"] != 13 || got[string(refusal.NoSeatLeft)] != 4 || got[string(refusal.NotFound)] != 1 {
		t.Errorf("it tells %v", got)
	}
	real := w.start(anna, lifecycle.BulkApprove, ids)
	w.work()
	for n, r := range w.results(anna, real.ID) {
		d := told[n]
		if r.ID != d.ID || r.Position != d.Position || r.Outcome != d.Outcome || (r.Message == nil) != (d.Message == nil) || r.Message != nil && *r.Message != *d.Message {
			t.Errorf("item %d: %s was told, and %s it was: %v %v", n, d.Outcome, r.Outcome, d.Message, r.Message)
		}
	}
	if found := w.job(anna, real.ID); found.Succeeded != 13 {
		t.Errorf("%d were done", found.Succeeded)
	}
}

// state is what of a world a dry run must not touch.
func (w *town) state() (all string) {
	for _, query := range []string{
		`SELECT count(*)::text FROM audit_entries WHERE resource_type <> 'JOB' AND at > $1`, `SELECT count(*)::text FROM events WHERE resource_type <> 'JOB' AND at > $1`,
		`SELECT count(*)::text FROM mails WHERE $1 < now()`, `SELECT concat(allocated, ' ', created, ' ', consumed) FROM seat_allocations WHERE $1 < now()`,
		`SELECT concat(status, ' ', version) FROM enrollments WHERE $1 < now()`, `SELECT concat(seat_id, status, version) FROM seats WHERE $1 < now()`,
		`SELECT count(*)::text FROM approvals WHERE $1 < now()`, `SELECT count(*)::text FROM jobs WHERE kind <> 'bulk-batch' AND $1 < now()`,
	} {
		for _, row := range w.told(query) {
			all += row + ";"
		}
	}
	return all
}
