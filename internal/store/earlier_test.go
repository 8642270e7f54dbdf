package store_test

import (
	"context"
	"testing"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// What an earlier call with the same key came to is known beforehand, to the same
// caller and for as long as the key is remembered.
func TestWhatAnEarlierCallCameTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key, one := "k", id.New(id.Seat)
	cause := creating()
	cause.Key, cause.Input = &key, "input"
	_, err := w.Do(w.ctx(), cause, func(context.Context, *store.Tx) (store.Outcome, error) { return store.Done(one), nil })
	if err != nil {
		t.Fatal(err)
	}
	without, other, another := cause, cause, cause
	without.Key = nil
	other.Input = "another"
	second, long := "l", string(make([]byte, 256))
	another.Key = &second
	wrong := cause
	wrong.Key = &long
	for _, c := range []struct {
		name  string
		ctx   context.Context
		cause store.Cause
		found bool
		no    refusal.Code
	}{
		{"the same", w.ctx(), cause, true, ""},
		{"no key", w.ctx(), without, false, ""},
		{"another key", w.ctx(), another, false, ""},
		{"another input", w.ctx(), other, false, refusal.KeyReused},
		{"a key that is none", w.ctx(), wrong, false, refusal.Invalid},
		{"by somebody else", viewer.With(w.ctx(), viewer.TheSystem()), cause, false, ""},
	} {
		out, err := w.Earlier(c.ctx, c.cause)
		no := refusal.Find(err)
		if (out != nil) != c.found || (no != nil) != (c.no != "") || no != nil && no.Code != c.no || no == nil && err != nil {
			t.Errorf("%s: %v, %v", c.name, out, err)
		}
		if out != nil && (!out.Replayed || out.Items[0].ID != one) {
			t.Errorf("%s: it came to %+v", c.name, out)
		}
	}
	if _, err := w.Earlier(t.Context(), cause); err == nil {
		t.Error("nobody was told what somebody's call came to")
	}
	w.now = morning.Add(store.KeyLife)
	if out, err := w.Earlier(w.ctx(), cause); out != nil || err != nil {
		t.Errorf("after a day: %v, %v", out, err)
	}
}

// A failure may have changed the thing: its entry tells the change, and an event
// does. A refusal tells none.
func TestAFailureTellsWhatItChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	seat := w.seat("ada")
	change := func(outcome audit.Outcome, code string) error {
		_, err := w.Do(w.ctx(), store.Cause{Mutation: "updateSeat", Action: audit.UpdateSeat, Resource: audit.Seat}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
			err := tx.Apply(ctx, audit.Seat, []store.Change{{ID: seat, BusinessUnit: defaultUnit, Version: 1, Before: store.Row{"name": ""}, After: store.Row{"name": "Ada"}}})
			tx.Record(audit.Entry{ID: seat, Outcome: outcome, Code: code})
			return store.Outcome{}, err
		})
		return err
	}
	if err := change(audit.Refused, "INVALID"); err == nil {
		t.Error("a change stood behind a refusal")
	}
	if err := change(audit.Failure, ""); err != nil {
		t.Fatal(err)
	}
	for name, query := range map[string]string{
		"entry": `SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND outcome = 'FAILURE' AND changes::text LIKE '%Ada%' AND business_unit_id = $2`,
		"event": `SELECT count(*) FROM events WHERE resource_id = $1 AND changes::text LIKE '%Ada%' AND business_unit_id = $2`,
	} {
		var n int
		if err := w.admin.QueryRow(query, seat, defaultUnit).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d %s tells the change, %v", n, name, err)
		}
	}
}
