package graph

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/id"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

func (q query) AuditEntries(ctx context.Context, first *int, after *string, last *int, before *string, viewID *id.ID, filter *auditlog.Filter, order *auditlog.Order) (*page.Connection[*auditlog.Entry], error) {
	list, err := q.API.Views.AuditEntries(ctx, auditlog.ListInput{ViewID: viewID, Filter: filter, OrderBy: order})
	if err != nil {
		return nil, err
	}
	return q.Log.List(ctx, args(first, after, last, before), list)
}

func (r entry) BusinessUnit(ctx context.Context, e *auditlog.Entry) (*businessunit.BusinessUnit, error) {
	if v, _ := viewer.From(ctx); e.Units == nil || !v.May(lifecycle.ViewBusinessUnits) {
		return nil, nil
	}
	return r.Units.Of(ctx, e.Units, e.Unit)
}
