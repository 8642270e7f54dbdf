package graph_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/view"
	"gatehouse/internal/viewer"
	"gatehouse/internal/webhook"
	"gatehouse/internal/world"
)

// eve has every role in the tenant's business unit, and is its owner of views, jobs
// and webhooks.
func (n *tenant) eve() viewer.Viewer {
	return world.In(world.Person(n.key+"-eve", lifecycle.Roles...), n.key)
}

// lists leaves a shared view of each list, a job that was done to two requests, and a
// webhook with a test and with what happened since.
func (n *tenant) lists(t testing.TB, w *world.World) {
	t.Helper()
	system, eve := w.As(viewer.TheSystem()), w.As(n.eve())
	hook, err := w.Webhooks.Create(eve, webhook.CreateWebhookInput{
		URL: "https://hooks.example.com/" + n.key, Description: new("For " + n.key), Filter: &webhook.WebhookFilter{BusinessUnitIDs: []id.ID{n.unit}},
	})
	if err != nil || len(hook.UserErrors) > 0 {
		t.Fatal(err, hook)
	}
	n.webhook = hook.Webhook.ID
	if p, err := w.Webhooks.Test(eve, webhook.TestWebhookInput{ID: n.webhook}); err != nil || len(p.UserErrors) > 0 {
		t.Fatal(err, p)
	}

	under := w.Profile(n.unit, n.key+" job").ID
	items := []id.ID{w.Request(rita(), under, n.key+"-item-1").ID, w.Request(rita(), under, n.key+"-item-2").ID}
	w.Reject(world.Person(n.key+"-ben", lifecycle.Approver), "Not this one.", items[1])
	started, err := w.Jobs.Start(eve, bulk.StartBulkActionInput{Action: lifecycle.BulkApprove, Selection: bulk.Selection{IDs: items}})
	if err != nil || len(started.UserErrors) > 0 {
		t.Fatal(err, started)
	}
	n.job = started.Job.ID
	work(t, w)

	for _, list := range []view.ListInput{
		{Enrollments: &inventory.EnrollmentListInput{Search: &n.key}}, {Seats: &inventory.SeatListInput{Filter: &inventory.SeatFilter{BusinessUnitIDs: []id.ID{n.unit}}}},
		{Certificates: &inventory.CertificateListInput{View: new(inventory.CertificatesAll)}}, {AuditEntries: &auditlog.ListInput{Filter: &auditlog.Filter{BusinessUnitIDs: []id.ID{n.unit}}}},
	} {
		p, err := w.Views.Save(eve, view.SaveViewInput{Name: "View of " + n.key, List: list, Columns: []string{n.key}, Shared: new(true), BusinessUnitID: &n.unit})
		if err != nil || len(p.UserErrors) > 0 {
			t.Fatal(err, p)
		}
	}
	if _, _, err := w.Store.Number(system, 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Webhooks.Gather(system, 1000); err != nil {
		t.Fatal(err)
	}
}

// work does all batches of jobs that are due.
func work(t testing.TB, w *world.World) {
	t.Helper()
	worker, err := job.New(w.Bulk, job.Options{Handlers: map[string]job.Handler{bulk.BatchJob: w.Jobs.Batch}, Hands: 1, Chance: func() float64 { return 0.5 }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.RunDue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// saidIn are the tenant's ids and texts that a caller has written himself and is told
// again: the state of a list holds the list, and a sentence names the view that is not
// there.
func (n *tenant) saidIn(f *ast.FieldDefinition, document string) []string {
	if f.Name != "listState" && !strings.Contains(document, "viewId: ") {
		return nil
	}
	return n.shownIn(document)
}
