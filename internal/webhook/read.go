package webhook

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"gatehouse/internal/batch"
	"gatehouse/internal/page"
)

// List is one page of the webhooks that exist for the viewer, the newest first. It is
// refused without MANAGE_WEBHOOKS.
func (ws *Webhooks) List(ctx context.Context, args page.Args) (*page.Connection[*Webhook], error) {
	if no := lacks(ctx); no != nil {
		return nil, no
	}
	w, err := args.Open("webhooks")
	if err != nil {
		return nil, err
	}
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	condition, values := s.condition(1)
	m := page.Merge{Table: "webhooks w", Alias: "w", Columns: []string{columns}, Order: "created_at", Cast: "timestamptz", Descending: true,
		Branches: []page.Branch{{Where: []string{"w.deleted_at IS NULL", condition}}}, Args: values}
	statement, values := m.Page(w)
	hooks, err := scanHooks(ws.read.Query(ctx, statement, values...))
	if err != nil {
		return nil, err
	}
	key := func(one *Webhook) page.Key {
		return page.Key{Value: one.CreatedAt.Format(time.RFC3339Nano), ID: one.ID.UUID}
	}
	return page.NewConnection(w, shown(hooks), key, func(ctx context.Context) (int, error) {
		statement, values := m.Count()
		n, err := number(ws.read.Query(ctx, statement, values...))
		return int(n), err
	}), nil
}

// ByIDs are the webhooks with these ids that exist for the viewer, by one statement;
// without MANAGE_WEBHOOKS none.
func (ws *Webhooks) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Webhook, error) {
	if len(ids) == 0 || lacks(ctx) != nil {
		return nil, nil
	}
	s, err := ws.sightOf(ctx)
	if err != nil {
		return nil, err
	}
	condition, values := s.condition(2)
	hooks, err := scanHooks(ws.read.Query(ctx, "SELECT "+columns+" FROM webhooks w WHERE w.id = ANY($1) AND w.deleted_at IS NULL AND "+condition, append([]any{pq.Array(ids)}, values...)...))
	if err != nil {
		return nil, err
	}
	found := make(map[uuid.UUID]*Webhook, len(hooks))
	for _, one := range shown(hooks) {
		found[one.ID.UUID] = one
	}
	return found, nil
}

// shown are webhooks as people see them; several know each other.
func shown(hooks []*hook) []*Webhook {
	all, ids := make([]*Webhook, len(hooks)), make([]uuid.UUID, len(hooks))
	for n, h := range hooks {
		one := h.Webhook
		all[n], ids[n] = &one, one.ID.UUID
	}
	if len(all) > 1 {
		group := batch.NewGroup(ids)
		for _, one := range all {
			one.group = group
		}
	}
	return all
}

// together are the webhooks that one is read with. One that was read alone is asked
// anew each time.
func (one *Webhook) together() *batch.Group {
	if one.group != nil {
		return one.group
	}
	return batch.NewGroup([]uuid.UUID{one.ID.UUID})
}
