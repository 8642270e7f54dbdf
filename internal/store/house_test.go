package store_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
	"gatehouse/internal/testdb"
	"gatehouse/internal/viewer"
)

// morning is when every test begins.
var morning = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// defaultUnit is the business unit that every account has.
var defaultUnit = uuid.MustParse("01890000-0000-7000-8000-000000000001")

// world is a store on a database of its own.
type world struct {
	*store.Store
	t     *testing.T
	db    *testdb.DB
	admin *sql.DB
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, db: testdb.New(t), now: morning}
	w.admin = w.db.Admin(t)
	s, err := store.Open(store.Options{URL: w.db.AppURL, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w.Store = s
	return w
}

// ctx is a context in which an administrator asks.
func (w *world) ctx() context.Context {
	ctx := viewer.WithRequest(w.t.Context(), viewer.Request{ID: "req-7", Address: "192.0.2.7"})
	return viewer.With(ctx, viewer.New("https://id.example.com", "ada", "Ada", "ada@example.com", []lifecycle.Role{lifecycle.Admin}, viewer.Units{All: true}))
}

// creating is the cause of most of these transactions.
func creating() store.Cause {
	return store.Cause{Mutation: "createSeat", Action: audit.CreateSeat, Resource: audit.Seat}
}

// do runs a transaction that makes seats.
func (w *world) do(fn func(context.Context, *store.Tx) (store.Outcome, error)) (store.Outcome, error) {
	return w.Do(w.ctx(), creating(), fn)
}

// row is a seat to be inserted.
func row(tx *store.Tx, seatID string) store.Row {
	return store.Row{
		"id": uuid.Must(uuid.NewV7()), "version": 1, "created_at": tx.Now(), "updated_at": tx.Now(), "business_unit_id": defaultUnit, "seat_type": lifecycle.User,
		"seat_id": seatID, "seat_key": seatID, "status": lifecycle.SeatCreated, "unused_since": tx.Now(),
	}
}

// seat makes a seat with its entry.
func (w *world) seat(seatID string) uuid.UUID {
	w.t.Helper()
	var made uuid.UUID
	_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := row(tx, seatID)
		made = r["id"].(uuid.UUID)
		_, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r})
		tx.Record(audit.Entry{ID: made})
		return store.Done(id.Of(id.Seat, made)), err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return made
}

// count reads one number as the superuser, past everything.
func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.admin.QueryRow(query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// entries is how many entries there are with an outcome.
func (w *world) entries(o audit.Outcome) int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM audit_entries WHERE outcome = $1`, o)
}
