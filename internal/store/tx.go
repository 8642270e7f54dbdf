package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	ent "gatehouse/ent/generated"
	"gatehouse/internal/audit"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
)

// Tx is one transaction of Do.
type Tx struct {
	s       *Store
	sql     *sql.Tx
	now     time.Time
	viewer  viewer.Viewer
	cause   Cause
	client  *ent.Client
	about   *uuid.UUID
	entries []entry
	events  []Event // told beside the entries
	follows bool    // whether events were written
	changed map[thing]*change
	after   []func()
}

// thing is what an audit entry is about.
type thing struct {
	resource audit.Resource
	id       uuid.UUID
}

// change is a row that this transaction has changed: what no entry has told
// yet, how many entries there are, and whether Insert has added it.
type change struct {
	unit    uuid.UUID
	fields  []audit.Change
	entries int
	added   bool
}

// entry is an audit entry and whether the system is its actor.
type entry struct {
	audit.Entry
	system bool
}

func newTx(s *Store, t *sql.Tx, now time.Time, v viewer.Viewer, cause Cause) *Tx {
	tx := &Tx{s: s, sql: t, now: now, viewer: v, cause: cause, about: new(uuid.UUID), changed: map[thing]*change{}}
	tx.client = ent.NewClient(ent.Driver(entDriver{entsql.Conn{ExecQuerier: observed{tx}}}))
	tx.client.Use(tx.watch)
	return tx
}

// Now is the instant of the transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Viewer is who is asking.
func (tx *Tx) Viewer() viewer.Viewer { return tx.viewer }

// Ent creates and updates single rows; changes of many rows go through Apply
// and Insert. What it changes must be recorded.
func (tx *Tx) Ent() *ent.Client { return tx.client }

// Query runs a SELECT within the transaction, with or without FOR UPDATE. The
// caller closes the rows before the next statement.
func (tx *Tx) Query(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	if !reads(statement) {
		return nil, fmt.Errorf("store: Query was given a statement that does not read: %.40q", statement)
	}
	return tx.query(ctx, statement, args)
}

// Guard runs an UPDATE … RETURNING whose WHERE is the guard: no row means no.
// It is for what is no audited thing of its own: the counters of package licence,
// and secrets that are sealed by another key. The linter keeps it to those files.
func (tx *Tx) Guard(ctx context.Context, statement string, args ...any) (*sql.Rows, error) {
	tx.s.onStatement(ctx, statement)
	return tx.sql.QueryContext(ctx, statement, args...)
}

// After has fn called once this transaction has committed, and not at all when it
// does not. It is for hints to this process, such as that there is work to do:
// what must happen is a row of the transaction, since the process may end first.
func (tx *Tx) After(fn func()) { tx.after = append(tx.after, fn) }

// Record adds an audit entry, after the change that it is about. What it leaves
// out is filled in: action and resource from the cause; the business unit, and
// the fields that changed since the row's last entry, from the change. Outcome
// is SUCCESS unless it says otherwise.
func (tx *Tx) Record(e audit.Entry) { tx.record(e, false) }

// RecordSystem is Record with the system as the actor: for what becomes of a
// thing by itself within somebody's transaction, such as expiry.
func (tx *Tx) RecordSystem(e audit.Entry) { tx.record(e, true) }

func (tx *Tx) record(e audit.Entry, system bool) {
	if e.Resource == "" {
		e.Resource = tx.cause.Resource
	}
	if e.Action == "" {
		e.Action = tx.cause.Action
	}
	if e.Outcome == "" {
		e.Outcome = audit.Success
	}
	if e.At.IsZero() {
		e.At = tx.now
	}
	if c := tx.changed[thing{e.Resource, e.ID}]; c != nil && e.Outcome != audit.Refused {
		c.entries++
		if e.BusinessUnit == uuid.Nil {
			e.BusinessUnit = c.unit
		}
		if e.Changes == nil {
			e.Changes, c.fields = c.fields, nil
		}
	}
	if e.Changes == nil {
		e.Changes = []audit.Change{}
	}
	tx.entries = append(tx.entries, entry{Entry: e, system: system})
}

// In says which business unit the call is about, as soon as that is known and
// the viewer may know it: so that a call that is refused as a whole is seen by
// the unit's own auditors.
func (tx *Tx) In(unit uuid.UUID) { *tx.about = unit }

// Refuse records that the attempt at one thing was refused, and makes the item
// that says so.
func (tx *Tx) Refuse(e audit.Entry, item Item, no *refusal.Refusal) Item {
	e.Outcome, e.Code = audit.Refused, string(no.Code)
	tx.Record(e)
	item.Refusals = append(item.Refusals, no)
	return item
}

// exec is for the store's own rows.
func (tx *Tx) exec(ctx context.Context, statement string, args ...any) error {
	tx.s.onStatement(ctx, statement)
	if stmt, ok := tx.s.statements.get(ctx, tx.sql, statement); ok {
		_, err := stmt.ExecContext(ctx, args...)
		return err
	}
	_, err := tx.sql.ExecContext(ctx, statement, args...)
	return err
}

// query runs a statement that returns rows, by its prepared form when there is one.
func (tx *Tx) query(ctx context.Context, statement string, args []any) (*sql.Rows, error) {
	tx.s.onStatement(ctx, statement)
	if stmt, ok := tx.s.statements.get(ctx, tx.sql, statement); ok {
		return stmt.QueryContext(ctx, args...)
	}
	return tx.sql.QueryContext(ctx, statement, args...)
}

// row reads the one row of a statement of the store's own.
func (tx *Tx) row(ctx context.Context, statement string, args []any, into ...any) error {
	rows, err := tx.query(ctx, statement, args)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return errors.Join(rows.Err(), sql.ErrNoRows)
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	return rows.Close()
}

// observed is the transaction as ent sees it.
type observed struct{ tx *Tx }

func (o observed) ExecContext(ctx context.Context, q string, args ...any) (sql.Result, error) {
	o.tx.s.onStatement(ctx, q)
	return o.tx.sql.ExecContext(ctx, q, args...)
}

func (o observed) QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	o.tx.s.onStatement(ctx, q)
	return o.tx.sql.QueryContext(ctx, q, args...)
}

// entDriver makes ent work within the transaction: where ent would begin one of
// its own it goes on in this one.
type entDriver struct{ entsql.Conn }

func (d entDriver) Dialect() string                        { return dialect.Postgres }
func (d entDriver) Close() error                           { return nil }
func (d entDriver) Tx(context.Context) (dialect.Tx, error) { return dialect.NopTx(d), nil }
