package graph_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/internal/bulk"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/view"
	"gatehouse/internal/webhook"
)

// lists gives the crowd as many saved views, jobs and webhooks, each job with two
// items and each webhook with two tests; the last of them have many.
func (c *crowd) lists(t testing.TB) {
	t.Helper()
	ctx := c.As(aude())
	for n := range many {
		c.Clock.Pass(time.Second)
		saved, err := c.Views.Save(ctx, view.SaveViewInput{Name: fmt.Sprintf("View %03d", n), List: view.ListInput{Seats: &inventory.SeatListInput{}}, Shared: new(true), BusinessUnitID: &c.units[0]})
		if err != nil || len(saved.UserErrors) > 0 {
			t.Fatal(err, saved)
		}
		started, err := c.Jobs.Start(ctx, bulk.StartBulkActionInput{Action: lifecycle.BulkUnlock, Selection: bulk.Selection{IDs: c.requests[:2]}})
		if n == many-1 {
			started, err = c.Jobs.Start(ctx, bulk.StartBulkActionInput{Action: lifecycle.BulkUnlock, Selection: bulk.Selection{IDs: c.requests}})
		}
		if err != nil || len(started.UserErrors) > 0 {
			t.Fatal(err, started)
		}
		if n%3 == 2 || n >= many-2 { // no more than five wait at a time
			work(t, c.World)
		}
		hook, err := c.Webhooks.Create(ctx, webhook.CreateWebhookInput{URL: fmt.Sprintf("https://hooks-%d.example.com/", n), Filter: &webhook.WebhookFilter{BusinessUnitIDs: []id.ID{c.units[0]}}})
		if err != nil || len(hook.UserErrors) > 0 {
			t.Fatal(err, hook)
		}
		for range 2 {
			if p, err := c.Webhooks.Test(ctx, webhook.TestWebhookInput{ID: hook.Webhook.ID}); err != nil || len(p.UserErrors) > 0 {
				t.Fatal(err, p)
			}
		}
	}
}
