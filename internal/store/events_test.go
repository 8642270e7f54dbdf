package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// numbered gives numbers to all there is, and reads it.
func (w *world) numbered() []store.Event {
	w.t.Helper()
	for {
		n, busy, err := w.Number(w.t.Context(), 1000)
		if err != nil || busy {
			w.t.Fatalf("numbering: busy %v, %v", busy, err)
		}
		if n < 1000 {
			break
		}
	}
	events, err := w.Events(w.t.Context(), 0, 100000)
	if err != nil {
		w.t.Fatal(err)
	}
	return events
}

// rename changes a seat under its lock, and says so.
func (w *world) rename(seat uuid.UUID, name string, before func(context.Context, *store.Tx) error) error {
	_, err := w.Do(w.ctx(), store.Cause{Mutation: "updateSeat", Action: audit.UpdateSeat, Resource: audit.Seat}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if err := before(ctx, tx); err != nil {
			return store.Outcome{}, err
		}
		rows, err := tx.Query(ctx, `SELECT id FROM seats WHERE id = $1 FOR UPDATE`, seat)
		if err != nil {
			return store.Outcome{}, err
		}
		if err := errors.Join(rows.Close(), rows.Err()); err != nil {
			return store.Outcome{}, err
		}
		if err := tx.Ent().Seat.UpdateOneID(seat).SetName(name).Exec(ctx); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: seat, Comment: name})
		return store.Outcome{}, nil
	})
	return err
}

// TestEventsOfOneThingAreInTheOrderOfTheirCommits: also when the transaction that had
// its id first gets the thing last.
func TestEventsOfOneThingAreInTheOrderOfTheirCommits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seat := w.seat("shared@example.com")
	xids := map[string]int64{}
	xid := func(ctx context.Context, tx *store.Tx, name string) error {
		rows, err := tx.Query(ctx, `SELECT pg_current_xact_id()::text::bigint`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x int64
			if err := rows.Scan(&x); err != nil {
				return err
			}
			xids[name] = x
		}
		return rows.Err()
	}
	begun, committed := make(chan struct{}), make(chan struct{})
	var early sync.WaitGroup
	early.Go(func() {
		if err := w.rename(seat, "second", func(ctx context.Context, tx *store.Tx) error {
			err := xid(ctx, tx, "second")
			close(begun)
			<-committed
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	<-begun
	if err := w.rename(seat, "first", func(ctx context.Context, tx *store.Tx) error { return xid(ctx, tx, "first") }); err != nil {
		t.Error(err)
	}
	close(committed)
	early.Wait()
	if xids["second"] >= xids["first"] {
		t.Fatalf("the transactions have the ids %v; the test needs them the other way about", xids)
	}
	w.numbered()
	rows, err := w.admin.Query(`SELECT changes->0->>'after' FROM events WHERE action = 'UPDATE_SEAT' ORDER BY position`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"first", "second"}; !slices.Equal(names, want) {
		t.Errorf("the events are in the order %v, want %v", names, want)
	}
}

// TestEventsOfOneTransactionAreInTheOrderOfTheirEntries whether or not their things'
// rows are asked.
func TestEventsOfOneTransactionAreInTheOrderOfTheirEntries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []uuid.UUID
	for range 2 { // seats alone, and a job among them
		if _, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			var rows []store.Row
			for range 300 {
				r := row(tx, uuid.NewString())
				rows = append(rows, r)
			}
			if _, err := tx.Insert(ctx, audit.Seat, "", rows); err != nil {
				return store.Outcome{}, err
			}
			for _, r := range rows {
				made := r["id"].(uuid.UUID)
				tx.Record(audit.Entry{ID: made})
				want = append(want, made)
			}
			if len(want) > 300 {
				job := uuid.New()
				tx.Tell(store.Event{Action: audit.StartBulkAction, Resource: audit.Job, Thing: job})
				want = append(want, job)
			}
			return store.Outcome{}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for n, e := range w.numbered() {
		if e.Position != int64(n+1) || e.Thing != want[n] {
			t.Fatalf("event %d is %+v, want one of %s", n+1, e, want[n])
		}
	}
}

// TestAnEventThatCommitsLateIsNotSkipped though its transaction wrote it first.
func TestAnEventThatCommitsLateIsNotSkipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	late := w.event(w.admin, "CREATE_SEAT")
	early := w.seat("early@example.com")
	seen := w.numbered()
	if len(seen) != 1 || seen[0].Thing != early {
		t.Fatalf("before the late one has committed there is %+v", seen)
	}
	w.numbered() // with nothing new
	thing := late()
	w.numbered()
	fresh, err := w.Events(t.Context(), seen[0].Position, 10)
	if err != nil || len(fresh) != 1 || fresh[0].Thing != thing || fresh[0].Position != 2 {
		t.Errorf("behind the cursor there is %+v (%v), want the late one", fresh, err)
	}
}

// event writes an event in a transaction that stays open until it is committed.
func (w *world) event(db *sql.DB, action string) (commit func() uuid.UUID) {
	w.t.Helper()
	tx, err := db.Begin()
	if err != nil {
		w.t.Fatal(err)
	}
	thing := uuid.New()
	if _, err := tx.Exec(`INSERT INTO events (id, at, action, resource_type, resource_id, changes) VALUES ($1, $2, $3, 'SEAT', $4, '[]')`, uuid.New(), w.now, action, thing); err != nil {
		w.t.Fatal(err)
	}
	return func() uuid.UUID {
		if err := tx.Commit(); err != nil {
			w.t.Error(err)
		}
		return thing
	}
}

// TestSeveralServersNumberAtOnce: every event has exactly one number, and there is no
// gap, while things change and other transactions stay open for long.
func TestSeveralServersNumberAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const servers, writers, each = 3, 4, 15
	writing, stop := context.WithCancel(t.Context())
	var numberers, others sync.WaitGroup
	for range servers {
		s, err := store.Open(store.Options{URL: w.db.AppURL})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		numberers.Go(func() {
			for writing.Err() == nil {
				if _, _, err := s.Number(t.Context(), 7); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := range writers {
		others.Go(func() {
			for m := range each {
				late := w.event(w.admin, "CREATE_SEAT")
				w.seat(fmt.Sprintf("%d-%d@example.com", n, m))
				late()
			}
		})
	}
	others.Wait()
	stop()
	numberers.Wait()
	events := w.numbered()
	if want := w.count(`SELECT count(*) FROM events`); len(events) != want || want != writers*each*2 {
		t.Errorf("%d of %d events are numbered, want %d", len(events), want, writers*each*2)
	}
	for n, e := range events {
		if e.Position != int64(n+1) {
			t.Fatalf("event %d has the number %d", n+1, e.Position)
		}
	}
}

// TestNumbersGoOnAfterAllWasForgotten, and what is kept has no hole.
func TestNumbersGoOnAfterAllWasForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.seat(uuid.NewString())
	}
	w.numbered()
	w.now = w.now.Add(store.EventLife)
	w.seat("of today")
	w.now = w.now.Add(-store.EventLife) // written later, though of an earlier instant
	w.seat("of a long transaction")
	w.numbered()
	w.now = w.now.Add(store.EventLife + 1000)
	if _, err := w.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	if oldest, newest, err := w.Positions(t.Context()); err != nil || oldest != 4 || newest != 5 {
		t.Errorf("from %d to %d is kept (%v), want 4 to 5: what lies behind a young one stays", oldest, newest, err)
	}
	w.now = w.now.Add(2 * store.EventLife)
	if _, err := w.Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.seat("of tomorrow")
	w.numbered()
	if oldest, newest, err := w.Positions(t.Context()); err != nil || oldest != 5 || newest != 6 {
		t.Errorf("from %d to %d is kept (%v), want 5, of which nothing but the number counts, and 6", oldest, newest, err)
	}
}

// TestWhoAskedHearsOfEvents, after the commit and of nothing else.
func TestWhoAskedHearsOfEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	heard := 0
	w.OnCommit(func() { heard++ })
	w.seat("one")
	if heard != 1 {
		t.Errorf("heard %d times of one transaction", heard)
	}
	_, err := w.Do(w.ctx(), store.Cause{Mutation: "createSeat", Action: audit.CreateSeat, Resource: audit.Seat, DryRun: true}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := row(tx, "two")
		_, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r})
		tx.Record(audit.Entry{ID: r["id"].(uuid.UUID)})
		return store.Outcome{}, err
	})
	if err != nil || heard != 1 {
		t.Errorf("heard %d times after a dry run (%v)", heard, err)
	}
	if _, err := w.do(func(_ context.Context, tx *store.Tx) (store.Outcome, error) {
		tx.Record(audit.Entry{Outcome: audit.Refused, Code: "INVALID"})
		return store.Outcome{}, nil
	}); err != nil || heard != 1 {
		t.Errorf("heard %d times after a refused attempt (%v)", heard, err)
	}
	if events := w.numbered(); len(events) != 1 || events[0].Action != audit.CreateSeat || events[0].Resource != audit.Seat ||
		events[0].BusinessUnit != defaultUnit || !events[0].At.Equal(morning) || events[0].Status != lifecycle.Status("") {
		t.Errorf("the events are %+v", events)
	}
}
