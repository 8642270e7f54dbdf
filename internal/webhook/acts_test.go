package webhook_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/secretscan"
	"gatehouse/internal/webhook"
)

func TestWhatCreateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	strict := webhook.New(w.store, w.keys, w.scopes, nil, webhook.Options{})
	for name, row := range map[string]struct {
		in   webhook.CreateWebhookInput
		code refusal.Code
	}{
		"no address":         {webhook.CreateWebhookInput{URL: "hooks"}, refusal.Invalid},
		"an address inside":  {webhook.CreateWebhookInput{URL: w.receiver.URL}, refusal.AddressNotAllowed},
		"without TLS":        {webhook.CreateWebhookInput{URL: "http://hooks.example.com"}, refusal.AddressNotAllowed},
		"no acts":            {webhook.CreateWebhookInput{URL: "https://hooks.example.com", Actions: []audit.Action{}}, refusal.Invalid},
		"a long description": {webhook.CreateWebhookInput{URL: "https://hooks.example.com", Description: new(strings.Repeat("x", 1001))}, refusal.Invalid},
	} {
		p, err := strict.Create(w.as(boss), row.in)
		refused(t, name, err, p.UserErrors, row.code)
		if p.Webhook != nil || p.Secret != nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
	p, err := w.Create(w.as(auditor), webhook.CreateWebhookInput{URL: w.receiver.URL})
	refused(t, "without the permission", err, p.UserErrors, refusal.Forbidden)
	for range 100 {
		w.create(boss, "/", webhook.CreateWebhookInput{})
	}
	p, err = w.Create(w.as(boss), webhook.CreateWebhookInput{URL: w.receiver.URL})
	refused(t, "the hundred-and-first", err, p.UserErrors, refusal.TooMany)
	w.create(resident, "/", webhook.CreateWebhookInput{}) // somebody else has room
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	colleague := person("colleague", lifecycle.Admin)
	p, err := w.Update(w.as(colleague), webhook.UpdateWebhookInput{ID: hook.ID, URL: new(w.receiver.URL + "/moved"), Actions: []audit.Action{audit.Approve}, NewSecret: new(true), ExpectedVersion: new(1)})
	if err != nil || len(p.UserErrors) > 0 || p.Secret == nil {
		t.Fatalf("%v %+v", err, p)
	}
	h := p.Webhook
	if !strings.HasSuffix(h.URL, "/moved") || !slices.Equal(h.Actions, []audit.Action{audit.Approve}) || !slices.Equal(h.ResourceTypes, []audit.Resource{audit.Enrollment}) || h.Owner.Subject != "colleague" || h.Version != 2 {
		t.Errorf("it became %+v", h)
	}
	w.receiver.knows(t, "/moved", *p.Secret)
	w.happen(approvals(w.research, 1)...)
	w.deliver()
	if len(w.receiver.messages("/moved")) != 1 || len(w.receiver.messages("/hook")) != 0 {
		t.Error("what happens is not told at the new address, with the new secret")
	}
	p, err = w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, ExpectedVersion: new(1)})
	refused(t, "of an old version", err, p.UserErrors, refusal.Conflict)
	p, err = w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, URL: new("ftp://x")})
	refused(t, "to no address that is called", err, p.UserErrors, refusal.AddressNotAllowed)
	if p.Webhook == nil || p.Secret != nil {
		t.Errorf("%+v", p)
	}
	// All acts and all kinds again; paused, it is told of nothing, then or later.
	p, err = w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Actions: []audit.Action{}, Filter: &webhook.WebhookFilter{}, Enabled: new(false)})
	if err != nil || p.Webhook.Actions != nil || p.Webhook.ResourceTypes != nil || p.Webhook.Status != lifecycle.WebhookPaused {
		t.Errorf("%v %+v", err, p.Webhook)
	}
	w.happen(approvals(w.research, 1)...)
	w.deliver()
	w.number()
	p, err = w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Enabled: new(true), Filter: &webhook.WebhookFilter{ResourceTypes: []audit.Resource{audit.Enrollment}}})
	must(t, err)
	w.happen(event{action: audit.Reject, resource: audit.Enrollment, unit: w.research})
	w.deliver()
	if got := w.receiver.messages("/moved"); len(got) != 1 || got[0].body.Type != "enrollment.reject" {
		t.Errorf("after the pause: %+v", got)
	}
	var changes string
	must(t, w.admin.QueryRow(`SELECT string_agg(changes::text, ' ' ORDER BY at, id) FROM audit_entries WHERE resource_id = $1`, hook.ID.UUID).Scan(&changes))
	for _, told := range []string{`"url"`, `"resourceTypes"`, `"ENROLLMENT"`, `"PAUSED"`} {
		if !strings.Contains(changes, told) {
			t.Errorf("the entries do not tell %s: %s", told, changes)
		}
	}
	w.happen(approvals(w.research, 1)...)
	w.gather()
	gone, err := w.Delete(w.as(boss), webhook.DeleteWebhookInput{ID: hook.ID, ExpectedVersion: new(p.Webhook.Version)})
	if err != nil || len(gone.UserErrors) > 0 || gone.DeletedID == nil || *gone.DeletedID != hook.ID {
		t.Fatalf("%v %+v", err, gone)
	}
	w.deliver()
	if len(w.receiver.messages("/moved")) != 0 || w.seen(boss, hook.ID) != nil {
		t.Error("it is there after it was deleted")
	}
}

// A secret is shown once, and stands nowhere in the clear.
func TestSecretsAreShownOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	key := "the same key"
	in := webhook.CreateWebhookInput{URL: w.receiver.URL + "/hook", IdempotencyKey: &key}
	first, err := w.Create(w.as(boss), in)
	must(t, err)
	again, err := w.Create(w.as(boss), in)
	if err != nil || !again.Replayed || again.Secret != nil || again.Webhook == nil || again.Webhook.ID != first.Webhook.ID {
		t.Errorf("%v %+v", err, again)
	}
	w.receiver.knows(t, "/hook", *first.Secret)
	change := webhook.UpdateWebhookInput{ID: first.Webhook.ID, NewSecret: new(true), IdempotencyKey: &key}
	second, err := w.Update(w.as(boss), change)
	must(t, err)
	if again, err := w.Update(w.as(boss), change); err != nil || !again.Replayed || again.Secret != nil || *second.Secret == *first.Secret {
		t.Errorf("%v %+v", err, again)
	}
	w.receiver.knows(t, "/hook", *second.Secret)
	w.happen(approvals(w.research, 1)...)
	w.receiver.answer("/hook", http.StatusTeapot)
	w.deliver()
	if len(w.receiver.messages("/hook")) == 0 {
		t.Fatal("nothing was sent")
	}
	var secrets []string
	for _, s := range []string{*first.Secret, *second.Secret} {
		secrets = append(secrets, s, strings.TrimPrefix(s, "whsec_"))
	}
	found, err := secretscan.Scan(t.Context(), w.admin, secrets)
	must(t, err)
	found = append(found, secretscan.ScanText("the log", w.log.text.String(), secrets)...)
	for _, f := range found {
		t.Error(f)
	}
	// With a keyset of others nothing is sent, and the delivery says why.
	w.pass(time.Hour)
	stranger := newWorld(t)
	w.keys = stranger.keys
	w.Webhooks = w.server()
	w.deliver()
	unsigned := slices.ContainsFunc(w.sent(boss, first.Webhook), func(d *webhook.WebhookDelivery) bool { return strings.Contains(*d.LastError, "signed") })
	if len(w.receiver.messages("/hook")) != 0 || !unsigned {
		t.Error("without a key that opens the secret something was sent, or no delivery says why not")
	}
}

func TestATest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	_, err := w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Enabled: new(false)})
	must(t, err)
	w.receiver.answer("/hook", http.StatusNotFound)
	for range 10 {
		p, err := w.Test(w.as(boss), webhook.TestWebhookInput{ID: hook.ID})
		if err != nil || len(p.UserErrors) > 0 || p.Webhook.Status != lifecycle.WebhookPaused {
			t.Fatalf("%v %+v", err, p)
		}
	}
	p, err := w.Test(w.as(boss), webhook.TestWebhookInput{ID: hook.ID})
	refused(t, "the eleventh", err, p.UserErrors, refusal.TooMany)
	w.deliver()
	w.pass(time.Hour)
	w.deliver()
	got := w.receiver.messages("/hook")
	if len(got) != 10 || got[0].body.Type != "test" || got[0].body.Data["webhookId"] != hook.ID.String() || len(got[0].body.Data) != 1 {
		t.Errorf("%d tests arrived: %+v", len(got), got)
	}
	for _, d := range w.sent(boss, hook) {
		if d.Type != "test" || d.Status != lifecycle.DeliveryFailed || d.Attempts != 1 || *d.LastError != "The receiver answered 404." {
			t.Errorf("a test is %+v", d)
		}
	}
	if h := w.seen(boss, hook.ID); h.FailingSince != nil || *h.LastError != "The receiver answered 404." || h.Status != lifecycle.WebhookPaused {
		t.Errorf("the webhook is %+v", h)
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	w.happen(approvals(w.research, 2)...)
	w.deliver()
	before := ids(w.receiver.messages("/hook"))
	w.pass(time.Hour)
	noon := w.clock()
	w.happen(approvals(w.research, 3)...)
	w.deliver()
	since := ids(w.receiver.messages("/hook"))
	_, err := w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Enabled: new(false)})
	must(t, err)
	w.pass(time.Hour)
	p, err := w.Replay(w.as(boss), webhook.ReplayWebhookInput{ID: hook.ID, Since: noon})
	refused(t, "while it is paused", err, p.UserErrors, refusal.InvalidState)
	w.happen(approvals(w.research, 4)...) // while it is paused
	w.number()
	_, err = w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Enabled: new(true)})
	must(t, err)
	for name, at := range map[string]time.Time{"to come": w.clock().Add(time.Microsecond), "too long ago": w.clock().Add(-24*time.Hour - time.Microsecond)} {
		p, err := w.Replay(w.as(boss), webhook.ReplayWebhookInput{ID: hook.ID, Since: at})
		refused(t, name, err, p.UserErrors, refusal.Invalid)
	}
	for round := range 2 {
		p, err := w.Replay(w.as(boss), webhook.ReplayWebhookInput{ID: hook.ID, Since: noon})
		if err != nil || len(p.UserErrors) > 0 || p.Webhook == nil {
			t.Fatalf("%v %+v", err, p)
		}
		w.deliver()
		got := ids(w.receiver.messages("/hook"))
		if len(got) != 7 || len(slices.Compact(slices.Clone(got))) != 7 {
			t.Fatalf("replay %d sent %d messages, want 7", round, len(got))
		}
		for _, one := range since {
			if !slices.Contains(got, one) {
				t.Errorf("replay %d did not send %s again", round, one)
			}
		}
		for _, one := range before {
			if slices.Contains(got, one) {
				t.Errorf("replay %d sent what was before", round)
			}
		}
	}
	w.happen(approvals(w.research, 1)...)
	w.deliver()
	if n := len(w.receiver.messages("/hook")); n != 1 {
		t.Errorf("%d messages of one thing that is new", n)
	}
	if n := len(w.sent(boss, hook)); n != 2+3+4+1 {
		t.Errorf("%d deliveries", n)
	}

	var comments int
	must(t, w.admin.QueryRow(`SELECT count(*) FROM audit_entries WHERE action = 'REPLAY_WEBHOOK' AND outcome = 'SUCCESS' AND resource_id = $1 AND comment = 'since 2026-11-22T10:00:00Z'`, hook.ID.UUID).Scan(&comments))
	if comments != 2 {
		t.Errorf("%d entries tell of the replays", comments)
	}
}

// A webhook that nobody has looked after for a day says that it missed something.
func TestWhatWasForgottenIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	w.happen(approvals(w.research, 5)...)
	w.pass(25 * time.Hour)
	_, err := w.store.Forget(t.Context())
	must(t, err)
	w.happen(approvals(w.research, 1)...)
	w.receiver.answer("/hook", http.StatusServiceUnavailable)
	w.gather()
	if h := w.seen(boss, hook.ID); h.LastError == nil || !strings.Contains(*h.LastError, "24 hours") {
		t.Errorf("it says %v", h.LastError)
	}
}

func TestDeliveriesInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	for range 3 {
		w.happen(approvals(w.research, 1)...)
		w.pass(time.Second)
		w.deliver()
	}
	w.receiver.answer("/hook", http.StatusConflict)
	w.happen(approvals(w.research, 1)...)
	w.deliver()
	var walked []string
	args := pageOf(1)
	for {
		c, err := w.Deliveries(w.as(boss), hook, args, nil)
		must(t, err)
		for _, e := range c.Edges {
			walked = append(walked, e.Node.MessageID)
		}
		if n, err := c.TotalCount(w.as(boss)); err != nil || n != 4 {
			t.Fatalf("%d counted (%v)", n, err)
		}
		if !c.PageInfo.HasNextPage {
			break
		}
		args.After = c.PageInfo.EndCursor
	}
	if whole := w.sent(boss, hook); len(whole) != 4 || len(walked) != 4 || walked[0] != whole[3].MessageID || walked[3] != whole[0].MessageID {
		t.Errorf("page by page %v", walked)
	}
	for status, want := range map[lifecycle.DeliveryStatus]int{lifecycle.DeliveryDone: 3, lifecycle.DeliveryQueued: 1, lifecycle.DeliveryFailed: 0} {
		if n := len(w.sent(boss, hook, status, status)); n != want {
			t.Errorf("%d are %s, want %d", n, status, want)
		}
	}
	if c, err := w.Deliveries(w.as(boss), hook, pageOf(5), []lifecycle.DeliveryStatus{}); err != nil || len(c.Edges) != 0 {
		t.Errorf("of no status: %v %d", err, len(c.Edges))
	}
}
