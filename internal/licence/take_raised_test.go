package licence_test

import (
	"testing"
	"time"

	"gatehouse/internal/licence"
	"gatehouse/internal/lifecycle"
)

// Whoever waits for an allocation that is just being raised gets of what it is
// raised to. (PostgreSQL checks a row's constraints before it sees that the row has
// another version by now.)
func TestTakeWaitsForAnAllocationThatIsBeingRaised(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	pool := licence.Pool{Unit: h.unit(t, "research", lifecycle.User, 1).UUID, Type: lifecycle.User}
	h.seats(t, pool, 1)

	admin := h.db.Admin(t)
	raise, err := admin.Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raise.Rollback() }()
	for _, statement := range []string{
		`SET LOCAL session_replication_role = replica`, // no entry is asked for: this stands for what Allocate does
		`UPDATE seat_allocations SET allocated = 2`,
		`UPDATE seat_licenses SET allocated = 2 WHERE seat_type = 'USER'`,
	} {
		if _, err := raise.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	type taken struct {
		grant licence.Grant
		err   error
	}
	took := make(chan taken)
	go func() {
		g, err := h.seat(t.Context(), pool, "late")
		took <- taken{g, err}
	}()
	for h.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := raise.Commit(); err != nil {
		t.Fatal(err)
	}
	if late := <-took; late.err != nil || late.grant.Got != 1 {
		t.Errorf("%+v", late)
	}
	h.honest(t)
}
