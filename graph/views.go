package graph

import (
	"context"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/page"
	"gatehouse/internal/view"
)

func (q query) Views(ctx context.Context, list *lifecycle.List, first *int, after *string, last *int, before *string) (*page.Connection[*view.View], error) {
	return q.API.Views.List(ctx, args(first, after, last, before), list)
}

func (q query) SystemViews(ctx context.Context, list lifecycle.List) ([]*view.SystemView, error) {
	return q.API.Views.SystemViews(ctx, list)
}

func (q query) ListState(ctx context.Context, list *view.ListInput, columns []string, state *string) (*view.ListState, error) {
	return q.API.Views.State(ctx, list, columns, state)
}

func (m mutation) SaveView(ctx context.Context, in view.SaveViewInput) (*view.Payload, error) {
	return m.Views.Save(ctx, in)
}

func (m mutation) UpdateView(ctx context.Context, in view.UpdateViewInput) (*view.Payload, error) {
	return m.Views.Update(ctx, in)
}

func (m mutation) DeleteView(ctx context.Context, in view.DeleteViewInput) (*view.DeletePayload, error) {
	return m.Views.Delete(ctx, in)
}

func (r systemView) Count(ctx context.Context, v *view.SystemView) (*view.ListCount, error) {
	return r.Views.CountOf(ctx, v)
}

func (r savedView) BusinessUnit(ctx context.Context, v *view.View) (*businessunit.BusinessUnit, error) {
	return r.Views.BusinessUnitOf(ctx, v)
}

func (r savedView) IsMine(ctx context.Context, v *view.View) (bool, error) {
	return r.Views.IsMine(ctx, v), nil
}

func (r savedView) Count(ctx context.Context, v *view.View) (*view.ListCount, error) {
	return r.Views.Count(ctx, v)
}
