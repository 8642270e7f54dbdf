package demo

import (
	"context"
	"fmt"
	"time"

	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// batchTakes is how long after it is queued a batch is done in the story.
const batchTakes = time.Second

// started is a job that somebody has started.
type started struct {
	name   string
	minute int
	by     person
	in     bulk.StartBulkActionInput
}

// started are the jobs, of the last evening, so that they can be looked at for a week:
// what approving everything would come to, and codes that ran out or were locked and
// are given again, which a rule allows for the former alone.
func (s *seeding) started() []started {
	mine, dryRun, comment := inventory.ViewNeedsMyApproval, true, "Reminded by phone; they will see to it this week."
	return []started{
		{"try-approving", evening + 200, amara, bulk.StartBulkActionInput{
			Action: lifecycle.BulkApprove, DryRun: &dryRun,
			Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{View: &mine}},
		}},
		{"reset-codes", evening + 210, emil, bulk.StartBulkActionInput{
			Action: lifecycle.BulkReset, Input: &inventory.BulkActionInput{Comment: &comment},
			Selection: bulk.Selection{Enrollments: &inventory.EnrollmentListInput{Filter: &inventory.EnrollmentFilter{
				BusinessUnitIDs:       []id.ID{s.units["engineering"], s.units["human-resources"]},
				AuthenticationMethods: []lifecycle.AuthenticationMethod{lifecycle.EnrollmentCode},
				Statuses:              []lifecycle.Status{lifecycle.Expired, lifecycle.Locked},
			}}},
		}},
	}
}

// newBatches is a worker that does the batches of jobs that were started at an instant
// of the story, and by its clock, which goes on from there: the rights of who started
// a job end a day later.
func (s *seeding) newBatches(at time.Time) (*job.Worker, error) {
	began := s.house.Store.Now(context.Background())
	clock := func() time.Time {
		return at.Add(batchTakes + s.house.Store.Now(context.Background()).Sub(began))
	}
	return job.New(s.house.Bulk.By(clock), job.Options{
		// What an interrupted seeding was at is taken over soon.
		Lease: 5 * time.Second,
		Handlers: map[string]job.Handler{bulk.BatchJob: func(ctx context.Context, j job.Job) error {
			return s.house.Jobs.Batch(store.At(ctx, j.CreatedAt.Add(batchTakes)), j)
		}},
	})
}

// startJobs has the people start their jobs, after everything else of the last day,
// and waits until each is done.
func (s *seeding) startJobs(ctx context.Context) error {
	for _, st := range s.started() {
		var made id.ID
		err := s.do(ctx, act{name: "job-" + st.name, at: s.on(1, st.minute), by: st.by}, func(ctx context.Context, key *string) ([]*refusal.Refusal, error) {
			st.in.IdempotencyKey = key
			p, err := s.house.Jobs.Start(ctx, st.in)
			if err != nil {
				return nil, err
			}
			if p.Job != nil {
				made = p.Job.ID
			}
			return p.UserErrors, nil
		})
		if err != nil {
			return err
		}
		if err := s.done(viewer.With(ctx, st.by.viewer()), made, s.on(1, st.minute)); err != nil {
			return fmt.Errorf("demo data: job %s: %w", st.name, err)
		}
	}
	return nil
}

// done has the batches of a job, that was started at an instant, done until it has ended.
func (s *seeding) done(ctx context.Context, one id.ID, at time.Time) error {
	batches, err := s.newBatches(at)
	if err != nil {
		return err
	}
	for {
		if _, err := batches.RunDue(ctx); err != nil {
			return err
		}
		j, err := s.house.Jobs.Job(ctx, one)
		switch {
		case err != nil:
			return err
		case j == nil:
			return fmt.Errorf("it is not there; %w", errStory)
		case j.Status == lifecycle.JobDone:
			return nil
		case j.Status.Ended():
			return fmt.Errorf("it is %s; %w", j.Status, errStory)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(100 * time.Millisecond): // an earlier seeding's lease has not run out yet
		}
	}
}
