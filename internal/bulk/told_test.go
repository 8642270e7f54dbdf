package bulk_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/bulk"
	"gatehouse/internal/lifecycle"
)

// TestProgressIsToldOnce: a start and an end by their entries, and each batch between
// them by an event without an action, of which no webhook tells.
func TestProgressIsToldOnce(t *testing.T) {
	t.Parallel()
	for _, dryRun := range []bool{false, true} {
		w := newTown(t, 2)
		ids := w.requests(w.berlin, 5)
		j := w.start(anna, lifecycle.BulkApprove, ids)
		if dryRun {
			j = w.start(ben, lifecycle.BulkApprove, ids, dry)
		}
		w.work()
		c := w.start(anna, lifecycle.BulkApprove, ids)
		if p, err := w.Jobs.Cancel(w.As(anna), bulk.CancelJobInput{ID: c.ID}); err != nil || len(p.UserErrors) > 0 {
			t.Fatal(p, err)
		}
		if _, busy, err := w.Store.Number(t.Context(), 1000); busy || err != nil {
			t.Fatal(busy, err)
		}
		events, err := w.Store.Events(t.Context(), 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		var ran, cancelled []audit.Action
		for _, e := range events {
			switch {
			case e.Resource != audit.Job:
			case e.Thing == j.ID.UUID:
				ran = append(ran, e.Action)
				if e.RequesterSubject != j.StartedBy.Subject {
					t.Errorf("%q is told as %q's", e.Action, e.RequesterSubject)
				}
			case e.Thing == c.ID.UUID:
				cancelled = append(cancelled, e.Action)
			}
		}
		if !slices.Equal(ran, []audit.Action{audit.StartBulkAction, "", "", audit.EndJob}) {
			t.Errorf("of a job of three batches, dry run %v, is told %q", dryRun, ran)
		}
		if !slices.Equal(cancelled, []audit.Action{audit.StartBulkAction, audit.CancelJob}) {
			t.Errorf("of a cancelled one is told %q", cancelled)
		}
	}
}

// TestADryRunBeginsWithItsFirstItems and not once they are decided, which takes four
// seconds here: the job's row is locked meanwhile.
func TestADryRunBeginsWithItsFirstItems(t *testing.T) {
	t.Parallel()
	w := newTown(t, 10)
	d := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 8), dry)
	hold, err := w.admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`SELECT FROM bulk_jobs WHERE id = $1 FOR UPDATE`, d.ID.UUID); err != nil {
		t.Fatal(err)
	}
	begun := w.Clock.Now()
	go func() {
		for t.Context().Err() == nil && w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		w.Clock.Pass(4 * time.Second)
		_ = hold.Rollback()
	}()
	w.work()
	found := w.job(anna, d.ID)
	if found.StartedAt == nil || !found.StartedAt.Equal(begun) || found.ItemsPerSecond == nil || *found.ItemsPerSecond != 2 {
		t.Errorf("8 items in 4 seconds from %s: %+v", begun, found)
	}
}
