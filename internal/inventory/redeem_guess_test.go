package inventory_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/profile"
	"gatehouse/internal/refusal"
)

// atOnce has each code tried at the same moment, and counts the answers by their
// code; the empty one is a yes.
func (w *world) atOnce(ctx context.Context, guest invited, codes []string) map[refusal.Code]int {
	w.t.Helper()
	good := blankCSR(w.t)
	answers := make([]refusal.Code, len(codes))
	start := make(chan struct{})
	var all sync.WaitGroup
	for n, guess := range codes {
		all.Go(func() {
			<-start
			p, err := w.Inventory.Redeem(ctx, inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guess, Csr: good})
			if err != nil {
				answers[n] = refusal.Code(err.Error())
				return
			}
			answers[n] = code(p.UserErrors)
		})
	}
	close(start)
	all.Wait()
	counted := map[refusal.Code]int{}
	for _, a := range answers {
		counted[a]++
	}
	return counted
}

// refusals counts the refused redemptions of an enrollment in the audit.
func (w *world) refusals(e id.ID, c refusal.Code) int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM audit_entries WHERE resource_id = $1 AND action = 'REDEEM' AND outcome = 'REFUSED' AND code = $2 AND business_unit_id IS NOT NULL`, e.UUID, c)
}

// guesses are so many codes that are not the right one.
func guesses(n int, right string) []string {
	all := make([]string, 0, n)
	for k := 0; len(all) < n; k++ {
		if guess := fmt.Sprintf("%06d", k); guess != right {
			all = append(all, guess)
		}
	}
	return all
}

func digits(allowed int) profile.RuleChanges {
	return profile.RuleChanges{CodeLength: ptr(6), CodeAlphabet: ptr(lifecycle.Digits), AllowedAttempts: &allowed}
}

// A thousand guesses at the same moment are five.
func TestAThousandGuessesAreFive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(digits(5))), lifecycle.User, "guest")
	answers := w.atOnce(t.Context(), guest, guesses(1000, guest.code))
	if answers[refusal.WrongCode] != 5 || answers[refusal.InvalidState] != 995 {
		t.Errorf("the answers are %v", answers)
	}
	if five, others := w.refusals(guest.e, refusal.WrongCode), w.refusals(guest.e, refusal.InvalidState); five != 5 || others != 995 {
		t.Errorf("the audit has %d wrong codes, and %d attempts that were not judged", five, others)
	}
	if n := w.entries(guest.e, audit.Lock, audit.Success); n != 1 {
		t.Errorf("%d entries tell that it is locked", n)
	}
	if got := w.enrollment(guest.e); got.Status != lifecycle.Locked || got.Attempts != 5 {
		t.Errorf("it is %s after %d attempts", got.Status, got.Attempts)
	}
	if answers := w.atOnce(t.Context(), guest, []string{guest.code}); answers[refusal.InvalidState] != 1 {
		t.Errorf("the right code is then answered %v", answers)
	}
	unlocked, err := w.Inventory.Unlock(w.as(manager), inventory.UnlockEnrollmentInput{ID: guest.e})
	granted(t, err)
	granted(t, nil, unlocked.UserErrors...)
	if answers := w.atOnce(t.Context(), guest, []string{guest.code}); answers[""] != 1 {
		t.Errorf("unlocked, the right code is answered %v", answers)
	}
	w.honest()
}

// With the right code among them, no more are judged, and it is claimed once at most.
func TestTheRightCodeAmongGuesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	under := w.profile(byCode(digits(5)))
	for n := range 5 {
		guest := w.invite(under, lifecycle.User, fmt.Sprintf("guest%d", n))
		codes := guesses(60, guest.code)
		codes[n], codes[30+n] = guest.code, guest.code
		answers := w.atOnce(t.Context(), guest, codes)
		if answers[refusal.WrongCode] > 5 || answers[""] > 1 || answers[""]+answers[refusal.WrongCode]+answers[refusal.InvalidState]+answers[refusal.Issuing] != 60 {
			t.Errorf("the answers are %v", answers)
		}
		if claims := w.count(`SELECT count(*) FROM issuances WHERE enrollment_id = $1`, guest.e.UUID); claims != answers[""] {
			t.Errorf("%d claims and %d told so", claims, answers[""])
		}
		if got := w.enrollment(guest.e); (got.Status == lifecycle.Locked) == (answers[""] == 1) || got.Attempts != answers[refusal.WrongCode] && got.Status != lifecycle.Locked {
			t.Errorf("it is %s after %d attempts: %v", got.Status, got.Attempts, answers)
		}
	}
	w.honest()
}

// The right code twice at once makes one claim.
func TestTheRightCodeTwiceAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(digits(10))), lifecycle.User, "guest")
	answers := w.atOnce(t.Context(), guest, []string{guest.code, guest.code, guest.code, guest.code})
	if answers[""] != 1 || answers[refusal.Issuing] != 3 {
		t.Errorf("the answers are %v", answers)
	}
	if n := w.count(`SELECT count(*) FROM issuances`); n != 1 {
		t.Errorf("%d claims", n)
	}
	if got := w.enrollment(guest.e); got.Attempts != 0 {
		t.Errorf("%d attempts are counted", got.Attempts)
	}
	w.honest()
}

// Who hangs up has had the attempt: the context ends the moment that the attempt is
// taken, and it counts and is judged all the same.
func TestWhoHangsUpHasHadTheAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(digits(3))), lifecycle.User, "guest")
	wrong := guesses(4, guest.code)
	for n := range 4 {
		ctx, hangUp := context.WithCancel(t.Context())
		w.when("SET attempts = attempts + 1", hangUp)
		_, _ = w.Inventory.Redeem(ctx, inventory.RedeemEnrollmentInput{Token: guest.token, Code: &wrong[n], Csr: blankCSR(t)})
		hangUp()
	}
	if n := w.refusals(guest.e, refusal.WrongCode); n != 3 {
		t.Errorf("%d wrong codes were judged", n)
	}
	if got := w.enrollment(guest.e); got.Status != lifecycle.Locked || got.Attempts != 3 {
		t.Errorf("it is %s after %d attempts", got.Status, got.Attempts)
	}
	w.honest()
}

// Who hangs up at once has had the attempt, too: the context has ended before anything
// is looked at. So it is with a link that leads nowhere.
func TestWhoHangsUpAtOnceHasHadTheAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(digits(3))), lifecycle.User, "guest")
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for _, guess := range guesses(4, guest.code) {
		_, _ = w.Inventory.Redeem(gone, inventory.RedeemEnrollmentInput{Token: guest.token, Code: &guess, Csr: blankCSR(t)})
	}
	if judged, told := w.refusals(guest.e, refusal.WrongCode), w.refusals(guest.e, refusal.InvalidState); judged != 3 || told != 1 {
		t.Errorf("%d wrong codes were judged, and %d attempts more are in the audit", judged, told)
	}
	if got := w.enrollment(guest.e); got.Status != lifecycle.Locked || got.Attempts != 3 {
		t.Errorf("it is %s after %d attempts", got.Status, got.Attempts)
	}
	_, _ = w.Inventory.Redeem(gone, inventory.RedeemEnrollmentInput{Token: "nowhere", Code: &guest.code, Csr: blankCSR(t)})
	if n := w.count(`SELECT count(*) FROM audit_entries WHERE action = 'REDEEM' AND outcome = 'REFUSED' AND code = 'NOT_FOUND'`); n != 1 {
		t.Errorf("the audit has %d attempts with a link that leads nowhere", n)
	}
	w.honest()
}

// when calls do before each statement that has the text in it.
func (w *world) when(text string, do func()) {
	told := func(_ context.Context, statement string) {
		if strings.Contains(statement, text) {
			do()
		}
	}
	w.onStatement.Store(&told)
}

// Whoever took the last attempt may have died before judging it. After a minute the
// next one writes the lock down; before, nothing is compared either.
func TestAJudgeWhoDied(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(digits(3))), lifecycle.User, "guest")
	w.past(`UPDATE enrollments SET attempts = 3, attempted_at = $2 WHERE id = $1`, guest.e.UUID, morning)
	for _, c := range []struct {
		after  time.Duration
		status lifecycle.Status
		locks  int
	}{{time.Minute, lifecycle.Created, 0}, {time.Minute + time.Second, lifecycle.Locked, 1}, {2 * time.Minute, lifecycle.Locked, 1}} {
		w.set(morning.Add(c.after))
		if answers := w.atOnce(t.Context(), guest, []string{guest.code}); answers[refusal.InvalidState] != 1 {
			t.Errorf("after %s the right code is answered %v", c.after, answers)
		}
		if got := w.enrollment(guest.e); got.Status != c.status || w.entries(guest.e, audit.Lock, audit.Success) != c.locks {
			t.Errorf("after %s it is %s", c.after, got.Status)
		}
	}
	w.honest()
}

// A link that is replaced between following it and judging opens nothing, and the
// attempt is given back: nothing was compared.
func TestALinkThatIsReplacedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 5)
	guest := w.invite(w.profile(byCode(digits(3))), lifecycle.User, "guest")
	var looks atomic.Int32
	w.when("FROM enrollments e WHERE e.id = ANY($1)", func() {
		if looks.Add(1) == 2 { // the attempt is taken, and the one who judges it has not locked yet
			p, err := w.Inventory.Resend(w.as(manager), inventory.ResendEnrollmentInput{ID: guest.e})
			granted(t, err)
			granted(t, nil, p.UserErrors...)
		}
	})
	if answers := w.atOnce(t.Context(), guest, []string{guest.code}); answers[refusal.NotFound] != 1 {
		t.Errorf("the answers are %v", answers)
	}
	_, guest.token = w.secretsOf(guest.e)
	if got := w.enrollment(guest.e); got.Attempts != 0 {
		t.Errorf("%d attempts are counted", got.Attempts)
	}
	if answers := w.atOnce(t.Context(), guest, []string{guest.code}); answers[""] != 1 {
		t.Errorf("with the new link: %v", answers)
	}
	w.honest()
}

// An officer who takes the invitation back at the moment that it is redeemed: one of
// the two comes too late, and learns it.
func TestRedeemingAgainstCancelling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 30)
	under := w.profile(byCode(digits(5)))
	for n := range 20 {
		guest := w.invite(under, lifecycle.User, fmt.Sprintf("guest%d", n))
		var redeemed, cancelled refusal.Code
		var both sync.WaitGroup
		both.Go(func() {
			for c := range w.atOnce(t.Context(), guest, []string{guest.code}) {
				redeemed = c
			}
		})
		both.Go(func() {
			p, err := w.Inventory.Cancel(w.as(manager), inventory.CancelEnrollmentInput{ID: guest.e, Reason: "no"})
			if err != nil {
				t.Error(err)
				return
			}
			cancelled = code(p.UserErrors)
		})
		both.Wait()
		got := w.enrollment(guest.e)
		first := redeemed == "" && cancelled == refusal.Issuing && got.Status == lifecycle.Created && got.Issuance() != nil
		second := redeemed == refusal.InvalidState && cancelled == "" && got.Status == lifecycle.Rejected && got.Issuance() == nil
		if !first && !second {
			t.Errorf("redeemed: %q, cancelled: %q, it is %s, %+v", redeemed, cancelled, got.Status, got.Issuance())
		}
	}
	w.honest()
}
