package webhook_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/viewer"
	"gatehouse/internal/webhook"
)

// custom is an administrator of some business units whose token grants no more than
// these permissions.
func custom(name string, units viewer.Units, permissions ...lifecycle.Permission) viewer.Viewer {
	v := viewer.New("https://id.example.com", name, name, "", nil, units)
	v.Permissions = lifecycle.SetOf(append(permissions, lifecycle.ManageWebhooks)...)
	return v
}

func TestWhatAWebhookIsToldOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := viewer.Units{All: true}
	profile := id.New(id.Profile)
	kinds := []audit.Resource{audit.BusinessUnit, audit.License, audit.Allocation, audit.Profile, audit.Seat, audit.Enrollment, audit.Certificate, audit.View, audit.Webhook, audit.Job, audit.Export}
	rows := []struct {
		name string
		who  viewer.Viewer
		in   webhook.CreateWebhookInput
		want []string
	}{
		{"everything", boss, webhook.CreateWebhookInput{}, []string{
			"business_unit.", "seat_license.", "seat_allocation.", "certificate_profile.", "seat.", "enrollment.", "certificate.", "view.", "webhook.", "job.", "export."}},
		{"one who sees enrollments", custom("e", all, lifecycle.ViewEnrollments), webhook.CreateWebhookInput{}, []string{"enrollment."}},
		{"one who sees their own enrollments", custom("o", all, lifecycle.ViewOwnEnrollments), webhook.CreateWebhookInput{}, nil},
		{"one who sees seats", custom("s", all, lifecycle.ViewSeats), webhook.CreateWebhookInput{}, []string{"seat."}},
		{"one who sees certificates", custom("c", all, lifecycle.ViewCertificates), webhook.CreateWebhookInput{}, []string{"certificate."}},
		{"one who sees profiles", custom("p", all, lifecycle.ViewProfiles), webhook.CreateWebhookInput{}, []string{"certificate_profile."}},
		{"one who sees business units", custom("b", all, lifecycle.ViewBusinessUnits), webhook.CreateWebhookInput{}, []string{"business_unit.", "seat_license.", "seat_allocation."}},
		{"one who sees the audit log", custom("a", all, lifecycle.ViewAuditLog), webhook.CreateWebhookInput{}, []string{"view.", "webhook.", "job.", "export."}},
		{"the administrator of a business unit", resident, webhook.CreateWebhookInput{}, []string{"business_unit.", "seat_allocation.", "certificate_profile.", "seat.", "enrollment.", "certificate."}},
		{"the administrator of another", seller, webhook.CreateWebhookInput{}, nil},
		{"one of nowhere", custom("n", viewer.Units{}, lifecycle.Permissions...), webhook.CreateWebhookInput{}, nil},
		{"two kinds", boss, told(audit.Seat, audit.Certificate), []string{"seat.", "certificate."}},
		{"some acts", boss, webhook.CreateWebhookInput{Actions: []audit.Action{audit.Approve}}, []string{"enrollment."}},
		{"a business unit", boss, webhook.CreateWebhookInput{Filter: &webhook.WebhookFilter{BusinessUnitIDs: []id.ID{w.research}}}, []string{"business_unit.", "seat_allocation.", "certificate_profile.", "seat.", "enrollment.", "certificate."}},
		{"another business unit", boss, webhook.CreateWebhookInput{Filter: &webhook.WebhookFilter{BusinessUnitIDs: []id.ID{w.sales}}}, nil},
	}
	for n, row := range rows {
		w.create(row.who, fmt.Sprintf("/%d", n), row.in)
	}
	w.number()
	w.deliver() // that they were made
	for n := range rows {
		w.receiver.messages(fmt.Sprintf("/%d", n))
	}
	for _, kind := range kinds {
		e := event{action: audit.CreateSeat, resource: kind, unit: w.research}
		switch kind {
		case audit.Enrollment:
			e.action, e.profile = audit.Approve, profile
		case audit.License, audit.View, audit.Webhook, audit.Job, audit.Export:
			e.unit = id.ID{}
		}
		w.happen(e)
	}
	w.deliver()
	for n, row := range rows {
		var got []string
		for _, m := range w.receiver.messages(fmt.Sprintf("/%d", n)) {
			kind := m.body.Type[:slices.Index([]byte(m.body.Type), '.')+1]
			got = append(got, kind)
		}
		slices.Sort(got)
		slices.Sort(row.want)
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: told of %v, want %v", row.name, got, row.want)
		}
	}
}

// A webhook is for its owner, for who sees all its business units, and for who sees
// all; nobody else learns that it is there, by whichever way they ask.
func TestAWebhookOfAnotherBusinessUnitIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := w.create(resident, "/own", webhook.CreateWebhookInput{})
	units := &webhook.WebhookFilter{BusinessUnitIDs: []id.ID{w.research}}
	shared := w.create(boss, "/shared", webhook.CreateWebhookInput{Filter: units})
	both := w.create(boss, "/both", webhook.CreateWebhookInput{Filter: &webhook.WebhookFilter{BusinessUnitIDs: []id.ID{w.research, w.sales}}})
	everything := w.create(boss, "/all", webhook.CreateWebhookInput{})
	colleague := person("colleague", lifecycle.Admin, "research")
	for name, row := range map[string]struct {
		who  viewer.Viewer
		sees []*webhook.Webhook
	}{
		"who sees all":           {boss, []*webhook.Webhook{own, shared, both, everything}},
		"the owner":              {resident, []*webhook.Webhook{own, shared}},
		"of the same unit":       {colleague, []*webhook.Webhook{shared}},
		"of both units":          {person("two", lifecycle.Admin, "research", "sales"), []*webhook.Webhook{shared, both}},
		"of another unit":        {seller, nil},
		"of no unit":             {person("nobody", lifecycle.Admin, "nowhere"), nil},
		"of another issuer":      {viewer.New("https://elsewhere", "resident", "", "", []lifecycle.Role{lifecycle.Admin}, viewer.Units{Names: []string{"sales"}}), nil},
		"the owner, moved away":  {person("resident", lifecycle.Admin, "sales"), []*webhook.Webhook{own}},
		"without the permission": {auditor, nil},
	} {
		c, err := w.List(w.as(row.who), pageOf(100))
		if name == "without the permission" {
			if no := refusal.Find(err); no == nil || no.Code != refusal.Forbidden {
				t.Errorf("%s: the list answers %v", name, err)
			}
		} else {
			must(t, err)
			n, err := c.TotalCount(t.Context())
			if err != nil || n != len(row.sees) || len(c.Edges) != len(row.sees) {
				t.Errorf("%s: %d listed, %d counted (%v), want %d", name, len(c.Edges), n, err, len(row.sees))
			}
		}
		for _, one := range []*webhook.Webhook{own, shared, both, everything} {
			want := slices.Contains(row.sees, one)
			if got := w.seen(row.who, one.ID) != nil; got != want {
				t.Errorf("%s: sees %s: %v", name, one.URL, got)
			}
			if want {
				continue
			}
			code := refusal.NotFound
			if name == "without the permission" {
				code = refusal.Forbidden
			}
			updated, err := w.Update(w.as(row.who), webhook.UpdateWebhookInput{ID: one.ID, Enabled: new(false)})
			refused(t, name+" updates", err, updated.UserErrors, code)
			deleted, err := w.Delete(w.as(row.who), webhook.DeleteWebhookInput{ID: one.ID})
			refused(t, name+" deletes", err, deleted.UserErrors, code)
			tested, err := w.Test(w.as(row.who), webhook.TestWebhookInput{ID: one.ID})
			refused(t, name+" tests", err, tested.UserErrors, code)
			replayed, err := w.Replay(w.as(row.who), webhook.ReplayWebhookInput{ID: one.ID, Since: w.clock()})
			refused(t, name+" replays", err, replayed.UserErrors, code)
			if updated.Webhook != nil && code == refusal.NotFound || updated.Secret != nil || tested.Webhook != nil && code == refusal.NotFound || deleted.DeletedID != nil {
				t.Errorf("%s: is shown %+v %+v", name, updated, tested)
			}
		}
	}
	// A filter names no business unit of others.
	for _, row := range []struct {
		f    webhook.WebhookFilter
		code refusal.Code
	}{
		{webhook.WebhookFilter{BusinessUnitIDs: []id.ID{w.research, w.sales}}, refusal.NotFound},
		{webhook.WebhookFilter{BusinessUnitIDs: []id.ID{id.New(id.BusinessUnit)}}, refusal.NotFound},
		{webhook.WebhookFilter{ProfileIDs: []id.ID{id.New(id.Profile)}}, refusal.NotFound},
		{webhook.WebhookFilter{BusinessUnitIDs: []id.ID{id.New(id.Seat)}}, refusal.Invalid}, // the id of something else
	} {
		f := row.f
		p, err := w.Create(w.as(resident), webhook.CreateWebhookInput{URL: w.receiver.URL, Filter: &f})
		refused(t, "a filter of others", err, p.UserErrors, row.code)
		q, err := w.Update(w.as(resident), webhook.UpdateWebhookInput{ID: own.ID, Filter: &f})
		refused(t, "a changed filter of others", err, q.UserErrors, row.code)
		if q.Webhook == nil {
			t.Error("their own webhook is not shown beside what is wrong with its filter")
		}
	}
}

// What somebody may not see any more is neither sent nor shown.
func TestRightsAreThoseOfNow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hook := w.create(resident, "/hook", told(audit.Enrollment, audit.Seat))
	w.happen(approvals(w.research, 2)...)
	w.happen(approvals(w.sales, 3)...)
	w.deliver()
	if n := len(w.receiver.messages("/hook")); n != 2 {
		t.Errorf("%d messages of two business units", n)
	}
	if n := len(w.sent(resident, hook)); n != 2 {
		t.Errorf("the owner sees %d deliveries", n)
	}
	moved := person("resident", lifecycle.Admin, "sales")
	if n := len(w.sent(moved, w.seen(moved, hook.ID))); n != 0 {
		t.Errorf("once they are in another business unit they see %d deliveries", n)
	}
	// What waits is judged by the rights of the token that changed it last.
	w.happen(approvals(w.research, 1)...)
	w.happen(event{action: audit.CreateSeat, resource: audit.Seat, unit: w.research})
	w.gather()
	less := custom("resident", viewer.Units{Names: []string{"research"}}, lifecycle.ViewSeats)
	p, err := w.Update(w.as(less), webhook.UpdateWebhookInput{ID: hook.ID, Description: new("fewer rights")})
	if err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p.UserErrors)
	}
	w.deliver()
	if got := w.receiver.messages("/hook"); len(got) != 1 || got[0].body.Type != "seat.create_seat" {
		t.Errorf("%+v", got)
	}
	if failed := w.sent(resident, hook, lifecycle.DeliveryFailed); len(failed) != 1 || failed[0].Attempts != 0 || failed[0].LastError == nil {
		t.Errorf("%+v", failed)
	}
	w.pass(time.Minute)
	if h := w.seen(resident, hook.ID); h.FailingSince != nil || h.Status != lifecycle.WebhookActive {
		t.Errorf("what was withheld counts as a failure: %+v", h)
	}
}
