package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/store"
)

// named is a change of a seat's name, recorded.
func named(tx *store.Tx, seat uuid.UUID, version int, name string) store.Change {
	return store.Change{ID: seat, BusinessUnit: defaultUnit, Version: version, Before: store.Row{"name": ""}, After: store.Row{"name": name}}
}

func TestApplyIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.seat("a"), w.seat("b")
	for name, changes := range map[string]func(tx *store.Tx) []store.Change{
		"a stale version": func(tx *store.Tx) []store.Change { return []store.Change{named(tx, a, 1, "x"), named(tx, b, 2, "x")} },
		"a row that is not there": func(tx *store.Tx) []store.Change {
			return []store.Change{named(tx, a, 1, "x"), named(tx, uuid.New(), 1, "x")}
		},
		"a row twice": func(tx *store.Tx) []store.Change { return []store.Change{named(tx, a, 1, "x"), named(tx, a, 1, "y")} },
		"other columns": func(tx *store.Tx) []store.Change {
			second := named(tx, b, 1, "x")
			second.After = store.Row{"email": "x"}
			return []store.Change{named(tx, a, 1, "x"), second}
		},
		"no such column": func(*store.Tx) []store.Change {
			return []store.Change{{ID: a, Version: 1, Before: store.Row{"colour": "red"}, After: store.Row{"colour": "blue"}}}
		},
	} {
		_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			list := changes(tx)
			err := tx.Apply(ctx, audit.Seat, list)
			for _, c := range list {
				tx.Record(audit.Entry{ID: c.ID})
			}
			return store.Outcome{}, err
		})
		if err == nil {
			t.Errorf("%s was applied", name)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE version = 1 AND name = ''`); n != 2 {
		t.Errorf("%d of the two seats are as they were", n)
	}
}

func TestApplyTellsWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.seat("a"), w.seat("b")
	_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		changes := []store.Change{named(tx, a, 1, `O'Hara "q" \ é, {x}`), named(tx, b, 1, "")}
		for _, c := range changes {
			defer tx.Record(audit.Entry{ID: c.ID, Action: audit.UpdateSeat})
		}
		return store.Outcome{}, tx.Apply(ctx, audit.Seat, changes)
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE (name = $1 OR name = '' ) AND version = 2`, `O'Hara "q" \ é, {x}`); n != 2 {
		t.Errorf("%d of the two seats hold what was given, in version 2", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'UPDATE_SEAT' AND resource_id = $1 AND business_unit_id = $2 AND changes->0->>'field' = 'name' AND changes->0->>'after' = $3`,
		a, defaultUnit, `O'Hara "q" \ é, {x}`); n != 1 {
		t.Error("the entry does not tell the change")
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'UPDATE_SEAT' AND resource_id = $1 AND changes = '[]'`, b); n != 1 {
		t.Error("the entry of what stayed the same tells a change")
	}
}

func TestOnlyOwnRowsAreTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.seat("old")
	for name, pick := range map[string]func(ctx context.Context, tx *store.Tx) uuid.UUID{
		"a row that was there before": func(context.Context, *store.Tx) uuid.UUID { return old },
		"a row that this transaction only changed": func(ctx context.Context, tx *store.Tx) uuid.UUID {
			if err := tx.Apply(ctx, audit.Seat, []store.Change{named(tx, old, 1, "x")}); err != nil {
				t.Error(err)
			}
			return old
		},
		"a row that an entry tells of": func(ctx context.Context, tx *store.Tx) uuid.UUID {
			r := row(tx, "told")
			if _, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r}); err != nil {
				t.Error(err)
			}
			tx.Record(audit.Entry{ID: r["id"].(uuid.UUID)})
			return r["id"].(uuid.UUID)
		},
	} {
		_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			return store.Outcome{}, tx.TakeBack(ctx, audit.Seat, []uuid.UUID{pick(ctx, tx)})
		})
		if err == nil {
			t.Errorf("%s was taken back", name)
		}
	}
	_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := row(tx, "own")
		if _, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r}); err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{}, tx.TakeBack(ctx, audit.Seat, []uuid.UUID{r["id"].(uuid.UUID)})
	})
	if err != nil {
		t.Errorf("an own row that nothing tells of: %v", err)
	}
	if n := w.count(`SELECT count(*) FROM seats`); n != 1 {
		t.Errorf("%d seats, want the old one", n)
	}
}

func TestWhatChangesManyRowsAtOnceIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat("a")
	for name, write := range map[string]func(context.Context, *store.Tx) error{
		"ent's update of many": func(ctx context.Context, tx *store.Tx) error { return tx.Ent().Seat.Update().SetName("x").Exec(ctx) },
		"ent's delete of many": func(ctx context.Context, tx *store.Tx) error { _, err := tx.Ent().Seat.Delete().Exec(ctx); return err },
		"ent's delete of one": func(ctx context.Context, tx *store.Tx) error {
			return tx.Ent().Seat.DeleteOneID(uuid.New()).Exec(ctx)
		},
		"ent's delete of what is not audited": func(ctx context.Context, tx *store.Tx) error { _, err := tx.Ent().Job.Delete().Exec(ctx); return err },
		"Add of what is audited": func(ctx context.Context, tx *store.Tx) error {
			return tx.Add(ctx, migrate.SeatsTable, []store.Row{row(tx, "x")})
		},
		"Query": func(ctx context.Context, tx *store.Tx) error {
			rows, err := tx.Query(ctx, `UPDATE seats SET name = 'x' RETURNING id`)
			if err == nil {
				err = errors.Join(rows.Err(), rows.Close())
			}
			return err
		},
	} {
		_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) { return store.Outcome{}, write(ctx, tx) })
		if err == nil || !strings.Contains(err.Error(), "store:") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE name = '' AND version = 1`); n != 1 {
		t.Error("the seat is not as it was")
	}
}

func TestAReaderCannotWrite(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seat("a")
	for _, statement := range []string{
		`UPDATE seats SET name = 'x'`,
		`delete from seats`,
		`INSERT INTO jobs SELECT`,
		`TRUNCATE seats CASCADE`,
		`WITH gone AS (DELETE FROM seats RETURNING id) SELECT * FROM gone`,
		`WITH x AS (SELECT 1), changed AS (UPDATE seats SET name = 'x' RETURNING id) SELECT * FROM changed`,
		`SELECT 1; UPDATE seats SET name = 'x'`,
	} {
		rows, err := w.Read().Query(t.Context(), statement)
		if err == nil {
			t.Errorf("a reader ran %q: %v", statement, errors.Join(rows.Err(), rows.Close()))
		}
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE name = ''`); n != 1 {
		t.Error("a reader has written")
	}
	rows, err := w.Read().Query(t.Context(), `SELECT id, updated_at FROM seats WHERE seat_type = $1`, lifecycle.User)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() || rows.Err() != nil {
		t.Error("a reader does not read")
	}
}
