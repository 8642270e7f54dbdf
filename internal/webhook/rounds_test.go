package webhook_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
	"gatehouse/internal/webhook"
)

// A person's webhooks to receivers that are slow hold two hands at a time, tests of them
// too, so that the messages of others go out meanwhile; and none of theirs is lost.
func TestSlowReceiversOfOneOwnerKeepNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	const slow, hands = 6, 4
	w := newWorld(t)
	queue := job.NewQueue(w.store)
	w.Webhooks = webhook.New(w.store, w.keys, w.scopes, queue, webhook.Options{AllowPrivate: true, Roots: w.receiver.roots})
	all := make([]*webhook.Webhook, slow)
	for n := range all {
		all[n] = w.create(boss, fmt.Sprintf("/slow/%d", n), told(audit.Enrollment))
	}
	other := w.create(seller, "/quick", told(audit.Enrollment))

	reached, quick := make(chan struct{}, 100), make(chan struct{}, 100)
	answer := make(chan struct{})
	letGo := sync.OnceFunc(func() { close(answer) })
	t.Cleanup(letGo)
	var mu sync.Mutex
	inside, most := 0, 0
	w.receiver.during = func(path string) {
		if !strings.HasPrefix(path, "/slow") {
			quick <- struct{}{}
			return
		}
		mu.Lock()
		inside++
		most = max(most, inside)
		mu.Unlock()
		reached <- struct{}{}
		<-answer
		mu.Lock()
		inside--
		mu.Unlock()
	}
	worker, err := job.New(queue, job.Options{Log: w.logger, Hands: hands, Handlers: map[string]job.Handler{webhook.DeliverJob: w.Deliver}})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { worker.Run(ctx) })
	t.Cleanup(func() { letGo(); cancel(); running.Wait() })

	w.happen(approvals(w.research, 1)...) // which the other one is not told of
	w.gather()
	arrives(t, reached, 2)
	for _, one := range all {
		p, err := w.Test(w.as(boss), webhook.TestWebhookInput{ID: one.ID})
		if err != nil || len(p.UserErrors) > 0 {
			t.Fatal(err, p)
		}
	}
	w.gather()
	w.happen(approvals(w.sales, 1)...)
	w.gather()
	arrives(t, quick, 1) // while the slow ones are waited for

	mu.Lock()
	if most != 2 {
		t.Errorf("%d messages of one owner were under way, want 2", most)
	}
	mu.Unlock()
	letGo()
	// Nothing begins rounds now: one hands its place on to the next. What is on its way
	// is the first event and the second, and a test, of each.
	arrives(t, reached, 3*slow-2)
	for _, one := range all {
		w.becomes(boss, one, 3)
	}
	w.becomes(seller, other, 1)
}

// arrives waits for as many messages.
func arrives(t *testing.T, at chan struct{}, n int) {
	t.Helper()
	for range n {
		select {
		case <-at:
		case <-time.After(20 * time.Second):
			t.Fatal("no message comes")
		}
	}
}

// becomes waits until so many deliveries of a webhook have arrived, and no other is left.
func (w *world) becomes(v viewer.Viewer, one *webhook.Webhook, n int) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); len(w.sent(v, one, lifecycle.DeliveryDone)) < n; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%d deliveries have arrived, want %d", len(w.sent(v, one, lifecycle.DeliveryDone)), n)
		}
	}
	if got := len(w.sent(v, one)); got != n {
		w.t.Errorf("there are %d deliveries, want %d", got, n)
	}
}

// The places of an owner go to those that have waited longest, whatever else is due for
// those that had one.
func TestWebhooksOfOneOwnerTakeTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 5 {
		w.create(boss, fmt.Sprintf("/%d", n), told(audit.Enrollment))
	}
	worker, err := job.New(job.NewQueue(w.store), job.Options{Log: w.logger, Hands: 1, Handlers: map[string]job.Handler{webhook.DeliverJob: w.Deliver}})
	must(t, err)
	w.happen(approvals(w.research, 120)...) // more than one round takes
	w.gather()
	w.receiver.during = func(string) { w.pass(time.Millisecond) }
	_, err = worker.RunDue(t.Context())
	must(t, err)
	last := map[string]int{}
	for n, m := range w.receiver.taken {
		last[m.path] = n
	}
	first := map[string]int{}
	for n, m := range w.receiver.taken {
		if _, there := first[m.path]; !there {
			first[m.path] = n
		}
	}
	for began, at := range first {
		for ended, end := range last {
			if at > end {
				t.Errorf("%s had to wait for the end of %s", began, ended)
			}
		}
	}
	if len(w.receiver.taken) != 5*120 {
		t.Errorf("%d messages have arrived", len(w.receiver.taken))
	}
}
