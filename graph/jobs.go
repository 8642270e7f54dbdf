package graph

import (
	"context"

	"gatehouse/internal/bulk"
	"gatehouse/internal/export"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
)

func (q query) Job(ctx context.Context, one id.ID) (*bulk.Job, error) {
	return q.API.Jobs.Job(ctx, one)
}

func (q query) Jobs(ctx context.Context, first *int, after *string, last *int, before *string, filter *bulk.JobFilter) (*page.Connection[*bulk.Job], error) {
	return q.API.Jobs.List(ctx, args(first, after, last, before), filter)
}

func (m mutation) StartBulkAction(ctx context.Context, in bulk.StartBulkActionInput) (*bulk.Payload, error) {
	return m.Jobs.Start(ctx, in)
}

func (m mutation) CancelJob(ctx context.Context, in bulk.CancelJobInput) (*bulk.Payload, error) {
	return m.Jobs.Cancel(ctx, in)
}

func (m mutation) CreateExport(ctx context.Context, in export.CreateExportInput) (*export.Payload, error) {
	return m.Exports.Create(ctx, in)
}

func (r aJob) Results(ctx context.Context, j *bulk.Job, first *int, after *string, last *int, before *string, outcomes []lifecycle.JobItemOutcome) (*page.Connection[*bulk.JobResult], error) {
	return r.Jobs.Results(ctx, j, args(first, after, last, before), outcomes)
}

func (r aJob) AvailableActions(ctx context.Context, j *bulk.Job) ([]lifecycle.JobAction, error) {
	return r.Jobs.Actions(ctx, j)
}
