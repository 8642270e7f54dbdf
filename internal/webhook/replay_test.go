package webhook_test

import (
	"testing"

	"gatehouse/internal/audit"
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
