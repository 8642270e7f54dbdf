package bulk

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/licence"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// BatchJob is the kind of the jobs of package job that do one batch each.
const BatchJob = "bulk-batch"

const (
	// batchTries is how often a batch is tried that fails, over about an hour and a half.
	batchTries = 10
	// workTries is how often it is taken up in all: when its server dies, that is nobody's
	// failure, and another one takes it up.
	workTries = 100
)

// The sentences of jobs that could not go on.
const (
	outOfTime   = "It was not done within 24 hours, for which it had the rights of who started it. What was done stays done; start another one for the rest."
	keptFailing = "One of its batches failed 10 times; the server's log tells why, under the job's id. What the batches before it did stays done."
	nobodys     = "It cannot be read with whose rights it acts. What was done stays done; start another one for the rest."
	leftAlone   = "Nothing is left that would do its next batch: the servers that worked on it died too often, or it cannot be read with whose rights it acts. What was done stays done; start another one for the rest."
)

// batchWork is what such a job is to do.
type batchWork struct {
	Job    uuid.UUID `json:"job"`
	Number int       `json:"batch"`
}

// Batch does a batch of a job, if it is the one that the job waits for: the handler of
// BatchJob. What its transaction has done is not done again, whoever takes the batch
// up again and whatever became of the server meanwhile. What is refused for all items,
// such as a certificate profile that was archived, ends the job; so does the tenth
// failure.
func (js *Jobs) Batch(ctx context.Context, j job.Job) error {
	var w batchWork
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return job.GiveUp(err, "It cannot be read which batch it is.")
	}
	ctx = viewer.WithRequest(ctx, viewer.Request{ID: id.Of(id.Job, w.Job).String()})
	err := js.attempt(ctx, w)
	switch no := refusal.Find(err); {
	case err == nil:
		return nil
	case no != nil:
		return js.fail(ctx, w.Job, no.Message+" What was done before stays done.")
	case ctx.Err() == nil && j.Attempt >= batchTries:
		if failed := js.fail(ctx, w.Job, keptFailing); failed != nil {
			return failed
		}
		return job.GiveUp(err, keptFailing)
	}
	return err
}

// attempt looks at what is to be done and does it. A refusal as its error is about all
// items.
func (js *Jobs) attempt(ctx context.Context, w batchWork) error {
	h, err := js.look(ctx, w.Job)
	if err != nil || !h.awaits(w.Number) {
		return err
	}
	if !js.store.Now(ctx).Before(h.expiresAt) {
		return js.fail(ctx, w.Job, outOfTime)
	}
	if v, _ := viewer.From(ctx); !v.Is(h.issuer, h.subject) {
		return js.fail(ctx, w.Job, nobodys)
	}
	act, err := js.inventory.Bulk(ctx, h.action, h.input)
	if err != nil {
		return err
	}
	if h.dryRun {
		return js.rehearse(ctx, w, act)
	}
	return js.perform(ctx, w, act)
}

// perform is a batch's transaction.
func (js *Jobs) perform(ctx context.Context, w batchWork, act *inventory.BulkAct) error {
	out, err := js.store.Do(ctx, store.Cause{Mutation: act.Mutation, Action: act.Word, Resource: act.Resource}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, err := lock(ctx, tx, w.Job)
		if err != nil || !h.awaits(w.Number) {
			return store.Outcome{}, err
		}
		items, _, err := js.run(ctx, tx, h, act)
		if err != nil {
			return store.Outcome{}, err
		}
		return store.Outcome{}, js.moveOn(ctx, tx, h, items)
	})
	return failure(out, err)
}

// run does the action to the items of the next batch.
func (js *Jobs) run(ctx context.Context, tx *store.Tx, h *held, act *inventory.BulkAct) ([]store.Item, map[licence.Pool]int, error) {
	ids, err := h.items(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	items, took, err := act.Run(ctx, tx, ids, h.taken)
	if err == nil && len(items) != len(ids) {
		err = fmt.Errorf("bulk: %s told what came of %d items, and there are %d", h.action, len(items), len(ids))
	}
	return items, took, err
}

// rehearse is a batch of a dry run: the transaction that takes everything back, in
// which it is decided, and one that keeps what came of it. Licences that a batch would
// have taken are not there for those after it.
func (js *Jobs) rehearse(ctx context.Context, w batchWork, act *inventory.BulkAct) error {
	ctx = js.store.Pin(ctx) // both began when the first did
	var took map[licence.Pool]int
	trial, err := js.store.Do(ctx, store.Cause{Mutation: act.Mutation, Action: act.Word, Resource: act.Resource, DryRun: true}, func(ctx context.Context, tx *store.Tx) (out store.Outcome, err error) {
		h, err := lock(ctx, tx, w.Job)
		if err != nil || !h.awaits(w.Number) {
			return store.Outcome{}, err
		}
		out.Items, took, err = js.run(ctx, tx, h, act)
		return out, err
	})
	if err := failure(trial, err); err != nil || len(trial.Items) == 0 {
		return err
	}
	out, err := js.store.Do(ctx, store.Cause{Mutation: "startBulkAction", Action: audit.StartBulkAction, Resource: audit.Job, ID: w.Job}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		h, err := lock(ctx, tx, w.Job)
		if err != nil || !h.awaits(w.Number) {
			return store.Outcome{}, err
		}
		for pool, n := range took {
			h.taken[pool] += n
		}
		return store.Outcome{}, js.moveOn(ctx, tx, h, trial.Items)
	})
	return failure(out, err)
}

// failure is why a transaction did nothing; nil when it did what it could.
func failure(out store.Outcome, err error) error {
	if err == nil && len(out.Refusals) > 0 {
		return out.Refusals[0]
	}
	return err
}
