package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/live"
	"gatehouse/internal/webhook"
)

func TestAMessageSaysWhatChangedAndNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.happen(approvals(w.research, 1)...) // before the webhook is there
	hook := w.create(boss, "/hook", webhook.CreateWebhookInput{})
	profile := id.New(id.Profile)
	things := w.happen(event{action: audit.Approve, resource: audit.Enrollment, unit: w.research, profile: profile, before: lifecycle.Pending, status: lifecycle.Approved})
	at := w.clock()
	w.pass(time.Minute)
	w.deliver()
	got := w.receiver.messages("/hook")
	if len(got) != 2 { // that the webhook was made is the first
		t.Fatalf("%d messages arrived: %+v", len(got), got)
	}
	m := got[slices.IndexFunc(got, func(m taken) bool { return m.body.Type != "webhook.create_webhook" })]
	_, newest, err := w.store.Positions(t.Context())
	must(t, err)
	want := map[string]any{
		"action": "APPROVE", "resourceType": "ENROLLMENT", "id": id.Of(id.Enrollment, things[0]).String(), "businessUnitId": w.research.String(),
		"profileId": profile.String(), "statusBefore": "PENDING", "status": "APPROVED", "position": float64(newest), "cursor": live.Cursor(newest).String(),
	}
	told, _ := json.Marshal(m.body.Data)
	wanted, _ := json.Marshal(want)
	if m.body.Type != "enrollment.approve" || !m.body.Timestamp.Equal(at) || string(told) != string(wanted) || m.stamp != fmt.Sprint(w.clock().Unix()) {
		t.Errorf("the message is %s, sent at %s", m.raw, m.stamp)
	}
	for _, d := range w.sent(boss, hook) {
		if d.Status != lifecycle.DeliveryDone || d.Attempts != 1 || d.ResponseStatus == nil || *d.ResponseStatus != 200 || d.LastError != nil || d.DeliveredAt == nil || !d.DeliveredAt.Equal(w.clock()) {
			t.Errorf("the delivery is %+v", d)
		}
		if d.MessageID == m.id && (d.Body != m.raw || d.Type != "enrollment.approve") {
			t.Errorf("the delivery says %s, and %s arrived", d.Body, m.raw)
		}
	}
	if h := w.seen(boss, hook.ID); h.DeliveredAt == nil || h.FailingSince != nil || h.LastError != nil || h.Version != 1 {
		t.Errorf("the webhook is %+v", h)
	}
	if n := w.deliver(); n != 0 || len(w.receiver.messages("/hook")) != 0 {
		t.Errorf("%d more rounds, of nothing", n)
	}
}

func TestADeliveryIsTriedTenTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	w.receiver.answer("/hook", http.StatusInternalServerError)
	w.happen(approvals(w.research, 1)...)
	var tries []string
	begun := w.clock()
	for _, pause := range []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour} {
		if pause > 0 {
			w.pass(pause - time.Microsecond)
			if w.deliver(); len(w.receiver.messages("/hook")) > 0 {
				t.Fatalf("it was sent before %s had passed", pause)
			}
			w.pass(time.Microsecond)
		}
		w.deliver()
		got := w.receiver.messages("/hook")
		if len(got) != 1 || got[0].stamp != fmt.Sprint(w.clock().Unix()) {
			t.Fatalf("after %s there are %+v", pause, got)
		}
		tries = append(tries, got[0].id)
	}
	if slices.Sort(tries); len(slices.Compact(tries)) != 1 {
		t.Errorf("the attempts had several ids: %v", tries)
	}
	d := w.sent(boss, hook)[0]
	if d.Status != lifecycle.DeliveryFailed || d.Attempts != 10 || *d.ResponseStatus != 500 || *d.LastError != "The receiver answered 500." {
		t.Errorf("it ended as %+v", d)
	}
	if h := w.seen(boss, hook.ID); h.Status != lifecycle.WebhookActive || !h.FailingSince.Equal(begun) || *h.LastError != "The receiver answered 500." {
		t.Errorf("the webhook is %+v", h)
	}
	w.pass(48 * time.Hour)
	if n := w.deliver(); n != 0 {
		t.Errorf("%d rounds after it was given up", n)
	}
}

func TestAReceiverThatIsDownHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	down := w.create(boss, "/down", told(audit.Enrollment))
	w.create(boss, "/up", told(audit.Enrollment))
	w.receiver.answer("/down", http.StatusBadGateway)
	w.happen(approvals(w.research, 250)...)
	w.deliver()
	if up, tried := w.receiver.messages("/up"), w.receiver.messages("/down"); len(up) != 250 || len(tried) != 2 {
		t.Errorf("%d messages arrived, and the receiver that is down was called %d times", len(up), len(tried))
	}
	for range 3 { // then with one at a time
		w.pass(10 * time.Minute)
		w.deliver()
		if tried := w.receiver.messages("/down"); len(tried) != 1 {
			t.Errorf("it was called %d times at once", len(tried))
		}
	}
	w.receiver.answer("/down", http.StatusNoContent)
	w.pass(10 * time.Minute)
	w.deliver()
	if rest := w.receiver.messages("/down"); len(rest) < 240 {
		t.Errorf("%d of 250 arrived once it was up again", len(rest))
	}
	w.pass(time.Hour)
	w.deliver()
	if left := w.sent(boss, down, lifecycle.DeliveryQueued); len(left) != 0 {
		t.Errorf("%d are left", len(left))
	}
	if h := w.seen(boss, down.ID); h.FailingSince != nil || h.LastError != nil {
		t.Errorf("it is %+v", h)
	}
}

// A receiver that answers 410 when its webhook has just been deleted stops nothing: the
// last that the audit tells of the webhook is that it was deleted.
func TestGoneAfterItsDeletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	w.receiver.answer("/hook", http.StatusGone)
	w.receiver.during = func(string) {
		p, err := w.Delete(w.as(boss), webhook.DeleteWebhookInput{ID: hook.ID})
		if err != nil || len(p.UserErrors) > 0 {
			t.Errorf("%v %+v", err, p)
		}
	}
	w.happen(approvals(w.research, 1)...)
	w.deliver()
	var acts, status string
	must(t, w.admin.QueryRow(`SELECT string_agg(action, ' ' ORDER BY at, id) FROM audit_entries WHERE resource_id = $1`, hook.ID.UUID).Scan(&acts))
	must(t, w.admin.QueryRow(`SELECT status FROM webhooks WHERE id = $1`, hook.ID.UUID).Scan(&status))
	if n := len(w.receiver.messages("/hook")); n != 1 || acts != "CREATE_WEBHOOK DELETE_WEBHOOK" || status != string(lifecycle.WebhookActive) {
		t.Errorf("%d messages, %s, and it is %s", n, acts, status)
	}
}

func TestGoneStopsAWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", webhook.CreateWebhookInput{Filter: &webhook.WebhookFilter{ResourceTypes: []audit.Resource{audit.Enrollment}, BusinessUnitIDs: []id.ID{w.research}}})
	w.receiver.answer("/hook", http.StatusGone)
	w.happen(approvals(w.research, 3)...)
	w.deliver()
	h := w.seen(boss, hook.ID)
	if n := len(w.receiver.messages("/hook")); n > 2 || h.Status != lifecycle.WebhookStopped || h.LastError == nil || !strings.Contains(*h.LastError, "410") {
		t.Errorf("%d messages; the webhook is %+v", n, h)
	}
	var kind, outcome, comment, changes, unit string
	must(t, w.admin.QueryRow(`SELECT actor_kind, outcome, comment, changes::text, business_unit_id::text FROM audit_entries WHERE action = 'STOP_WEBHOOK' AND resource_id = $1`, hook.ID.UUID).
		Scan(&kind, &outcome, &comment, &changes, &unit))
	if kind != "SYSTEM" || outcome != "SUCCESS" || !strings.Contains(comment, "410") || !strings.Contains(changes, "STOPPED") || unit != w.research.UUID.String() {
		t.Errorf("the entry: %s %s %q %s %s", kind, outcome, comment, changes, unit)
	}
	w.receiver.answer("/hook", http.StatusOK)
	w.happen(approvals(w.research, 2)...) // while it is switched off
	if w.deliver(); len(w.receiver.messages("/hook")) != 0 {
		t.Error("a webhook that is stopped is told")
	}
	p, err := w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Enabled: new(true)})
	if err != nil || len(p.UserErrors) > 0 || p.Webhook.Status != lifecycle.WebhookActive || p.Webhook.LastError != nil || p.Secret != nil {
		t.Fatalf("%v %+v", err, p)
	}
	w.happen(approvals(w.research, 1)...)
	w.deliver()
	if n := len(w.receiver.messages("/hook")); n < 2 || n > 3 { // what waited before it stopped, and what is new
		t.Errorf("%d messages after it was switched on", n)
	}
}

// Several servers gather and deliver at once, and each event is queued once.
func TestServersShareTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.create(boss, "/a", told(audit.Enrollment))
	b := w.create(boss, "/b", told(audit.Enrollment))
	const all = 300
	var at sync.WaitGroup
	for range 4 {
		server := w.server()
		worker, err := job.New(job.NewQueue(w.store), job.Options{Handlers: map[string]job.Handler{webhook.DeliverJob: server.Deliver}})
		must(t, err)
		at.Go(func() {
			for range 20 {
				if _, err := server.Gather(w.system(), 7); err != nil {
					t.Errorf("gather: %v", err)
				}
				if _, err := worker.RunDue(t.Context()); err != nil {
					t.Errorf("rounds: %v", err)
				}
			}
		})
	}
	for range all / 10 {
		w.happen(approvals(w.research, 10)...)
	}
	at.Wait()
	w.deliver()
	for path, hook := range map[string]*webhook.Webhook{"/a": a, "/b": b} {
		got := ids(w.receiver.messages(path))
		if len(got) != all || len(slices.Compact(got)) != all {
			t.Errorf("%d messages arrived at %s, %d different ones; want %d", len(got), path, len(slices.Compact(got)), all)
		}
		var n int
		must(t, w.admin.QueryRow(`SELECT count(*) FROM webhook_deliveries WHERE webhook_id = $1`, hook.ID.UUID).Scan(&n))
		if n != all {
			t.Errorf("%d deliveries to %s", n, path)
		}
	}
}

// A server that ends between the sending and the writing has the same message sent
// again, under the same id.
func TestAServerThatDiesSendsTheSameMessageAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	w.happen(approvals(w.research, 1)...)
	w.gather()
	dying, die := context.WithCancel(w.system())
	w.receiver.during = func(string) { die() }
	var payload []byte
	must(t, w.admin.QueryRow(`SELECT payload FROM jobs WHERE kind = $1`, webhook.DeliverJob).Scan(&payload))
	if err := w.Deliver(dying, job.Job{Kind: webhook.DeliverJob, Payload: payload}); err == nil {
		t.Fatal("a server that died says that it is done")
	}
	w.receiver.during = nil
	if d := w.sent(boss, hook)[0]; d.Status != lifecycle.DeliveryQueued || d.Attempts != 0 {
		t.Fatalf("it wrote %+v", d)
	}
	w.deliver() // the job is tried again, and finds that its round is another's
	if n := len(w.receiver.messages("/hook")); n != 1 {
		t.Errorf("%d messages before the dead server's round is over", n-1)
	}
	first := w.sent(boss, hook)[0].MessageID
	w.pass(time.Minute)
	w.deliver()
	got := w.receiver.messages("/hook")
	if len(got) != 1 || got[0].id != first || w.sent(boss, hook)[0].Status != lifecycle.DeliveryDone {
		t.Errorf("then %+v", got)
	}
}

// The statements of a page do not grow with events or webhooks.
func TestGatherTakesAFixedNumberOfStatements(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	counts := func(events int) int64 {
		w.happen(approvals(w.research, events)...)
		before := w.statements.Load()
		if _, err := w.Gather(w.system(), 500); err != nil {
			t.Fatal(err)
		}
		return w.statements.Load() - before
	}
	w.create(resident, "/0", told(audit.Enrollment))
	w.gather()
	one := counts(1)
	for n := range 10 {
		w.create(resident, fmt.Sprintf("/%d", n+1), told(audit.Enrollment))
	}
	w.gather()
	if many := counts(200); many > one+2 || one > 11 { // the first page reserves no new round; the others do
		t.Errorf("%d statements for one event and one webhook, %d for 200 and 11", one, many)
	}
}
