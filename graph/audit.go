package graph

import (
	"context"

	"gatehouse/internal/auditlog"
	"gatehouse/internal/businessunit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/viewer"
)

func (q query) AuditEntries(ctx context.Context, first *int, after *string, last *int, before *string, filter *auditlog.Filter, order *auditlog.Order) (*page.Connection[*auditlog.Entry], error) {
	return q.Log.List(ctx, args(first, after, last, before), filter, order)
}

func (r entry) BusinessUnit(ctx context.Context, e *auditlog.Entry) (*businessunit.BusinessUnit, error) {
	if v, _ := viewer.From(ctx); e.Units == nil || !v.May(lifecycle.ViewBusinessUnits) {
		return nil, nil
	}
	return r.Units.Of(ctx, e.Units, e.Unit)
}
