package webhook

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/store"
)

// mostGathered is how many webhooks one transaction serves.
const mostGathered = 500

// Gather queues deliveries of what has happened since it was last called, looking at
// up to limit events, and begins rounds with the webhooks for which something is due:
// periodic work, of several servers at once too. It returns how many events it has
// looked at. Every event is looked at once for each webhook, since the webhook's
// position moves in the transaction that queues its deliveries. What several servers
// find at the same time one of them takes, and the others pass over.
//
// Each time there is a page for those that follow and one for those that are replayed:
// who has a day sent again, again and again, keeps nobody else waiting; nor other
// replays, which are served from the oldest events to the newest and then from the oldest
// again: one that is begun again on the way has its turn when the way begins again.
func (ws *Webhooks) Gather(ctx context.Context, limit int) (int, error) {
	followed, _, err := ws.gather(ctx, limit, following, 0)
	if err != nil {
		return followed, err
	}
	again, next, err := ws.gather(ctx, limit, replayed, ws.replaying.Load())
	if err != nil {
		return followed, err
	}
	ws.replaying.Store(next)
	return max(followed, again), ws.beginRounds(ctx)
}

// The conditions on webhooks w that follow what happens, and on those that have not
// come back yet to where they were before they were moved back.
const (
	following = "w.position >= w.replayed_to"
	replayed  = "w.position < w.replayed_to"
)

// gather serves, of those webhooks, the ones with one page of events: from the one that
// is furthest behind, of those at a position or past it, or of all when there is none,
// to those that are within the page. It returns how many events it has looked at, and
// the position to go on at; 0, from the oldest, once it has come to the newest event.
func (ws *Webhooks) gather(ctx context.Context, limit int, those string, at int64) (n int, next int64, err error) {
	furthest := `SELECT w.position FROM webhooks w WHERE w.deleted_at IS NULL AND w.status = 'ACTIVE' AND ` + those
	from, err := number(ws.read.Query(ctx, `SELECT COALESCE((`+furthest+` AND w.position >= $1 ORDER BY w.position LIMIT 1), (`+furthest+` ORDER BY w.position LIMIT 1), -1)`, at))
	if err != nil {
		return 0, 0, fmt.Errorf("find out how far webhooks are: %w", err)
	}
	if from < 0 {
		return 0, 0, nil // there are none
	}
	oldest, newest, err := ws.store.Positions(ctx)
	if err != nil || newest <= from {
		return 0, 0, err
	}
	events, err := ws.store.Events(ctx, from, limit)
	if err != nil || len(events) == 0 {
		return 0, 0, err
	}
	last, served := events[len(events)-1].Position, 0
	_, err = ws.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		hooks, err := scanHooks(tx.Query(ctx, "SELECT "+columns+` FROM webhooks w
WHERE w.deleted_at IS NULL AND w.status = 'ACTIVE' AND `+those+` AND w.position >= $1 AND w.position < $2 ORDER BY w.position, w.id LIMIT $3 FOR UPDATE SKIP LOCKED`, from, last, mostGathered))
		if err != nil {
			return store.Outcome{}, err
		}
		if served = len(hooks); served == 0 {
			return store.Outcome{}, nil
		}
		all, err := ws.match(ctx, hooks, events)
		if err != nil {
			return store.Outcome{}, err
		}
		if err := queue(ctx, tx, all); err != nil {
			return store.Outcome{}, err
		}
		var moved, missed []uuid.UUID
		for _, h := range hooks {
			if moved = append(moved, h.ID.UUID); h.position+1 < oldest {
				missed = append(missed, h.ID.UUID)
			}
		}
		return store.Outcome{}, advance(ctx, tx, moved, missed, last)
	})
	switch {
	case err != nil:
		return 0, 0, err
	case served == mostGathered:
		next = from // there may be more of them
	case len(events) == limit:
		next = last
	}
	if served == 0 {
		return 0, next, nil // the other server that has them goes on
	}
	return len(events), next, nil
}

// match makes the deliveries of events to webhooks, in memory but for the business
// units that names mean: nothing is read per event.
func (ws *Webhooks) match(ctx context.Context, hooks []*hook, events []store.Event) ([]delivery, error) {
	memory := map[string]rights{}
	bodies := map[uuid.UUID]string{}
	var all []delivery
	for _, h := range hooks {
		r, err := ws.rightsOf(ctx, h, memory)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if e.Position <= h.position || e.Action == "" || !h.wants(e) || !r.see(e.Resource, e.BusinessUnit) {
				continue
			}
			if bodies[e.ID] == "" {
				bodies[e.ID] = bodyOf(e)
			}
			all = append(all, delivery{id: uuid.Must(uuid.NewV7()), hook: h.ID.UUID, event: e.ID, unit: e.BusinessUnit, kind: kindOf(e.Resource, e.Action), body: bodies[e.ID]})
		}
	}
	return all, nil
}
