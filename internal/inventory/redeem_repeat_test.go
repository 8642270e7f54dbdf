package inventory_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// A repeat with the same key is answered as the call was, and costs no attempt.
func TestARepeatedRedemption(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(profile.RuleChanges{})), lifecycle.User, "guest")
	good := blankCSR(t)
	try := func(key, given string) *inventory.RedeemPayload {
		t.Helper()
		p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: guest.token, Code: &given, Csr: good, IdempotencyKey: &key})
		granted(t, err)
		return p
	}
	for _, c := range []struct {
		name, key, code string
		want            refusal.Code
		replayed        bool
		left            int
	}{
		{"a wrong code", "one", "WRONG", refusal.WrongCode, false, 4},
		{"again", "one", "WRONG", refusal.WrongCode, true, 4},
		{"another code under the key", "one", guest.code, refusal.KeyReused, false, 4},
		{"the right code", "two", guest.code, "", false, 4},
		{"again", "two", guest.code, "", true, 4},
		{"under another key", "three", guest.code, refusal.Issuing, false, 4},
	} {
		p := try(c.key, c.code)
		if code(p.UserErrors) != c.want || p.Replayed != c.replayed || *p.Invitation.AttemptsLeft != c.left {
			t.Errorf("%s: %v, replayed %t, %d left", c.name, p.UserErrors, p.Replayed, *p.Invitation.AttemptsLeft)
		}
	}
	w.issueDue()
	if p := try("two", guest.code); !p.Replayed || len(p.UserErrors) > 0 || p.Invitation.Certificate == nil {
		t.Errorf("once it is there, the repeat is answered %+v", p)
	}
	w.holdsOne(guest)
}

// The same call twice at the same moment is one, and neither costs an attempt.
func TestTheSameRedemptionAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(profile.RuleChanges{})), lifecycle.User, "guest")
	good, replays := blankCSR(t), atomic.Int32{}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			p, err := w.Inventory.Redeem(t.Context(), inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: good, IdempotencyKey: ptr("k")})
			if err != nil || len(p.UserErrors) > 0 {
				t.Errorf("%v, %+v", err, p)
				return
			}
			if p.Replayed {
				replays.Add(1)
			}
		})
	}
	all.Wait()
	if replays.Load() != 3 {
		t.Errorf("%d are replays", replays.Load())
	}
	if got := w.enrollment(guest.e); got.Attempts != 0 {
		t.Errorf("%d attempts are counted", got.Attempts)
	}
	w.issueDue()
	w.holdsOne(guest)
}

// No code, token or pick-up secret of a whole run stands in any table, statement,
// log line or refusal, nor a hash from which a code could be found by trying.
func TestARedemptionLeavesNoSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	var statements lockedText
	told := func(_ context.Context, statement string) { _, _ = statements.Write([]byte(statement + "\n")) }
	w.onStatement.Store(&told)
	under := w.profile(byCode(profile.RuleChanges{CodeLength: ptr(32), AllowedAttempts: ptr(3), MailCode: ptr(true), ManagerEmails: []string{"managers@example.org"}}))
	guest, other := w.invite(under, lifecycle.User, "guest"), w.invite(under, lifecycle.User, "other")
	e := w.request(rita, w.profile(rules{}), "asked")
	w.approve(anna, e)
	asked := w.picked(e)
	const wrong, unknown = "ZYXWVUTSRQPNMKJHGFEDCBA98765432Z", "c2VjcmV0LW9mLW5vb25lIQ"
	good := blankCSR(t)
	var said bytes.Buffer
	for n, in := range []inventory.RedeemEnrollmentInput{
		{Token: unknown, Code: ptr(wrong), Csr: good},
		{Token: guest.token, Code: ptr(wrong), Csr: good},
		{Token: guest.token, Code: &guest.code, Csr: ptr("no CSR")},
		{Token: guest.token, Code: &guest.code, Csr: good},
		{Token: other.token, Code: ptr(wrong), Csr: good},
		{Token: other.token, Code: ptr(wrong + "2"), Csr: good},
		{Token: other.token, Code: ptr(wrong + "3"), Csr: good}, // locks
		{Token: other.token, Code: &other.code, Csr: good},
		{Token: asked.token, Csr: good},
		{Token: guest.token, Code: ptr(wrong), Csr: good, IdempotencyKey: ptr("key 3")}, // another input under the key
	} {
		if in.IdempotencyKey == nil {
			in.IdempotencyKey = ptr(fmt.Sprintf("key %d", n))
		}
		p, err := w.Inventory.Redeem(t.Context(), in)
		granted(t, err)
		for _, no := range p.UserErrors {
			fmt.Fprintln(&said, no.Error())
		}
		w.issueDue()
	}
	secrets := []string{wrong, unknown, guest.token, guest.code, other.token, other.code, asked.token, w.opened(e, "token_cipher")}
	for _, s := range secrets {
		sum := sha256.Sum256([]byte(s))
		if len(s) == 32 { // the codes; a link's hash is what it is found by
			secrets = append(secrets, hex.EncodeToString(sum[:]))
		}
	}
	found, columns := w.holding(secrets...)
	if len(found) > 0 || columns < 20 {
		t.Errorf("of %d columns, secrets stand in %v", columns, found)
	}
	for name, text := range map[string]string{"log": w.log.String(), "statements": statements.String(), "refusals": said.String()} {
		for _, s := range secrets {
			if text == "" && name != "log" || shows(text, s) {
				t.Errorf("a secret stands in the %s", name)
			}
		}
	}
	if n := w.count(`SELECT count(*) FROM enrollments WHERE status = 'REDEEMED'`); n != 2 {
		t.Errorf("%d of the two were redeemed", n)
	}
	w.honest()
}

// What a redemption costs the database is the same whatever else there is.
func TestTheStatementsOfARedemption(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 100)
	under := w.profile(byCode(profile.RuleChanges{}))
	var statements atomic.Int64
	told := func(context.Context, string) { statements.Add(1) }
	counted := func(seatID string) (calls [3]int64) {
		guest := w.invite(under, lifecycle.User, seatID)
		w.onStatement.Store(&told)
		for n, act := range []func(){
			func() {
				_, err := w.Inventory.Invitation(t.Context(), guest.token)
				granted(t, err)
			},
			func() {
				w.redeem(inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guest.code, Csr: blankCSR(t)})
			},
			func() { granted(t, w.Inventory.Issue(t.Context(), w.jobOf(guest))) },
		} {
			before := statements.Load()
			act()
			calls[n] = statements.Load() - before
		}
		return calls
	}
	first := counted("first")
	w.many(50, w.unit, w.profile(rules{}), lifecycle.User)
	second := counted("second")
	if first[0] != 1 || second != first {
		t.Errorf("at first %v statements, then %v", first, second)
	}
}
