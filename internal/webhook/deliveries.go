package webhook

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// deliveryColumns are those of a delivery under the alias d.
var deliveryColumns = []string{"d.id", "d.message_id", "d.kind", "d.body", "d.status", "d.attempts", "d.response_status", "NULLIF(d.last_error, '')",
	"d.created_at", "d.attempted_at", "d.delivered_at"}

// Deliveries is one page of what was sent to a webhook, the newest first: tests, and
// what lies in the viewer's business units, whoever's rights it was sent with. The
// pages of all webhooks that were read together are one statement.
func (ws *Webhooks) Deliveries(ctx context.Context, one *Webhook, args page.Args, statuses []lifecycle.DeliveryStatus) (*page.Connection[*WebhookDelivery], error) {
	if no := lacks(ctx); no != nil {
		return nil, no
	}
	w, err := args.Open("deliveries", one.ID, statuses)
	if err != nil {
		return nil, err
	}
	if statuses == nil {
		statuses = lifecycle.DeliveryStatuses
	}
	words := once(statuses)
	if len(words) == 0 {
		return page.Empty[*WebhookDelivery](), nil
	}
	group, ask := one.together(), askDeliveries{statuses: strings.Join(words, " ")}
	byHook, err := batch.Load(ctx, group, ask.page(w), func(ctx context.Context, hooks []uuid.UUID) (map[uuid.UUID][]*kept, error) {
		return ws.deliveriesOf(ctx, hooks, words, w)
	})
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
	all := byHook[one.ID.UUID]
	ids := make(map[*WebhookDelivery]uuid.UUID, len(all))
	list := make([]*WebhookDelivery, len(all))
	for n := range all {
		list[n] = &all[n].WebhookDelivery
		ids[list[n]] = all[n].id
	}
	key := func(d *WebhookDelivery) page.Key {
		return page.Key{Value: d.CreatedAt.Format(time.RFC3339Nano), ID: ids[d]}
	}
	return page.NewConnection(w, list, key, func(ctx context.Context) (int, error) {
		counts, err := batch.Load(ctx, group, ask, func(ctx context.Context, hooks []uuid.UUID) (map[uuid.UUID]int, error) {
			return ws.countDeliveries(ctx, hooks, words)
		})
		if err != nil {
			return 0, fmt.Errorf("count deliveries: %w", err)
		}
		return counts[one.ID.UUID], nil
	}), nil
}

// askDeliveries names what a page's webhooks are asked for together: deliveries with
// these statuses in a window; the count of them, without one.
type askDeliveries struct {
	statuses string
	limit    int
	backward bool
	from, to page.Key
}

// page is the question for one page.
func (a askDeliveries) page(w page.Window) askDeliveries {
	a.limit, a.backward = w.Limit, w.Backward
	if w.From != nil {
		a.from = *w.From
	}
	if w.To != nil {
		a.to = *w.To
	}
	return a
}

// merged is the list of the deliveries to each webhook that lie in the scope; the index
// begins with a webhook and a status.
func merged(hooks []uuid.UUID, sc scope.Scope) (page.Merge, page.Branch) {
	m := page.Merge{Table: "webhook_deliveries d", Alias: "d", Columns: deliveryColumns, Order: "created_at", Cast: "timestamptz", Descending: true, PerParent: "b.parent",
		Args: []any{pq.Array(hooks), sc.Arg()}}
	return m, page.Branch{From: "unnest($1::uuid[]) AS b(parent)", Where: []string{
		"d.webhook_id = b.parent", "(d.event_id IS NULL OR " + scope.Condition("d.business_unit_id", 2) + ")"}}
}

// deliveriesOf reads the same page of each of the webhooks.
func (ws *Webhooks) deliveriesOf(ctx context.Context, hooks []uuid.UUID, statuses []string, w page.Window) (map[uuid.UUID][]*kept, error) {
	sc, err := ws.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	m, b := merged(hooks, sc)
	for _, status := range statuses {
		b.Arms = append(b.Arms, []string{"d.status = " + m.Arg(status)})
	}
	m.Branches = []page.Branch{b}
	statement, values := m.Page(w)
	all, err := scanDeliveries(ws.read.Query(ctx, statement, values...))
	if err != nil {
		return nil, err
	}
	byHook := map[uuid.UUID][]*kept{}
	for _, d := range all {
		byHook[d.hook] = append(byHook[d.hook], d)
	}
	return byHook, nil
}

// countDeliveries counts those of each of the webhooks.
func (ws *Webhooks) countDeliveries(ctx context.Context, hooks []uuid.UUID, statuses []string) (map[uuid.UUID]int, error) {
	sc, err := ws.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	m, b := merged(hooks, sc)
	b.From += " CROSS JOIN unnest(" + m.Arg(pq.Array(statuses)) + "::text[]) AS s(status)"
	b.Where = append(b.Where, "d.status = s.status")
	m.Branches = []page.Branch{b}
	statement, values := m.CountPerParent()
	found, err := ws.read.Query(ctx, statement, values...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	counts := map[uuid.UUID]int{}
	for found.Next() {
		var hook uuid.UUID
		var n int
		if err := found.Scan(&hook, &n); err != nil {
			return nil, err
		}
		counts[hook] = n
	}
	return counts, found.Err()
}

// once is a list without repeats: a status that stands twice would be listed twice.
func once(statuses []lifecycle.DeliveryStatus) []string {
	seen := map[lifecycle.DeliveryStatus]bool{}
	words := []string{}
	for _, s := range statuses {
		if !seen[s] {
			seen[s], words = true, append(words, string(s))
		}
	}
	return words
}

// kept is a delivery with its row's id, by which the list is walked, and its webhook's.
type kept struct {
	WebhookDelivery
	id, hook uuid.UUID
}

// scanDeliveries reads deliveries by their webhook and deliveryColumns, and closes the rows.
func scanDeliveries(found rows, err error) ([]*kept, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var all []*kept
	for found.Next() {
		d := &kept{}
		if err := found.Scan(&d.hook, &d.id, &d.MessageID, &d.Type, &d.Body, &d.Status, &d.Attempts, &d.ResponseStatus, &d.LastError, &d.CreatedAt, &d.AttemptedAt, &d.DeliveredAt); err != nil {
			return nil, err
		}
		d.CreatedAt = d.CreatedAt.UTC()
		inUTC(&d.AttemptedAt, &d.DeliveredAt)
		all = append(all, d)
	}
	return all, found.Err()
}
