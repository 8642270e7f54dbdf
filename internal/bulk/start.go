package bulk

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"gatehouse/ent/generated/migrate"
	"gatehouse/internal/audit"
	"gatehouse/internal/fault"
	"gatehouse/internal/id"
	"gatehouse/internal/inventory"
	"gatehouse/internal/job"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Start fixes what is selected and begins to work on it, with the rights that the
// viewer has now. Refused: FORBIDDEN without what the action's plural mutation needs,
// INVALID, NOT_FOUND and what else that mutation refuses as a whole, what the list
// that is selected refuses, and TOO_MANY. A repeat with the same key selects nothing
// again and shows the job that the first call has started. The calls of one person
// wait for each other: to select a million things is costly.
func (js *Jobs) Start(ctx context.Context, in StartBulkActionInput) (*Payload, error) {
	cause := store.Cause{Mutation: "startBulkAction", Action: audit.StartBulkAction, Resource: audit.Job, Key: in.IdempotencyKey, Input: in}
	v, _ := viewer.From(ctx)
	release, err := js.turns.Take(ctx, v.Issuer+"\n"+v.Subject)
	if err != nil {
		return nil, fmt.Errorf("%w: wait for other jobs that are being started: %w", fault.Unavailable, err)
	}
	defer release()
	s, err := js.prepare(ctx, cause, in)
	if err != nil {
		return nil, err
	}
	out, err := js.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		return js.start(ctx, tx, s)
	})
	if err != nil {
		return nil, err
	}
	return js.payload(ctx, id.ID{}, out)
}

// starting is a job that is about to be started, or why it is not.
type starting struct {
	action lifecycle.BulkAction
	input  inventory.BulkActionInput
	dryRun bool
	act    *inventory.BulkAct
	chosen chosen
	no     *refusal.Refusal
}

// prepare selects, before the transaction: a million ids take a while, and no lock is
// held meanwhile. What is refused is refused in the transaction, which audits it.
func (js *Jobs) prepare(ctx context.Context, cause store.Cause, in StartBulkActionInput) (starting, error) {
	s := starting{action: in.Action, dryRun: in.DryRun != nil && *in.DryRun}
	if in.Input != nil {
		s.input = *in.Input
	}
	earlier, err := js.store.Earlier(ctx, cause)
	if s.no = refusal.Find(err); s.no != nil || err != nil || earlier != nil {
		return s, faultOf(err) // Do answers a repeat
	}
	if s.no = lacking(ctx, in.Action); s.no != nil {
		return s, nil
	}
	if err = js.room(ctx, js.read, 0); err != nil { // nothing is selected for who may start no more
		s.no = refusal.Find(err)
		return s, faultOf(err)
	}
	if s.act, err = js.inventory.Bulk(ctx, s.action, s.input); err == nil {
		s.chosen, err = js.choose(ctx, in.Action, in.Selection)
	} else {
		err = inInput(err)
	}
	s.no = refusal.Find(err)
	return s, faultOf(err)
}

// faultOf is an error that is no refusal.
func faultOf(err error) error {
	if refusal.Find(err) != nil {
		return nil
	}
	return err
}

// lacking is the no to a viewer without what the action's plural mutation needs.
func lacking(ctx context.Context, action lifecycle.BulkAction) *refusal.Refusal {
	v, _ := viewer.From(ctx)
	mutation := action.Needs().Mutation
	need, _ := lifecycle.MutationNeeds(mutation) // of no mutation: nobody
	return need.Refuse(mutation, v.Permissions, v.Units.All)
}

// inInput is a refusal of what the action takes, at its place in this mutation's input.
func inInput(err error) error {
	no := refusal.Find(err)
	if no == nil || len(no.Field) < 2 {
		return err
	}
	return no.Within("input")
}

// start is the transaction: count the owner's jobs, look at the input, keep the job
// and its batches, and enqueue the first.
func (js *Jobs) start(ctx context.Context, tx *store.Tx, s starting) (store.Outcome, error) {
	if s.no != nil {
		return store.Outcome{}, s.no
	}
	if err := js.admit(ctx, tx, len(s.chosen.ids)); err != nil {
		return store.Outcome{}, err
	}
	if err := s.act.Check(ctx, tx); err != nil {
		return store.Outcome{}, inInput(err)
	}
	row := uuid.Must(uuid.NewV7())
	first, err := js.enqueue(ctx, tx, row, 0)
	if err != nil {
		return store.Outcome{}, err
	}
	if err := s.insert(ctx, tx, row, first, js.batch); err != nil {
		return store.Outcome{}, err
	}
	if err := s.insertBatches(ctx, tx, row, js.batch); err != nil {
		return store.Outcome{}, err
	}
	thing := things[s.action.Needs().List]
	tx.Record(audit.Entry{ID: row, Comment: fmt.Sprintf("%s, %d %s: %s.", s.action, len(s.chosen.ids), thing.many, s.chosen.words)})
	return store.Done(id.Of(id.Job, row)), nil
}

// insert keeps the job.
func (s starting) insert(ctx context.Context, tx *store.Tx, row, work uuid.UUID, batch int) error {
	input, err := json.Marshal(s.input)
	if err != nil {
		return fmt.Errorf("keep the input of a job: %w", err)
	}
	v, now, size := tx.Viewer(), tx.Now(), len(s.chosen.ids)
	_, err = tx.Insert(ctx, audit.Job, "", []store.Row{{
		"id": row, "version": 1, "created_at": now, "updated_at": now, "owner_issuer": v.Issuer, "owner_subject": v.Subject, "owner_name": v.Name,
		"action": s.action, "dry_run": s.dryRun, "input": string(input), "selected": s.chosen.words, "size": size, "batches": (size + batch - 1) / batch,
		"status": lifecycle.JobQueued, "next_batch": 0, "processed": 0, "succeeded": 0, "refusals": "{}", "work_id": work, "expires_at": now.Add(Life),
	}})
	if err != nil {
		return fmt.Errorf("keep a job: %w", err)
	}
	return nil
}

// insertBatches keeps what was selected, some hundred batches by each statement, so
// that none is larger than what a connection carries with ease.
func (s starting) insertBatches(ctx context.Context, tx *store.Tx, row uuid.UUID, batch int) error {
	const atOnce = 100
	var rows []store.Row
	for n := 0; n*batch < len(s.chosen.ids); n++ {
		items := s.chosen.ids[n*batch : min((n+1)*batch, len(s.chosen.ids))]
		rows = append(rows, store.Row{"id": uuid.Must(uuid.NewV7()), "bulk_job_id": row, "number": n, "items": items, "refused": 0})
		if len(rows) == atOnce || (n+1)*batch >= len(s.chosen.ids) {
			if err := tx.Add(ctx, migrate.BulkBatchesTable, rows); err != nil {
				return fmt.Errorf("keep what a job is to be done to: %w", err)
			}
			rows = rows[:0]
		}
	}
	return nil
}

// enqueue puts a batch behind all that waits now, and returns the row that does it.
func (js *Jobs) enqueue(ctx context.Context, tx *store.Tx, row uuid.UUID, number int) (uuid.UUID, error) {
	// The instant of the transaction is when its batch began. What has come to wait
	// since then goes first.
	now := js.store.Present(ctx)
	ids, err := js.queue.Enqueue(ctx, tx, job.Work{Kind: BatchJob, Payload: batchWork{Job: row, Number: number}, At: now, Tries: workTries, AsViewer: true})
	if err != nil {
		return uuid.Nil, fmt.Errorf("enqueue batch %d of a job: %w", number, err)
	}
	return ids[0], nil
}
