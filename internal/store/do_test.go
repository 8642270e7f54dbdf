package store_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

var errBug = errors.New("a bug")

func TestWhoDoesNotGetPastTheDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ran := func(context.Context, *store.Tx) (store.Outcome, error) {
		t.Error("the transaction was run")
		return store.Outcome{}, nil
	}
	if _, err := w.Do(t.Context(), creating(), ran); !errors.Is(err, fault.NoViewer) {
		t.Errorf("nobody was answered %v", err)
	}
	for name, c := range map[string]struct {
		ctx   context.Context
		cause store.Cause
	}{
		"without the permission":     {viewer.With(t.Context(), viewer.New("i", "s", "", "", []lifecycle.Role{lifecycle.Auditor}, viewer.Units{All: true})), creating()},
		"without any role":           {viewer.With(t.Context(), viewer.New("i", "s", "", "", nil, viewer.Units{All: true})), creating()},
		"an unknown mutation":        {w.ctx(), store.Cause{Mutation: "dropEverything", Action: audit.CreateSeat, Resource: audit.Seat}},
		"the server's work":          {w.ctx(), store.Cause{Action: audit.Expire, Resource: audit.Enrollment}},
		"all units, by some of them": {viewer.With(t.Context(), viewer.New("i", "s", "", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{Names: []string{"default"}})), store.Cause{Mutation: "createBusinessUnit", Action: audit.CreateBusinessUnit, Resource: audit.BusinessUnit}},
	} {
		before := w.entries(audit.Refused)
		out, err := w.Do(c.ctx, c.cause, ran)
		if err != nil || len(out.Refusals) != 1 || out.Refusals[0].Code != refusal.Forbidden {
			t.Errorf("%s: %+v %v", name, out, err)
		}
		if n := w.entries(audit.Refused) - before; n != 1 {
			t.Errorf("%s left %d entries", name, n)
		}
	}
}

func TestNothingIsCommittedWithoutItsEntry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.seat("old")
	for name, change := range map[string]func(context.Context, *store.Tx) error{
		"Insert": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Insert(ctx, audit.Seat, "", []store.Row{row(tx, "silent")})
			return err
		},
		"Apply": func(ctx context.Context, tx *store.Tx) error {
			return tx.Apply(ctx, audit.Seat, []store.Change{{ID: old, BusinessUnit: defaultUnit, Version: 1, Before: store.Row{"name": ""}, After: store.Row{"name": "silent"}}})
		},
		"ent's update": func(ctx context.Context, tx *store.Tx) error {
			return tx.Ent().Seat.UpdateOneID(old).SetName("silent").Exec(ctx)
		},
		"ent's create": func(ctx context.Context, tx *store.Tx) error {
			return tx.Ent().Seat.Create().SetID(uuid.New()).SetBusinessUnitID(defaultUnit).SetSeatType(lifecycle.User).SetSeatID("silent").SetSeatKey("silent").SetUnusedSince(tx.Now()).
				SetCreatedAt(tx.Now()).SetUpdatedAt(tx.Now()).Exec(ctx)
		},
		"an entry that says it was refused": func(ctx context.Context, tx *store.Tx) error {
			tx.Refuse(audit.Entry{ID: old}, store.Item{}, refusal.New(refusal.Invalid, "no"))
			return tx.Ent().Seat.UpdateOneID(old).SetName("silent").Exec(ctx)
		},
		"an entry about another": func(ctx context.Context, tx *store.Tx) error {
			tx.Record(audit.Entry{ID: uuid.New()})
			return tx.Ent().Seat.UpdateOneID(old).SetName("silent").Exec(ctx)
		},
	} {
		_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			return store.Outcome{}, change(ctx, tx)
		})
		if err == nil || !strings.Contains(err.Error(), "no audit entry") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE name = 'silent' OR seat_key = 'silent'`); n != 0 {
		t.Errorf("%d changes were committed in silence", n)
	}
}

func TestARefusalAfterWritesLeavesItsEntryAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	out, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := row(tx, "gone")
		if _, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r}); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: r["id"].(uuid.UUID)})
		tx.After(func() { t.Error("what waits for the commit was called") })
		return store.Outcome{}, refusal.New(refusal.Conflict, "Read it again.")
	})
	if err != nil || len(out.Refusals) != 1 || out.Refusals[0].Code != refusal.Conflict {
		t.Errorf("%+v %v", out, err)
	}
	if seats, yes, no := w.count(`SELECT count(*) FROM seats`), w.entries(audit.Success), w.entries(audit.Refused); seats != 0 || yes != 0 || no != 1 {
		t.Errorf("%d seats, %d entries of success and %d of refusals; want 0, 0, 1", seats, yes, no)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE code = 'CONFLICT' AND actor_subject = 'ada' AND request_id = 'req-7' AND client_address = '192.0.2.7'`); n != 1 {
		t.Error("the entry does not say who, why and from where")
	}
	if n := w.count(`SELECT count(*) FROM events`); n != 0 {
		t.Errorf("%d events of what did not happen", n)
	}
}

func TestAFaultLeavesAnEntryOfFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		r := row(tx, "gone")
		_, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r})
		tx.Record(audit.Entry{ID: r["id"].(uuid.UUID)})
		return store.Outcome{}, errors.Join(err, errBug)
	})
	if !errors.Is(err, errBug) {
		t.Errorf("the fault came back as %v", err)
	}
	if seats, yes, failed := w.count(`SELECT count(*) FROM seats`), w.entries(audit.Success), w.entries(audit.Failure); seats != 0 || yes != 0 || failed != 1 {
		t.Errorf("%d seats, %d entries of success and %d of failures; want 0, 0, 1", seats, yes, failed)
	}
}

func TestAPanicRollsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_, _ = w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			_, _ = tx.Insert(ctx, audit.Seat, "", []store.Row{row(tx, "gone")})
			panic("a bug")
		})
	}()
	if open := w.count(`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`); open != 0 {
		t.Errorf("%d transactions are left open", open)
	}
	if n := w.count(`SELECT count(*) FROM seats`); n != 0 {
		t.Errorf("%d seats are left", n)
	}
}

func TestAfterIsCalledOnceAfterTheCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var calls, tries int
	_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		tries++
		r := row(tx, "seen")
		_, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r})
		tx.Record(audit.Entry{ID: r["id"].(uuid.UUID)})
		tx.After(func() {
			calls++
			if w.count(`SELECT count(*) FROM seats`) != 1 {
				t.Error("it was called before the commit")
			}
		})
		if err == nil && tries < 3 {
			return store.Outcome{}, store.ErrAgain
		}
		return store.Outcome{}, err
	})
	if err != nil || calls != 1 || tries != 3 {
		t.Errorf("%d calls after %d tries: %v", calls, tries, err)
	}
	if n := w.entries(audit.Success); n != 1 {
		t.Errorf("%d entries of one change; a retry must leave nothing", n)
	}
}

func TestATransactionThatNeverWinsIsAFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tries := 0
	_, err := w.do(func(context.Context, *store.Tx) (store.Outcome, error) {
		tries++
		return store.Outcome{}, store.ErrAgain
	})
	if !errors.Is(err, store.ErrAgain) || !errors.Is(err, fault.Unavailable) || tries < 2 || w.entries(audit.Failure) != 1 {
		t.Errorf("after %d tries: %v, %d entries of failures", tries, err, w.entries(audit.Failure))
	}
}

func TestADeadlockIsRetried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.seat("a"), w.seat("b")
	var tries atomic.Int32
	locked := make(chan struct{}, 2) // each has its first lock
	both := make(chan struct{})
	go func() {
		<-locked
		<-locked
		close(both)
	}()
	done := make(chan error, 2)
	for _, order := range [][2]uuid.UUID{{a, b}, {b, a}} {
		go func() {
			first := true
			_, err := w.do(func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
				tries.Add(1)
				for n, seat := range order {
					if err := tx.Ent().Seat.UpdateOneID(seat).AddVersion(1).SetName("by " + order[0].String()).Exec(ctx); err != nil {
						return store.Outcome{}, err
					}
					tx.Record(audit.Entry{ID: seat})
					if n == 0 && first {
						first = false
						locked <- struct{}{}
						<-both
					}
				}
				return store.Done(id.Of(id.Seat, a)), nil
			})
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if n := tries.Load(); n < 3 {
		t.Errorf("%d runs: there was no deadlock to be retried", n)
	}
	if n := w.count(`SELECT count(*) FROM seats WHERE version = 3`); n != 2 {
		t.Errorf("%d of the two seats have both changes", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE changes::text LIKE '%by %'`); n != 4 {
		t.Errorf("%d entries of four changes", n)
	}
}

func TestADryRunTellsWhatWouldHappenAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := "k"
	trial := creating()
	trial.DryRun, trial.Key, trial.Input = true, &key, 1
	before, keys := w.count(`SELECT count(*) FROM audit_entries`), w.count(`SELECT count(*) FROM idempotency_keys`)
	after := false
	out, err := w.Do(w.ctx(), trial, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		tx.After(func() { after = true })
		r := row(tx, "trial")
		if _, err := tx.Insert(ctx, audit.Seat, "", []store.Row{r}); err != nil {
			return store.Outcome{}, err
		}
		seen, err := tx.Query(ctx, `SELECT 1 FROM seats WHERE seat_id = 'trial'`)
		if err != nil {
			return store.Outcome{}, err
		}
		defer func() { _ = seen.Close() }()
		if !seen.Next() {
			t.Error("the transaction does not see what it wrote")
		}
		if err := seen.Err(); err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{Items: []store.Item{{Word: "CREATED"}}}, nil
	})
	if err != nil || len(out.Items) != 1 || out.Items[0].Word != "CREATED" || out.Replayed {
		t.Errorf("%+v %v", out, err)
	}
	no := refusal.New(refusal.Invalid, "No.")
	if out, err := w.Do(w.ctx(), trial, func(context.Context, *store.Tx) (store.Outcome, error) { return store.Outcome{}, no }); err != nil || len(out.Refusals) != 1 || out.Refusals[0] != no {
		t.Errorf("a trial that is refused: %+v %v", out, err)
	}
	if n := w.count(`SELECT count(*) FROM seats`); n != 0 {
		t.Errorf("%d seats are left", n)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries`); n != before {
		t.Errorf("%d entries are left", n-before)
	}
	if n := w.count(`SELECT count(*) FROM idempotency_keys`); n != keys || after {
		t.Errorf("%d keys are left; what comes after a commit was done: %v", n-keys, after)
	}
	// Who has not the right learns nothing by trying, and the attempt is kept.
	stranger := viewer.With(w.ctx(), viewer.New("i", "s", "", "", nil, viewer.Units{All: true}))
	if out, err := w.Do(stranger, trial, nil); err != nil || len(out.Refusals) != 1 || out.Refusals[0].Code != refusal.Forbidden {
		t.Errorf("%+v %v", out, err)
	}
	if n := w.count(`SELECT count(*) FROM audit_entries`); n != before+1 {
		t.Errorf("%d entries about who has not the right, want 1", n-before)
	}
}
