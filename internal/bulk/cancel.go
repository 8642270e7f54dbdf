package bulk

import (
	"context"

	"gatehouse/internal/audit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/refusal"
	"gatehouse/internal/store"
	"gatehouse/internal/viewer"
)

// Cancel ends a job after the batch that it is at; what was done stays done. Refused:
// NOT_FOUND for what is no job of the viewer's own, unless they see all business units
// and may do what it does; INVALID_STATE for one that has ended.
func (js *Jobs) Cancel(ctx context.Context, in CancelJobInput) (*Payload, error) {
	cause := store.Cause{Mutation: "cancelJob", Action: audit.CancelJob, Resource: audit.Job, ID: in.ID.UUID, Key: in.IdempotencyKey, Input: in}
	out, err := js.store.Do(ctx, cause, func(ctx context.Context, tx *store.Tx) (store.Outcome, error) {
		if in.ID.Kind != id.Job {
			return store.Outcome{}, id.Missing("job", in.ID).At("id")
		}
		h, err := lock(ctx, tx, in.ID.UUID)
		if err != nil {
			return store.Outcome{}, err
		}
		if h == nil || !mayCancel(tx.Viewer(), h.issuer, h.subject, h.action) {
			return store.Outcome{}, id.Missing("job", in.ID).At("id")
		}
		if h.status.Ended() {
			return store.Outcome{}, refusal.New(refusal.InvalidState, "The job has ended already, as %s: there is nothing left to cancel.", h.status).At("id")
		}
		if err := js.end(ctx, tx, h, lifecycle.JobCancelled, ""); err != nil {
			return store.Outcome{}, err
		}
		tx.Record(audit.Entry{ID: h.row})
		return store.Done(in.ID), nil
	})
	if err != nil {
		return nil, err
	}
	return js.payload(ctx, in.ID, out)
}

// mayCancel: one's own; with all business units, and what the job's action needs,
// anybody's.
func mayCancel(v viewer.Viewer, issuer, subject string, action lifecycle.BulkAction) bool {
	if v.Is(issuer, subject) {
		return true
	}
	mutation := action.Needs().Mutation
	need, known := lifecycle.MutationNeeds(mutation)
	return known && v.Units.All && need.Refuse(mutation, v.Permissions, v.Units.All) == nil
}

// Actions is what the viewer may do with the job now.
func (js *Jobs) Actions(ctx context.Context, j *Job) ([]lifecycle.JobAction, error) {
	v, _ := viewer.From(ctx)
	if j.Status.Ended() || !mayCancel(v, j.StartedBy.Issuer, j.StartedBy.Subject, j.Action) {
		return []lifecycle.JobAction{}, nil
	}
	need, _ := lifecycle.MutationNeeds("cancelJob")
	if need.Refuse("cancelJob", v.Permissions, v.Units.All) != nil {
		return []lifecycle.JobAction{}, nil
	}
	return []lifecycle.JobAction{lifecycle.JobCancel}, nil
}
