package graph

import (
	"context"
	"slices"

	"gatehouse/internal/businessunit"
	"gatehouse/internal/fault"
	"gatehouse/internal/lifecycle"
	"gatehouse/internal/viewer"
)

func (q query) Viewer(ctx context.Context) (*viewer.Viewer, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return nil, fault.NoViewer
	}
	return &v, nil
}

func (theViewer) Email(_ context.Context, v *viewer.Viewer) (*string, error) {
	if v.Email == "" {
		return nil, nil
	}
	return &v.Email, nil
}

func (theViewer) Roles(_ context.Context, v *viewer.Viewer) ([]lifecycle.Role, error) {
	return slices.Concat([]lifecycle.Role{}, v.Roles), nil
}

func (theViewer) Permissions(_ context.Context, v *viewer.Viewer) ([]lifecycle.Permission, error) {
	return v.Permissions.List(), nil
}

func (theViewer) AllBusinessUnits(_ context.Context, v *viewer.Viewer) (bool, error) {
	return v.Units.All, nil
}

func (r theViewer) BusinessUnits(ctx context.Context, _ *viewer.Viewer) ([]*businessunit.BusinessUnit, error) {
	return r.Units.First(ctx)
}
