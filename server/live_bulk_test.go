package main

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/world"
)

// bulkItems is how many requests the job approves: six batches.
const bulkItems = 3000

const startDocument = `mutation { startBulkAction(input: {action: APPROVE, selection: {enrollments: {view: PENDING_APPROVAL}}, idempotencyKey: "once"}) { job { id size } userErrors { code message } } }`

const jobDocument = `query($id: ID!, $after: String) { job(id: $id) {
  status size processed succeeded refused error outcomes { outcome count }
  results(first: 100, after: $after) { totalCount nodes { position id outcome } pageInfo { hasNextPage endCursor } }
} }`

// jobAnswer is what jobDocument asks.
type jobAnswer struct {
	Job struct {
		Status                              string
		Size, Processed, Succeeded, Refused int
		Error                               *string
		Outcomes                            []struct {
			Outcome string
			Count   int
		}
		Results struct {
			TotalCount int
			Nodes      []struct {
				Position    int
				ID, Outcome string
			}
			PageInfo struct {
				HasNextPage bool
				EndCursor   *string
			}
		}
	}
}

// TestAJobIsWholeWhoeverIsKilled kills the server five times while it approves 3,000
// requests: three times in the middle of a batch, and twice when a batch has
// committed and the server has not written down that it did it. In the end every
// request is approved once, with one entry, one licence and one result each.
func TestAJobIsWholeWhoeverIsKilled(t *testing.T) {
	t.Parallel()
	l := newLive(t)
	b := &bulkKilling{live: l, superuser: l.world.DB.Admin(t)}
	b.found()
	var started struct {
		StartBulkAction struct {
			Job struct {
				ID   string
				Size int
			}
			UserErrors []struct{ Code, Message string }
		}
	}
	release := b.holdBatch()
	if err := l.call(t.Context(), l.admin, startDocument, nil, &started); err != nil {
		t.Fatal(err)
	}
	id := started.StartBulkAction.Job.ID
	if started.StartBulkAction.Job.Size != bulkItems {
		t.Fatalf("it is %+v", started)
	}
	for n := range 5 {
		b.awaitHeld()
		if n%2 == 0 { // in the middle of the batch
			b.kill(release)
		} else { // when it is committed, and its end is not written down
			done := b.count(`SELECT next_batch FROM bulk_jobs`)
			forget := b.holdEnd()
			release()
			for b.count(`SELECT next_batch FROM bulk_jobs`) == done {
				b.rest()
			}
			b.kill(forget)
		}
		if n < 4 {
			release = b.holdBatch()
		}
		l.serve()
	}
	for b.count(`SELECT count(*) FROM bulk_jobs WHERE finished_at IS NULL`) > 0 {
		b.rest()
	}
	b.isWhole(id)
}

// bulkKilling is a server that is killed at work on a job.
type bulkKilling struct {
	*live
	superuser *sql.DB
}

// found makes the requests: one by the use case, and the others after its image, past
// the use cases. They have no address, so that nobody is mailed.
func (b *bulkKilling) found() {
	b.t.Helper()
	unit := b.world.Unit("berlin").ID
	b.world.Purchase(lifecycle.User)
	b.world.Allocate(unit, lifecycle.User, bulkItems)
	first := b.world.Request(world.Person("rita", lifecycle.Admin), b.world.Profile(unit, "VPN").ID, "first")
	tx, err := b.superuser.Begin()
	if err != nil {
		b.t.Fatal(err)
	}
	defer tx.Rollback()
	for _, statement := range []string{
		`SET LOCAL session_replication_role = replica`,
		`INSERT INTO enrollments SELECT (jsonb_populate_record(e, jsonb_build_object('id', v.id, 'seat_id', v.id, 'seat_key', v.id, 'token_hash', sha256(v.id::text::bytea)))).*
FROM enrollments e, (SELECT gen_random_uuid() AS id FROM generate_series(2, 3000)) v WHERE e.id = '` + first.ID.UUID.String() + `'`,
		`UPDATE enrollments SET email = ''`,
	} {
		if _, err := tx.Exec(statement); err != nil {
			b.t.Fatalf("%s: %v", statement, err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.t.Fatal(err)
	}
}

// holdBatch lets no batch keep its decisions until it is released.
func (b *bulkKilling) holdBatch() (release func()) {
	return b.hold(`LOCK TABLE approvals IN SHARE MODE`)
}

// holdEnd lets nobody write down that the batch at work was done.
func (b *bulkKilling) holdEnd() (release func()) {
	return b.hold(`SELECT w.id FROM jobs w JOIN bulk_jobs b ON b.work_id = w.id WHERE w.status = 'RUNNING' FOR UPDATE OF w`)
}

// hold holds what a statement locks.
func (b *bulkKilling) hold(statement string) (release func()) {
	b.t.Helper()
	tx, err := b.superuser.Begin()
	if err == nil {
		_, err = tx.Exec(statement)
	}
	if err != nil {
		b.t.Fatalf("%s: %v", statement, err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			b.t.Errorf("releasing: %v", err)
		}
	}
}

// awaitHeld waits until a batch is held.
func (b *bulkKilling) awaitHeld() {
	for b.count(`SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'approvals'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`) == 0 {
		b.rest()
	}
}

// kill kills the server, and ends what of it the database still has at work. So that
// nobody has to wait for the time of its lease, that has passed.
func (b *bulkKilling) kill(release func()) {
	b.t.Helper()
	b.children[len(b.children)-1].kill(b.t)
	b.count(`SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	release()
	if _, err := b.superuser.Exec(`UPDATE jobs SET lease_until = lease_until - interval '1 hour' WHERE status = 'RUNNING'`); err != nil {
		b.t.Fatal(err)
	}
}

// count reads one number.
func (b *bulkKilling) count(query string) (n int) {
	b.t.Helper()
	if err := b.superuser.QueryRowContext(b.t.Context(), query).Scan(&n); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// rest waits a little, unless the test is over.
func (b *bulkKilling) rest() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 5*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	if b.t.Context().Err() != nil {
		b.t.Fatal("the test is over, and it is still waited")
	}
}

// isWhole looks at what there is in the end.
func (b *bulkKilling) isWhole(id string) {
	b.t.Helper()
	for what, statement := range map[string]string{
		"approved requests":      `SELECT count(*) FROM enrollments WHERE status = 'APPROVED' AND approvals = 1 AND version = 2`,
		"approvals":              `SELECT count(*) FROM approvals`,
		"requests with approval": `SELECT count(DISTINCT enrollment_id) FROM approvals`,
		"entries":                `SELECT count(*) FROM audit_entries WHERE action = 'APPROVE' AND outcome = 'SUCCESS'`,
		"requests with entries":  `SELECT count(DISTINCT resource_id) FROM audit_entries WHERE action = 'APPROVE' AND outcome = 'SUCCESS'`,
		"seats":                  `SELECT count(*) FROM seats WHERE status = 'ENROLLED'`,
		"licences":               `SELECT sum(created) FROM seat_allocations`,
		"events":                 `SELECT count(*) FROM events WHERE action = 'APPROVE' AND resource_type = 'ENROLLMENT'`,
	} {
		if n := b.count(statement); n != bulkItems {
			b.t.Errorf("%d %s of %d", n, what, bulkItems)
		}
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE resource_type = 'JOB' AND outcome = 'SUCCESS' AND action IN ('START_BULK_ACTION', 'END_JOB')`); n != 2 {
		b.t.Errorf("%d entries tell of the job", n)
	}
	seen, next := map[string]bool{}, 1
	for variables := map[string]any{"id": id}; ; {
		var a jobAnswer
		if err := b.call(b.t.Context(), b.admin, jobDocument, variables, &a); err != nil {
			b.t.Fatal(err)
		}
		j := a.Job
		if j.Status != "DONE" || j.Size != bulkItems || j.Processed != bulkItems || j.Succeeded != bulkItems || j.Refused != 0 || j.Error != nil || len(j.Outcomes) != 1 || j.Results.TotalCount != bulkItems {
			b.t.Fatalf("the job is %+v", j)
		}
		for _, r := range j.Results.Nodes {
			if r.Position != next || r.Outcome != "DONE" || seen[r.ID] {
				b.t.Fatalf("result %d is %+v", next, r)
			}
			seen[r.ID] = true
			next++
		}
		if !j.Results.PageInfo.HasNextPage {
			break
		}
		variables["after"] = *j.Results.PageInfo.EndCursor
	}
	if len(seen) != bulkItems {
		b.t.Errorf("%d results", len(seen))
	}
}
