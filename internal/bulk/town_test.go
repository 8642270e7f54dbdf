package bulk_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/bulk"
	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
	"gatehouse/internal/world"
)

// The people of these tests.
var (
	boss     = world.Boss()
	rita     = world.Person("rita", lifecycle.Requester)
	anna     = world.Person("anna", lifecycle.Approver)
	ben      = world.Person("ben", lifecycle.Approver)
	manager  = world.Person("manager", lifecycle.EnrollmentManager)
	auditor  = world.Person("auditor", lifecycle.Auditor)
	onlooker = world.Person("onlooker", lifecycle.ViewOnly)
	// keeper and clerk see all business units, and no audit log: the one may do
	// something to seats, the other to requests, too.
	keeper = world.Person("keeper", lifecycle.SeatManager)
	clerk  = world.Person("clerk", lifecycle.Approver, lifecycle.SeatManager)
)

// town is a world with the business units berlin and paris, each with licences and a
// profile whose requests are approved by one person; its jobs are cut into batches of
// a few items.
type town struct {
	*world.World
	t             *testing.T
	admin         *sql.DB
	berlin, paris id.ID
	profiles      map[id.ID]id.ID
}

func newTown(t *testing.T, batch int, options ...func(*store.Options)) *town {
	t.Helper()
	w := &town{World: world.New(t, options...), t: t, profiles: map[id.ID]id.ID{}}
	w.admin = w.DB.Admin(t)
	w.Jobs.CutInto(batch)
	w.Purchase(lifecycle.User, lifecycle.Device)
	for _, unit := range []struct {
		key string
		at  *id.ID
	}{{"berlin", &w.berlin}, {"paris", &w.paris}} {
		*unit.at = w.Unit(unit.key).ID
		w.Allocate(*unit.at, lifecycle.User, 2000)
		w.Allocate(*unit.at, lifecycle.Device, 10)
		w.profiles[*unit.at] = w.Profile(*unit.at, "VPN of "+unit.key).ID
	}
	return w
}

// requests makes n requests in a business unit: one by the use case, and the others
// after its image, past the use cases.
func (w *town) requests(unit id.ID, n int) []id.ID {
	w.t.Helper()
	first := w.Request(boss, w.profiles[unit], id.New(id.Enrollment).UUID.String())
	ids := []id.ID{first.ID}
	for len(ids) < n {
		ids = append(ids, id.New(id.Enrollment))
	}
	copies := make([]string, 0, n)
	for _, e := range ids[1:] {
		copies = append(copies, e.UUID.String())
	}
	w.past(`INSERT INTO enrollments SELECT (jsonb_populate_record(e, jsonb_build_object('id', v.id, 'seat_id', v.id, 'seat_key', v.id, 'token_hash', sha256(v.id::text::bytea)))).*
FROM enrollments e, unnest($2::uuid[]) WITH ORDINALITY AS v(id, n) WHERE e.id = $1`, first.ID.UUID, pq.Array(copies))
	return ids
}

// past runs a statement past the use cases and the audit.
func (w *town) past(statement string, args ...any) {
	w.t.Helper()
	tx, err := w.admin.Begin()
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`SET LOCAL session_replication_role = replica`); err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.Exec(statement, args...); err != nil {
		w.t.Fatalf("%s: %v", statement, err)
	}
	if err := tx.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

// count reads one number past everything.
func (w *town) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.admin.QueryRow(query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// starts asks for a job.
func (w *town) starts(v viewer.Viewer, in bulk.StartBulkActionInput) *bulk.Payload {
	w.t.Helper()
	p, err := w.Jobs.Start(w.As(v), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// start starts a job and expects a yes.
func (w *town) start(v viewer.Viewer, action lifecycle.BulkAction, ids []id.ID, changes ...func(*bulk.StartBulkActionInput)) *bulk.Job {
	w.t.Helper()
	in := bulk.StartBulkActionInput{Action: action, Selection: bulk.Selection{IDs: ids}}
	for _, change := range changes {
		change(&in)
	}
	p := w.starts(v, in)
	if len(p.UserErrors) > 0 || p.Job == nil {
		w.t.Fatalf("starting %s: %v", action, p.UserErrors)
	}
	return p.Job
}

// dry makes it a dry run.
func dry(in *bulk.StartBulkActionInput) { in.DryRun = new(true) }

// with gives the action its input.
func with(input inventory.BulkActionInput) func(*bulk.StartBulkActionInput) {
	return func(in *bulk.StartBulkActionInput) { in.Input = &input }
}

// job is a job as somebody sees it.
func (w *town) job(v viewer.Viewer, one id.ID) *bulk.Job {
	w.t.Helper()
	found, err := w.Jobs.Job(w.As(v), one)
	if err != nil {
		w.t.Fatal(err)
	}
	return found
}

// worker does batches by a handler, one at a time.
func worker(t *testing.T, h *house.House, handler job.Handler) *job.Worker {
	t.Helper()
	made, err := job.New(h.Bulk, job.Options{Handlers: map[string]job.Handler{bulk.BatchJob: handler}, Hands: 1, Chance: func() float64 { return 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// work does all batches that are due, and returns how many tries that took.
func (w *town) work(before ...func(n int)) int {
	w.t.Helper()
	var mu sync.Mutex
	done := 0
	n, err := worker(w.t, w.House, func(ctx context.Context, j job.Job) error {
		mu.Lock()
		for _, hook := range before {
			hook(done)
		}
		done++
		mu.Unlock()
		return w.Jobs.Batch(ctx, j)
	}).RunDue(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// results are all results that somebody sees of a job.
func (w *town) results(v viewer.Viewer, one id.ID) []*bulk.JobResult {
	w.t.Helper()
	all := []*bulk.JobResult{}
	if err := w.Jobs.EachResult(w.As(v), one, func(some []*bulk.JobResult) error {
		all = append(all, some...)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// tally is how many items ended how: DONE, PENDING, or the code of the refusal.
func tally(results []*bulk.JobResult) map[string]int {
	n := map[string]int{}
	for _, r := range results {
		if r.Code != nil {
			n[string(*r.Code)]++
		} else {
			n[string(r.Outcome)]++
		}
	}
	return n
}

// nobody is an id that nothing has.
func nobody(kind id.Kind) id.ID {
	return id.Of(kind, uuid.MustParse("019a0000-0000-7000-8000-000000000001"))
}

// refusedBy is the one refusal's code; empty when there is none.
func refusedBy(t *testing.T, nos []*refusal.Refusal) (refusal.Code, string) {
	t.Helper()
	if len(nos) == 0 {
		return "", ""
	}
	if len(nos) > 1 {
		t.Errorf("%d refusals: %v", len(nos), nos)
	}
	return nos[0].Code, nos[0].Message
}

// seatIDs makes n seats in berlin.
func (w *town) seatIDs(prefix string, n int) []id.ID {
	w.t.Helper()
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s%d", strings.ReplaceAll(prefix, " ", "-"), i)
	}
	var ids []id.ID
	for _, s := range w.Seats(w.berlin, lifecycle.User, names...) {
		ids = append(ids, s.ID)
	}
	return ids
}
