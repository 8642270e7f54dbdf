package inventory_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"gatehouse/internal/house"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/sealed"
)

// rotated are a world's keys: before a rotation, after it, and when the older key
// is gone.
type rotated struct{ before, after, alone *sealed.Keys }

func rotate(t *testing.T) rotated {
	t.Helper()
	before := keyset(t)
	added, newer, err := before.Added()
	granted(t, err)
	after, err := added.Promoted(newer)
	granted(t, err)
	alone, err := after.Dropped(before.List()[0].ID)
	granted(t, err)
	return rotated{before, after, alone}
}

// seal puts a text into a column of an enrollment, as an act of the past.
func (w *world) seal(keys *sealed.Keys, e id.ID, column, text string) {
	w.t.Helper()
	cipher, err := keys.Seal(text, e.UUID, column)
	granted(w.t, err)
	w.past(`UPDATE enrollments SET `+column+` = $2 WHERE id = $1`, e.UUID, cipher)
}

// unsealed is what a column of an enrollment holds, to these keys.
func (w *world) unsealed(keys *sealed.Keys, e id.ID, column string) (string, error) {
	w.t.Helper()
	var cipher []byte
	granted(w.t, w.admin.QueryRow(`SELECT `+column+` FROM enrollments WHERE id = $1`, e.UUID).Scan(&cipher))
	return keys.Open(cipher, e.UUID, column)
}

// reseal runs it under other keys than the world's, and adds up what it tells.
func (w *world) reseal(keys *sealed.Keys) (all inventory.Resealed) {
	w.t.Helper()
	h, err := house.Open(w.Store, keys, house.Options{})
	granted(w.t, err)
	granted(w.t, h.Inventory.Reseal(w.t.Context(), func(r inventory.Resealed) {
		all.Anew += r.Anew
		all.Unopened = append(all.Unopened, r.Unopened...)
	}))
	return all
}

// enrollments are n pending ones, in the order of their ids.
func (w *world) enrollments(n int) []id.ID {
	w.t.Helper()
	w.many(n, w.unit, w.profile(rules{}), lifecycle.User)
	rows, err := w.admin.Query(`SELECT id FROM enrollments ORDER BY id`)
	granted(w.t, err)
	defer rows.Close()
	var ids []id.ID
	for rows.Next() {
		var u uuid.UUID
		granted(w.t, rows.Scan(&u))
		ids = append(ids, id.Of(id.Enrollment, u))
	}
	granted(w.t, rows.Err())
	return ids
}

func TestResealLeavesNothingToTheOlderKey(t *testing.T) {
	t.Parallel()
	w, keys := newWorld(t, 0), rotate(t)
	all := w.enrollments(5)
	stranger := keyset(t)
	w.seal(keys.before, all[0], "code_cipher", "K7M2PQ")
	w.seal(keys.before, all[0], "token_cipher", "an invitation")
	w.seal(keys.before, all[1], "pickup_cipher", "a pick-up")
	w.seal(keys.after, all[2], "code_cipher", "sealed since")
	w.seal(stranger, all[3], "token_cipher", "of another house")
	var version, entries int
	granted(t, w.admin.QueryRow(`SELECT version, (SELECT count(*) FROM audit_entries) FROM enrollments WHERE id = $1`, all[0].UUID).Scan(&version, &entries))

	result := w.reseal(keys.after)
	if result.Anew != 2 {
		t.Errorf("%d enrollments were sealed anew, want 2", result.Anew)
	}
	if len(result.Unopened) != 1 || result.Unopened[0] != (inventory.Unopened{Row: all[3].String(), Column: "token_cipher"}) {
		t.Errorf("told of %v, want the token of %s", result.Unopened, all[3])
	}
	for _, want := range []struct {
		e            id.ID
		column, text string
	}{{all[0], "code_cipher", "K7M2PQ"}, {all[0], "token_cipher", "an invitation"}, {all[1], "pickup_cipher", "a pick-up"}, {all[2], "code_cipher", "sealed since"}} {
		if got, err := w.unsealed(keys.alone, want.e, want.column); err != nil || got != want.text {
			t.Errorf("%s of %s, without the older key: %q, %v", want.column, want.e, got, err)
		}
	}
	if got, err := w.unsealed(stranger, all[3], "token_cipher"); err != nil || got != "of another house" {
		t.Errorf("what could not be opened did not stay as it was: %q, %v", got, err)
	}
	var versionAfter, entriesAfter int
	granted(t, w.admin.QueryRow(`SELECT version, (SELECT count(*) FROM audit_entries) FROM enrollments WHERE id = $1`, all[0].UUID).Scan(&versionAfter, &entriesAfter))
	if versionAfter != version || entriesAfter != entries {
		t.Errorf("version %d became %d, %d entries became %d: a person who edits it would meet a conflict that is none", version, versionAfter, entries, entriesAfter)
	}
	if again := w.reseal(keys.after); again.Anew != 0 {
		t.Errorf("a second run sealed %d anew", again.Anew)
	}
}

// A server that has not yet the new primary writes while the walk is on: what it
// writes is neither overwritten nor left to the older key.
func TestResealMeetsAWriter(t *testing.T) {
	t.Parallel()
	w, keys := newWorld(t, 0), rotate(t)
	e := w.enrollments(1)[0]
	w.seal(keys.before, e, "code_cipher", "first")
	var once atomic.Bool
	told := func(_ context.Context, statement string) {
		if strings.HasPrefix(statement, "UPDATE enrollments k SET code_cipher =") && once.CompareAndSwap(false, true) {
			w.seal(keys.before, e, "code_cipher", "second")
		}
	}
	w.onStatement.Store(&told)
	if result := w.reseal(keys.after); result.Anew != 1 || !once.Load() {
		t.Errorf("%d were sealed anew, want 1", result.Anew)
	}
	if got, err := w.unsealed(keys.alone, e, "code_cipher"); err != nil || got != "second" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestResealWalksOverManyBatches(t *testing.T) {
	t.Parallel()
	w, keys := newWorld(t, 0), rotate(t)
	all := w.enrollments(2300)
	for n := 0; n < len(all); n += 230 {
		w.seal(keys.before, all[n], "token_cipher", all[n].String())
	}
	var writes atomic.Int64
	told := func(_ context.Context, statement string) {
		if strings.HasPrefix(statement, "UPDATE enrollments") {
			writes.Add(1)
		}
	}
	w.onStatement.Store(&told)
	if result := w.reseal(keys.after); result.Anew != 10 || writes.Load() != 3 {
		t.Errorf("%d were sealed anew by %d statements, want 10 by 3", result.Anew, writes.Load())
	}
	for n := 0; n < len(all); n += 230 {
		if got, err := w.unsealed(keys.alone, all[n], "token_cipher"); err != nil || got != all[n].String() {
			t.Errorf("enrollment %d: %q, %v", n, got, err)
		}
	}
}

// What else is sealed than with enrollments is sealed anew too: the secrets of
// requests that wait for their address, and the keys of ACME accounts.
func TestResealKnowsEveryTable(t *testing.T) {
	t.Parallel()
	w, keys := newWorld(t, 0), rotate(t)
	under := w.profile(rules{})
	request, account, hook := uuid.New(), uuid.New(), uuid.New()
	seal := func(keys *sealed.Keys, text string, row uuid.UUID, column string) []byte {
		cipher, err := keys.Seal(text, row, column)
		granted(t, err)
		return cipher
	}
	w.past(`INSERT INTO open_requests (id, business_unit_id, profile_id, seat_id, seat_key, email, token_cipher, token_hash, created_at, expires_at)
VALUES ($1, $2, $3, 'ada', 'ada', 'ada@example.org', $4, 'hash', $5, $5)`, request, w.unit.UUID, under.UUID, seal(keys.before, "a secret", request, "token_cipher"), morning)
	w.past(`INSERT INTO acme_accounts (id, directory, key_cipher, created_at) VALUES ($1, 'https://acme.example.com', $2, $3)`, account, seal(keys.before, "a key", account, "key_cipher"), morning)
	w.past(`INSERT INTO webhooks (id, created_at, updated_at, owner_issuer, owner_subject, owner_name, actor, url, status, secret_cipher)
VALUES ($1, $2, $2, '', '', '', '{}', '', 'PAUSED', $3)`, hook, morning, seal(keys.before, "a hook's", hook, "secret_cipher"))
	lost := uuid.New()
	w.past(`INSERT INTO acme_accounts (id, directory, key_cipher, created_at) VALUES ($1, 'https://other.example.com', $2, $3)`, lost, seal(keyset(t), "lost", lost, "key_cipher"), morning)

	result := w.reseal(keys.after)
	if result.Anew != 3 || len(result.Unopened) != 1 || result.Unopened[0] != (inventory.Unopened{Row: "the ACME account " + lost.String(), Column: "key_cipher"}) {
		t.Errorf("sealed anew: %+v", result)
	}
	for _, c := range []struct {
		table, column, want string
		row                 uuid.UUID
	}{{"open_requests", "token_cipher", "a secret", request}, {"acme_accounts", "key_cipher", "a key", account}, {"webhooks", "secret_cipher", "a hook's", hook}} {
		var cipher []byte
		granted(t, w.admin.QueryRow(`SELECT `+c.column+` FROM `+c.table+` WHERE id = $1`, c.row).Scan(&cipher))
		if got, err := keys.alone.Open(cipher, c.row, c.column); err != nil || got != c.want {
			t.Errorf("%s, without the older key: %q, %v", c.table, got, err)
		}
	}
	// No column that keeps a cipher is left out.
	rows, err := w.admin.Query(`SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name LIKE '%\_cipher' ORDER BY 1`)
	granted(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		granted(t, rows.Scan(&one))
		all = append(all, one)
	}
	granted(t, rows.Err())
	if got, want := strings.Join(all, " "), "acme_accounts.key_cipher enrollments.code_cipher enrollments.pickup_cipher enrollments.token_cipher open_requests.token_cipher webhooks.secret_cipher"; got != want {
		t.Errorf("ciphers are kept in %s; reseal.go knows of %s", got, want)
	}
}
