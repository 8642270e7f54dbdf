package bulk

import (
	"context"

	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/refusal"
	"gatehouse/internal/scope"
	"gatehouse/internal/store"
	"gatehouse/internal/turn"
	"gatehouse/internal/view"
)

// Jobs is the use cases and reads of jobs.
type Jobs struct {
	store     *store.Store
	read      store.Reader
	scopes    *scope.Resolver
	views     *view.Views
	inventory *inventory.Inventory
	queue     *job.Queue
	// turns are of those who start jobs.
	turns turn.Turns
	// batch is how many items a batch has: batchSize, but in tests.
	batch int
	// keptItems is how many items of one person's jobs are kept: mostKeptItems, but in
	// tests.
	keptItems int
}

// New makes them on a store; queue is where the batches wait, for a worker whose
// handler of BatchJob is Batch.
func New(s *store.Store, scopes *scope.Resolver, views *view.Views, inv *inventory.Inventory, queue *job.Queue) *Jobs {
	return &Jobs{store: s, read: s.Read(), scopes: scopes, views: views, inventory: inv, queue: queue, batch: batchSize, keptItems: mostKeptItems}
}

// payload shows the job as it now is, with the viewer's present rights.
func (js *Jobs) payload(ctx context.Context, asked id.ID, out store.Outcome) (*Payload, error) {
	for _, made := range out.IDs() {
		asked = made
	}
	found, err := js.Job(ctx, asked)
	if err != nil {
		return nil, err
	}
	return &Payload{Job: found, UserErrors: append([]*refusal.Refusal{}, out.Why()...), Replayed: out.Replayed}, nil
}
