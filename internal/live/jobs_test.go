package live_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// delete removes a business unit.
func (s *site) delete(unit id.ID) {
	s.t.Helper()
	p, err := s.Units.Delete(s.As(world.Boss()), businessunit.DeleteBusinessUnitInput{ID: unit})
	if err != nil || len(p.UserErrors) > 0 {
		s.t.Fatal(err, p.UserErrors)
	}
}

// job adds the row of a job of somebody's; going on with it is told by Tell.
func (s *site) job(owner viewer.Viewer) id.ID {
	s.t.Helper()
	one := id.New(id.Job)
	admin, err := s.DB.Admin(s.t).Conn(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(s.t.Context(), `SET session_replication_role = replica`); err != nil { // no audit entry is about this row
		s.t.Fatal(err)
	}
	if _, err := admin.ExecContext(s.t.Context(), `INSERT INTO bulk_jobs (id, created_at, updated_at, owner_issuer, owner_subject, owner_name, action, dry_run, input, selected, size, batches, status, refusals, expires_at, work_id)
VALUES ($1, $2, $2, $3, $4, '', 'APPROVE', false, '{}', '', 1, 1, 'RUNNING', '{}', $2, $1)`, one.UUID, s.Clock.Now(), owner.Issuer, owner.Subject); err != nil {
		s.t.Fatal(err)
	}
	return one
}

// goOn tells that a job has gone on.
func (s *site) goOn(job id.ID) {
	s.t.Helper()
	ctx := viewer.With(s.t.Context(), viewer.TheSystem())
	if _, err := s.Store.Do(ctx, store.Cause{}, func(_ context.Context, tx *store.Tx) (store.Outcome, error) {
		tx.Tell(store.Event{Resource: audit.Job, Thing: job.UUID})
		return store.Outcome{}, nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

// TestJobsAreFollowedByTheirOwners, and by who sees the whole audit log when they
// name the job.
func TestJobsAreFollowedByTheirOwners(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(s.Feed)
	his, hers := s.job(rob), s.job(eve)
	never := id.Of(id.Job, uuid.New())
	auditor := world.Person("auditor", lifecycle.Auditor)
	follow := func(v viewer.Viewer, one *id.ID) <-chan *live.JobEvent {
		t.Helper()
		events, err := s.Feed.Jobs(s.As(v), one, nil)
		if err != nil {
			t.Fatal(err)
		}
		return events
	}
	cases := []struct {
		name string
		who  viewer.Viewer
		one  *id.ID
		want int
	}{
		{"one's own", rob, nil, 2},
		{"one of them", rob, &his, 3},
		{"another's", rob, &hers, 1},
		{"one that is not there", rob, &never, 1},
		{"an auditor's own", auditor, nil, 0},
		{"one of others, by an auditor", auditor, &his, 3},
		{"one of others, by an auditor of one business unit", worldIn(auditor, s.unit), &his, 1},
		{"one of others, without the right", world.Person("viewer", lifecycle.ViewOnly), &his, 1},
		{"the id of a seat", rob, new(id.Of(id.Seat, his.UUID)), 1},
	}
	streams := make([]<-chan *live.JobEvent, len(cases))
	for n, c := range cases {
		streams[n] = follow(c.who, c.one)
	}
	watcher := s.follow(s.Feed, eve, nil, nil)
	s.goOn(his)
	s.goOn(hers)
	s.goOn(his)
	s.settled(watcher)
	for n, c := range cases {
		got := waiting(streams[n])
		if len(got) != c.want {
			t.Errorf("%s: %d messages, want %d", c.name, len(got), c.want)
		}
		for m, e := range got {
			if m > 0 && e.Cursor <= got[m-1].Cursor {
				t.Errorf("%s: the cursors do not grow: %v", c.name, got)
			}
			if c.one != nil && e.Job != *c.one || c.one == nil && e.Job != his {
				t.Errorf("%s: told of %s", c.name, e.Job)
			}
		}
	}
}
