package job

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// clock is set by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// world is a database with a clock that every server in it shares.
type world struct {
	t     *testing.T
	clock *clock
	db    *testdb.DB
	admin *sql.DB
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := testdb.New(t)
	return &world{t: t, clock: newClock(), db: db, admin: db.Admin(t)}
}

// server is one server's store, queue and worker.
type server struct {
	*Worker
	w          *world
	queue      *Queue
	statements atomic.Int64
}

func (w *world) server(o Options) *server {
	w.t.Helper()
	s := &server{w: w}
	opened, err := store.Open(store.Options{URL: w.db.AppURL, Now: w.clock.now, OnStatement: func(context.Context, string) { s.statements.Add(1) }})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = opened.Close() })
	s.queue = NewQueue(opened)
	if o.Chance == nil {
		o.Chance = func() float64 { return 0.5 } // no pause is longer or shorter by chance
	}
	if s.Worker, err = New(s.queue, o); err != nil {
		w.t.Fatal(err)
	}
	return s
}

// enqueue leaves work as the system.
func (s *server) enqueue(work ...Work) []uuid.UUID {
	s.w.t.Helper()
	return s.enqueueAs(viewer.TheSystem(), work...)
}

func (s *server) enqueueAs(v viewer.Viewer, work ...Work) []uuid.UUID {
	s.w.t.Helper()
	cause := store.Cause{Mutation: "createSeat", Action: audit.StartBulkAction, Resource: audit.Job}
	var ids []uuid.UUID
	out, err := s.queue.store.Do(viewer.With(s.w.t.Context(), v), cause, func(ctx context.Context, tx *store.Tx) (_ store.Outcome, err error) {
		ids, err = s.queue.Enqueue(ctx, tx, work...)
		return store.Outcome{}, err
	})
	if err != nil || len(out.Refusals) > 0 {
		s.w.t.Fatal(out.Refusals, err)
	}
	return ids
}

// runDue does what is due.
func (s *server) runDue() int {
	s.w.t.Helper()
	n, err := s.RunDue(s.w.t.Context())
	if err != nil {
		s.w.t.Fatal(err)
	}
	return n
}

// row is what the table says of a job.
type row struct {
	status    string
	attempt   int
	runAt     time.Time
	lastError string
	lease     *time.Time
	finished  *time.Time
}

func (w *world) row(id uuid.UUID) (r row) {
	w.t.Helper()
	err := w.admin.QueryRow(`SELECT status, attempt, run_at, last_error, lease_until, finished_at FROM jobs WHERE id = $1`, id).
		Scan(&r.status, &r.attempt, &r.runAt, &r.lastError, &r.lease, &r.finished)
	if err != nil {
		w.t.Fatal(err)
	}
	r.runAt = r.runAt.UTC()
	return r
}

// nothing is a handler that does nothing.
func nothing(context.Context, Job) error { return nil }

// soon waits for what must come; it fails the test when it does not.
func soon(t *testing.T, what string, c <-chan struct{}) {
	t.Helper()
	select {
	case <-c:
	case <-time.After(30 * time.Second):
		t.Fatalf("waited in vain for: %s", what)
	}
}

// run starts the worker and returns how to stop it and wait for its end.
func (s *server) run() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); s.Run(ctx) }()
	stop = sync.OnceFunc(func() { cancel(); <-ended })
	s.w.t.Cleanup(stop)
	return stop
}
