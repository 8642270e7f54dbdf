package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// following is what a store knows of its events beside the rows.
type following struct {
	mu     sync.RWMutex
	called []func()

	numbering sync.Mutex
	seen      horizon
}

// horizon is up to where all events are numbered, so that each round begins there.
// Without it a round would look again at every event that was numbered since the
// oldest snapshot began that some backup holds open: their index entries stay until
// it ends.
type horizon struct {
	// server is which PostgreSQL this was learnt from, by when it was started: after
	// a failover the write-ahead log may stand lower.
	server time.Time
	// floor: every event with a lower lsn has a number, or its transaction is gone.
	floor int64
	// next becomes the floor once every transaction has ended that had begun to write
	// when it was read: those with a lower xid than behind.
	next, behind int64
}

// numberingLock is the advisory lock of who gives numbers.
const numberingLock = 0x67617465_65766e74

// Number gives positions to up to limit events that have committed and have none, in
// the order of their lsn, and tells all servers. One server at a time does it; busy
// says that another one is at it, and may have looked before the newest commit. It
// returns how many it numbered.
//
// The order is right for each thing, and nothing is ever numbered behind the back of
// a reader: an event's lsn is read under the lock of its thing's row, so that of two
// changes of one thing the one that committed first has the lower one, and whoever
// sees the second sees the first. (The order of transaction ids would be wrong: a
// transaction may have its id long before it has the lock.) What commits late is
// numbered late, whatever its lsn. The first number follows the highest one there is,
// which Forget leaves: so the numbers have no gap and are never used again.
func (s *Store) Number(ctx context.Context, limit int) (numbered int, busy bool, err error) {
	s.follow.numbering.Lock()
	defer s.follow.numbering.Unlock()
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, false, named(fmt.Errorf("begin to number events: %w", err))
	}
	defer func() { _ = tx.Rollback() }() // after an error, or when there was nothing
	h := s.follow.seen
	here, mine, err := h.look(ctx, s, tx)
	if err != nil || !mine {
		return 0, !mine && err == nil, err
	}
	// A statement of its own: what the last one who held the lock has numbered must
	// be seen.
	const number = `WITH fresh AS (
  SELECT id, row_number() OVER (ORDER BY lsn, id) AS n
  FROM (SELECT id, lsn FROM events WHERE position IS NULL AND lsn >= $1 ORDER BY lsn, id LIMIT $2) AS e
), numbered AS (
  UPDATE events AS e SET position = (SELECT COALESCE(max(position), 0) FROM events) + fresh.n
  FROM fresh WHERE e.id = fresh.id RETURNING e.position
), told AS (
  SELECT count(*) AS n, pg_notify('` + EventsChannel + `', max(position)::text) FROM numbered HAVING count(*) > 0
)
SELECT COALESCE((SELECT n FROM told), 0), pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint`
	s.onStatement(ctx, number)
	var xmin, xmax int64
	if err := tx.QueryRowContext(ctx, number, h.floor, limit).Scan(&numbered, &xmin, &xmax); err != nil {
		return 0, false, named(fmt.Errorf("number events: %w", err))
	}
	if numbered > 0 {
		if err := tx.Commit(); err != nil {
			return 0, false, named(fmt.Errorf("number events: commit: %w", err))
		}
	}
	if numbered < limit { // otherwise there may be more below
		h.rise(here, xmin, xmax)
	}
	s.follow.seen = h
	return numbered, false, nil
}

// look takes the lock for this transaction, and reads where the write-ahead log
// stands; not mine when another server has the lock.
func (h *horizon) look(ctx context.Context, s *Store, tx *sql.Tx) (here int64, mine bool, err error) {
	const look = `SELECT pg_try_advisory_xact_lock($1), pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, pg_postmaster_start_time()`
	s.onStatement(ctx, look)
	var server time.Time
	if err := tx.QueryRowContext(ctx, look, int64(numberingLock)).Scan(&mine, &here, &server); err != nil {
		return 0, false, named(fmt.Errorf("begin to number events: %w", err))
	}
	if !server.Equal(h.server) {
		*h = horizon{server: server}
	}
	return here, mine, nil
}

// rise moves the floor, after a round that left nothing it could see. Where the log
// stood was read before the round's snapshot was taken: a transaction that has
// written below it had its id by then, and is lower than the snapshot's xmax.
func (h *horizon) rise(here, xmin, xmax int64) {
	if h.behind != 0 && xmin < h.behind {
		return
	}
	h.floor = h.next
	h.next, h.behind = here, xmax
}
