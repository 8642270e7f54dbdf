package webhook_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/webhook"
)

// A replay that a pause interrupts goes on after it. Without one, a webhook that is
// switched on is told of nothing that was before.
func TestAPauseLosesNoReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	w.happen(approvals(w.research, 6)...)
	w.deliver()
	first := ids(w.receiver.messages("/hook"))
	enable := func(on bool) {
		t.Helper()
		p, err := w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Enabled: &on})
		if err != nil || len(p.UserErrors) > 0 {
			t.Fatalf("%v %+v", err, p)
		}
	}
	replay := func() {
		t.Helper()
		p, err := w.Replay(w.as(boss), webhook.ReplayWebhookInput{ID: hook.ID, Since: morning})
		if err != nil || len(p.UserErrors) > 0 {
			t.Fatalf("%v %+v", err, p)
		}
	}
	replay()
	enable(false)
	w.deliver()
	if got := w.receiver.messages("/hook"); len(got) != 0 {
		t.Fatalf("%d messages during the pause", len(got))
	}
	w.happen(approvals(w.research, 1)...)
	w.number()
	enable(true)
	w.deliver()
	got := ids(w.receiver.messages("/hook"))
	for _, one := range first {
		if !slices.Contains(got, one) {
			t.Errorf("%s was not sent again after the pause", one)
		}
	}
	if len(got) != 6+1 {
		t.Errorf("%d messages after the pause", len(got))
	}
	enable(false)
	w.happen(approvals(w.research, 1)...)
	w.number()
	enable(true)
	w.deliver()
	if n := len(w.receiver.messages("/hook")); n != 0 {
		t.Errorf("after the replay was finished, %d messages of a pause", n)
	}
	// Of a replay of which nothing is kept there is nothing to go on with.
	replay()
	enable(false)
	w.pass(25 * time.Hour)
	w.happen(approvals(w.research, 1)...)
	w.number()
	_, err := w.store.Forget(t.Context())
	must(t, err)
	enable(true)
	w.deliver()
	if n := len(w.receiver.messages("/hook")); n != 0 {
		t.Errorf("after the replay was forgotten, %d messages of a pause", n)
	}
}

func TestAnEmptyListOfAFilterIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	for field, f := range map[string]webhook.WebhookFilter{
		"resourceTypes":   {ResourceTypes: []audit.Resource{}},
		"businessUnitIds": {BusinessUnitIDs: []id.ID{}},
		"profileIds":      {ProfileIDs: []id.ID{}},
	} {
		made, err := w.Create(w.as(boss), webhook.CreateWebhookInput{URL: w.receiver.URL, Filter: &f})
		refused(t, field+" of a new one", err, made.UserErrors, refusal.Invalid)
		changed, err := w.Update(w.as(boss), webhook.UpdateWebhookInput{ID: hook.ID, Filter: &f})
		refused(t, field+" of a changed one", err, changed.UserErrors, refusal.Invalid)
		for _, errs := range [][]*refusal.Refusal{made.UserErrors, changed.UserErrors} {
			if len(errs) != 1 || !slices.Equal(errs[0].Field, []string{"input", "filter", field}) {
				t.Errorf("%s: refused as %+v", field, errs)
			}
		}
	}
	if h := w.seen(boss, hook.ID); h.Version != 1 || !slices.Equal(h.ResourceTypes, []audit.Resource{audit.Enrollment}) {
		t.Errorf("it became %+v", h)
	}
}

func TestAnUpdateThatChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(boss, "/hook", told(audit.Enrollment))
	colleague := person("colleague", lifecycle.Admin)
	for name, in := range map[string]webhook.UpdateWebhookInput{
		"empty":    {},
		"the same": {URL: &hook.URL, Description: &hook.Description, Actions: []audit.Action{}, Filter: &webhook.WebhookFilter{ResourceTypes: hook.ResourceTypes}, Enabled: new(true), NewSecret: new(false)},
	} {
		in.ID = hook.ID
		p, err := w.Update(w.as(colleague), in)
		if err != nil || len(p.UserErrors) > 0 || p.Secret != nil || p.Webhook == nil || p.Webhook.Version != 1 || p.Webhook.Owner.Subject != "boss" {
			t.Errorf("%s: %v %+v", name, err, p)
		}
	}
	var entries int
	must(t, w.admin.QueryRow(`SELECT count(*) FROM audit_entries WHERE action = 'UPDATE_WEBHOOK' AND resource_id = $1`, hook.ID.UUID).Scan(&entries))
	if entries != 0 {
		t.Errorf("%d entries tell of nothing", entries)
	}
	p, err := w.Update(w.as(colleague), webhook.UpdateWebhookInput{ID: hook.ID, NewSecret: new(true)})
	if err != nil || p.Secret == nil || p.Webhook.Version != 2 || p.Webhook.Owner.Subject != "colleague" {
		t.Errorf("a new secret: %v %+v", err, p)
	}
}
