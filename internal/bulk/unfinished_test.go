package bulk_test

import (
	"strings"
	"testing"
	"time"

	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// What is wrong for all items ends a job at once: here the profile is archived while
// it is at work.
func TestAJobThatCannotGoOnFails(t *testing.T) {
	t.Parallel()
	w := newTown(t, 2)
	for _, c := range []struct {
		name   string
		dryRun bool
	}{{"for good", false}, {"a dry run", true}} {
		under := w.Profile(w.berlin, "Codes, "+c.name, world.WithCodes).ID
		j := w.start(manager, lifecycle.BulkEnroll, w.seatIDs(c.name, 5), with(inventory.BulkActionInput{ProfileID: &under}), func(in *bulk.StartBulkActionInput) { in.DryRun = &c.dryRun })
		w.work(func(done int) {
			if done == 1 {
				if p, err := w.Profiles.Archive(w.As(boss), profile.ArchiveCertificateProfileInput{ID: under}); err != nil || len(p.UserErrors) > 0 {
					t.Error(p.UserErrors, err)
				}
			}
		})
		found := w.job(manager, j.ID)
		if found.Status != lifecycle.JobFailed || found.Succeeded != 2 || found.Error == nil || found.SecondsLeft == nil || *found.SecondsLeft != 0 {
			t.Fatalf("%s: %+v", c.name, found)
		}
		if got := tally(w.results(manager, j.ID)); got["DONE"] != 2 || got["PENDING"] != 3 {
			t.Errorf("%s: %v", c.name, got)
		}
		if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'END_JOB' AND resource_id = $1 AND changes @> '[{"field": "status", "after": "FAILED"}]'`, j.ID.UUID); n != 1 {
			t.Errorf("%s: %d entries tell of its end", c.name, n)
		}
	}
}

// Nothing leaves a job unfinished for ever.
func TestAJobThatNobodyEndsIsEnded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		befell func(w *town, j *bulk.Job)
		says   string
	}{
		{"its time is over", func(w *town, _ *bulk.Job) { w.Clock.Pass(bulk.Life) }, "24 hours"},
		{"its time is over, and a server is at work", func(w *town, _ *bulk.Job) { w.Clock.Pass(bulk.Life); w.work() }, "24 hours"},
		{"whose rights it has cannot be read", func(w *town, _ *bulk.Job) { w.past(`UPDATE jobs SET actor = '{"subject": ""}'`); w.work() }, "Nothing is left"},
		{"it would act as the system", func(w *town, _ *bulk.Job) { w.past(`UPDATE jobs SET actor = NULL`); w.work() }, "with whose rights"},
		{"it would act as somebody else", func(w *town, _ *bulk.Job) {
			w.past(`UPDATE jobs SET actor = jsonb_set(actor, '{subject}', '"ben"')`)
			w.work()
		}, "with whose rights"},
		{"its servers died too often", func(w *town, _ *bulk.Job) { w.past(`UPDATE jobs SET attempt = max_attempts`); w.work() }, "Nothing is left"},
		{"its batch is gone", func(w *town, _ *bulk.Job) { w.past(`DELETE FROM jobs`) }, "Nothing is left"},
		{"its batch failed ten times", func(w *town, j *bulk.Job) {
			w.past(`UPDATE bulk_batches SET items = '["no id"]' WHERE bulk_job_id = $1`, j.ID.UUID)
			for range 10 {
				w.work()
				w.Clock.Pass(time.Hour)
			}
		}, "failed 10 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t, 2)
			j := w.start(anna, lifecycle.BulkApprove, w.requests(w.berlin, 3))
			healthy := w.start(ben, lifecycle.BulkApprove, []id.ID{nobody(id.Enrollment)})
			w.past(`UPDATE bulk_jobs SET expires_at = expires_at + interval '1 year' WHERE id = $1`, healthy.ID.UUID)
			w.past(`UPDATE jobs SET run_at = run_at + interval '1 year', kind = 'later' WHERE payload->>'job' = $1`, healthy.ID.UUID.String())
			c.befell(w, j)
			if c.name == "its batch is gone" {
				w.past(`UPDATE bulk_jobs SET finished_at = now(), status = 'CANCELLED' WHERE id = $1`, healthy.ID.UUID)
			}
			if _, err := w.Jobs.EndAbandoned(viewer.With(t.Context(), viewer.TheSystem()), 10); err != nil {
				t.Fatal(err)
			}
			found := w.job(anna, j.ID)
			if found.Status != lifecycle.JobFailed || found.Error == nil || !strings.Contains(*found.Error, c.says) || found.Processed != 0 {
				t.Errorf("it is %+v, %v", found, found.Error)
			}
			if n := w.count(`SELECT count(*) FROM enrollments WHERE status <> 'PENDING'`); n != 0 {
				t.Errorf("%d enrollments were changed", n)
			}
			if found := w.job(ben, healthy.ID); c.name != "its batch is gone" && found.Status != lifecycle.JobQueued {
				t.Errorf("another job is %s", found.Status)
			}
		})
	}
}
