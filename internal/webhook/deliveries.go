package webhook

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/scope"
)

// deliveryColumns are those of a delivery under the alias d.
var deliveryColumns = []string{"d.id", "d.message_id", "d.kind", "d.body", "d.status", "d.attempts", "d.response_status", "NULLIF(d.last_error, '')",
	"d.created_at", "d.attempted_at", "d.delivered_at"}

// Deliveries is one page of what was sent to a webhook, the newest first: tests, and
// what lies in the viewer's business units, whoever's rights it was sent with.
func (ws *Webhooks) Deliveries(ctx context.Context, one *Webhook, args page.Args, statuses []lifecycle.DeliveryStatus) (*page.Connection[*WebhookDelivery], error) {
	if no := lacks(ctx); no != nil {
		return nil, no
	}
	w, err := args.Open("deliveries", one.ID, statuses)
	if err != nil {
		return nil, err
	}
	sc, err := ws.scopes.Of(ctx)
	if err != nil {
		return nil, err
	}
	if statuses == nil {
		statuses = lifecycle.DeliveryStatuses
	}
	m := page.Merge{Table: "webhook_deliveries d", Alias: "d", Columns: deliveryColumns, Order: "created_at", Cast: "timestamptz", Descending: true,
		Args: []any{one.ID.UUID, sc.Arg(), pq.Array(once(statuses))}}
	m.Branches = []page.Branch{{From: "unnest($3::text[]) AS b(status)", Where: []string{
		"d.webhook_id = $1", "d.status = b.status", "(d.event_id IS NULL OR " + scope.Condition("d.business_unit_id", 2) + ")"}}}
	statement, values := m.Page(w)
	all, err := scanDeliveries(ws.read.Query(ctx, statement, values...))
	if err != nil {
		return nil, fmt.Errorf("read deliveries: %w", err)
	}
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
		statement, values := m.Count()
		n, err := number(ws.read.Query(ctx, statement, values...))
		return int(n), err
	}), nil
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

// kept is a delivery with its row's id, by which the list is walked.
type kept struct {
	WebhookDelivery
	id uuid.UUID
}

// scanDeliveries reads deliveries by deliveryColumns, and closes the rows.
func scanDeliveries(found rows, err error) ([]*kept, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var all []*kept
	for found.Next() {
		d := &kept{}
		if err := found.Scan(&d.id, &d.MessageID, &d.Type, &d.Body, &d.Status, &d.Attempts, &d.ResponseStatus, &d.LastError, &d.CreatedAt, &d.AttemptedAt, &d.DeliveredAt); err != nil {
			return nil, err
		}
		d.CreatedAt = d.CreatedAt.UTC()
		inUTC(&d.AttemptedAt, &d.DeliveredAt)
		all = append(all, d)
	}
	return all, found.Err()
}
