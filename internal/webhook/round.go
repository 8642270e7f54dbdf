package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"gatehouse/internal/job"
	"gatehouse/internal/store"
)

// DeliverJob is the kind of the jobs that have a round with one webhook each.
const DeliverJob = "webhook"

const (
	// waiting is how long a round may wait for a hand that is free. Then another job
	// takes its place, and this one does nothing when it comes.
	waiting = 10 * time.Minute
	// lasting is how long a round may last; when its server dies, the next begins then.
	lasting = time.Minute
	// busy is how long a round goes on taking deliveries, and mostSent how many it
	// takes: then it is the others' turn.
	busy     = 20 * time.Second
	mostSent = 100
	// abreast is how many deliveries of one webhook are sent at once.
	abreast = 2
)

// round is what a job knows of its round. Reserved is until when it is reserved, and
// the mark by which the job finds out that the round is still its own.
type round struct {
	Webhook  uuid.UUID `json:"webhook"`
	Reserved time.Time `json:"reserved"`
}

// reserveRounds enqueues a round for each of these webhooks, which are locked.
func (ws *Webhooks) reserveRounds(ctx context.Context, tx *store.Tx, hooks []uuid.UUID) error {
	if len(hooks) == 0 {
		return nil
	}
	until := tx.Now().Add(waiting)
	if err := reserve(ctx, tx, hooks, until); err != nil {
		return err
	}
	work := make([]job.Work, len(hooks))
	for n, h := range hooks {
		work[n] = job.Work{Kind: DeliverJob, Payload: round{h, until}}
	}
	_, err := ws.queue.Enqueue(ctx, tx, work...)
	return err
}

// idsFound are the ids that a statement returns.
func idsFound(found rows, err error) ([]uuid.UUID, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	var all []uuid.UUID
	for found.Next() {
		var row uuid.UUID
		if err := found.Scan(&row); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, found.Err()
}

// Deliver is the handler of DeliverJob: one round. It sends what is due until nothing
// is, an attempt fails, or its turn is over; what came of an attempt is written down
// at once. When its server dies between the sending and the writing, the same message
// is sent again, under the same id. Nothing is sent within a transaction.
func (ws *Webhooks) Deliver(ctx context.Context, j job.Job) error {
	var r round
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return job.GiveUp(err, "The job does not say for which webhook it is.")
	}
	begun := ws.store.Now(ctx)
	until := begun.Add(lasting)
	if mine, err := ws.takeRound(ctx, r, until); err != nil || !mine {
		return err
	}
	r.Reserved = until
	for sent := 0; ; {
		h, due, err := ws.due(ctx, r.Webhook)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return ws.endRound(ctx, r)
		}
		attempts, err := ws.sendAll(ctx, h, due)
		if err != nil {
			return err
		}
		failed, err := ws.settle(ctx, h.ID.UUID, attempts)
		if err != nil {
			return err
		}
		sent += len(due)
		if failed || sent >= mostSent || !ws.store.Now(ctx).Before(begun.Add(busy)) {
			return ws.endRound(ctx, r)
		}
	}
}

// takeRound makes the round this job's own until an instant.
func (ws *Webhooks) takeRound(ctx context.Context, r round, until time.Time) (mine bool, err error) {
	_, err = ws.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		var err error
		mine, err = take(ctx, tx, r.Webhook, r.Reserved, until)
		return store.Outcome{}, err
	})
	return mine, err
}

// endRound ends this job's round, and hands its place on to the webhook of the same
// owner that has waited longest for one; that may be this one again.
func (ws *Webhooks) endRound(ctx context.Context, r round) error {
	_, err := ws.store.Do(ctx, store.Cause{}, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		mine, err := take(ctx, tx, r.Webhook, r.Reserved, tx.Now())
		if err != nil || !mine {
			return store.Outcome{}, err
		}
		next, err := idsFound(tx.Query(ctx, nextRound, tx.Now(), r.Webhook))
		if err != nil {
			return store.Outcome{}, fmt.Errorf("find out which webhook is next: %w", err)
		}
		return store.Outcome{}, ws.reserveRounds(ctx, tx, next)
	})
	return err
}
