package webhook_test

import (
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/viewer"
	"gatehouse/internal/webhook"
)

// Who has a day sent again makes nobody wait for what happens now: neither at the first
// page of it, nor at any other.
func TestAReplayKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	busy := w.create(boss, "/busy", told(audit.Enrollment))
	calm := w.create(seller, "/calm", told(audit.Enrollment))
	w.happen(approvals(w.research, 20)...)
	w.gather()
	p, err := w.Replay(w.as(boss), webhook.ReplayWebhookInput{ID: busy.ID, Since: morning})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}
	for page := range 3 {
		w.happen(approvals(w.sales, 1)...)
		n, err := w.Gather(w.system(), 5)
		must(t, err)
		if got := len(w.sent(seller, calm)); got != page+1 {
			t.Errorf("page %d of the replay: the other webhook has %d deliveries, want %d", page, got, page+1)
		}
		if n < 5 {
			t.Errorf("page %d of the replay: %d events were looked at, and there are more", page, n)
		}
	}
	w.gather()
	if got := len(w.sent(boss, busy)); got != 20+3 {
		t.Errorf("the one that is replayed has %d deliveries", got)
	}
	if got := len(w.sent(seller, calm)); got != 3 {
		t.Errorf("the other one has %d deliveries", got)
	}
}

// Who has a day sent again, again and again, keeps no other replay waiting that is
// further on already.
func TestReplaysTakeTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	restless, patient := w.create(boss, "/restless", told(audit.Enrollment)), w.create(seller, "/patient", told(audit.Enrollment))
	w.happen(approvals(w.sales, 30)...)
	w.pass(time.Minute)
	w.happen(approvals(w.sales, 10)...)
	w.gather()
	again := func(v viewer.Viewer, one *webhook.Webhook, since time.Time) {
		t.Helper()
		p, err := w.Replay(w.as(v), webhook.ReplayWebhookInput{ID: one.ID, Since: since})
		if err != nil || len(p.UserErrors) > 0 {
			t.Fatal(err, p)
		}
	}
	w.pass(time.Second)
	begun := w.clock()
	again(seller, patient, morning.Add(time.Minute))
	for range 20 {
		w.pass(time.Second)
		again(boss, restless, morning)
		_, err := w.Gather(w.system(), 5)
		must(t, err)
	}
	if got := w.dueSince(patient, begun); got != 10 {
		t.Errorf("beside one that begins again and again, %d of 10 are queued again", got)
	}
}

// dueSince is how many deliveries of a webhook became due after an instant.
func (w *world) dueSince(one *webhook.Webhook, after time.Time) (n int) {
	w.t.Helper()
	must(w.t, w.admin.QueryRow(`SELECT count(*) FROM webhook_deliveries WHERE webhook_id = $1 AND due_at > $2`, one.ID.UUID, after).Scan(&n))
	return n
}
