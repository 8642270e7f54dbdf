package webhook_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/internal/audit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/webhook"
)

// Webhooks of one page are asked for their deliveries together: each gets what it gets
// alone, and all of them cost what one costs.
func TestDeliveriesOfWebhooksThatWereReadTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hooks := []*webhook.Webhook{w.create(boss, "/a", told(audit.Enrollment)), w.create(boss, "/b", told(audit.Enrollment)), w.create(boss, "/c", told(audit.Seat))}
	for n := range 3 {
		w.happen(approvals(w.research, n+1)...)
		w.pass(time.Second)
		if n == 1 {
			w.deliver()
		}
	}
	w.gather()
	figures := func(one *webhook.Webhook, args page.Args, statuses []lifecycle.DeliveryStatus) (messages []string, total int, more bool) {
		c, err := w.Deliveries(w.as(boss), one, args, statuses)
		must(t, err)
		total, err = c.TotalCount(w.as(boss))
		must(t, err)
		for _, d := range c.Nodes() {
			messages = append(messages, d.MessageID)
		}
		return messages, total, c.PageInfo.HasNextPage || c.PageInfo.HasPreviousPage
	}
	for _, statuses := range [][]lifecycle.DeliveryStatus{nil, {lifecycle.DeliveryQueued}, {lifecycle.DeliveryFailed}, {}} {
		for _, size := range []int{1, 4, 100} {
			for _, args := range []page.Args{{First: &size}, {Last: &size}} {
				c, err := w.List(w.as(boss), page.Args{})
				must(t, err)
				if len(c.Edges) != len(hooks) {
					t.Fatalf("%d webhooks", len(c.Edges))
				}
				for n, one := range c.Nodes() {
					w.statements.Store(0)
					got, total, more := figures(one, args, statuses)
					if n > 0 && w.statements.Load() != 0 {
						t.Errorf("%v, %d at a time: webhook %d takes %d statements of its own", statuses, size, n, w.statements.Load())
					}
					if want, all, rest := figures(hooks[len(hooks)-1-n], args, statuses); !slices.Equal(got, want) || total != all || more != rest {
						t.Errorf("%v, %d at a time: webhook %d has %v of %d together and %v of %d alone", statuses, size, n, got, total, want, all)
					}
				}
			}
		}
	}
	if _, total, _ := figures(hooks[0], page.Args{}, nil); total != 6 {
		t.Errorf("%d were sent", total)
	}
}
